#include "model/cluster.h"

namespace model {
namespace {

constexpr std::string_view kNamespaceStatusNotKept[] = {"conditions"};
constexpr std::string_view kLeaseSpecNotKept[] = {"preferredHolder", "strategy"};
constexpr std::string_view kEventNotKept[] = {"action", "eventTime", "related", "reportingInstance",
                                              "series"};

}  // namespace

FIELDS_WITH(NamespaceStatus, .not_keeping(kNamespaceStatusNotKept), phase);
FIELDS(Namespace, metadata, spec, status);

FIELDS_WITH(LeaseSpec, .not_keeping(kLeaseSpecNotKept), holderIdentity, leaseDurationSeconds,
            acquireTime, renewTime, leaseTransitions);
FIELDS(Lease, metadata, spec);

FIELDS(EventSource, component, host);
FIELDS_WITH(Event, .always({"involvedObject"}).not_keeping(kEventNotKept), metadata, involvedObject,
            reason, message, source, firstTimestamp, lastTimestamp, count, type,
            reportingComponent);

}  // namespace model
