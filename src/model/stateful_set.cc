#include "model/stateful_set.h"

namespace model {
namespace {

constexpr std::string_view kStatusNotKept[] = {"collisionCount"};

}  // namespace

FIELDS(RollingUpdateStatefulSetStrategy, partition, maxUnavailable);
FIELDS(StatefulSetUpdateStrategy, type, rollingUpdate);
FIELDS(StatefulSetRetentionPolicy, whenDeleted, whenScaled);
FIELDS_WITH(StatefulSetOrdinals, .always({"start"}), start);
FIELDS_WITH(StatefulSetSpec, .always({"selector", "template", "serviceName"}), replicas, selector,
            template_, volumeClaimTemplates, serviceName, podManagementPolicy, updateStrategy,
            revisionHistoryLimit, minReadySeconds, persistentVolumeClaimRetentionPolicy, ordinals);
FIELDS_WITH(StatefulSetStatus, .always({"replicas"}).not_keeping(kStatusNotKept),
            observedGeneration, replicas, readyReplicas, currentReplicas, updatedReplicas,
            currentRevision, updateRevision, conditions, availableReplicas);
FIELDS(StatefulSet, metadata, spec, status);

}  // namespace model
