// Small kinds of the cluster itself: Namespace, Lease, Event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/describe.h"
#include "model/meta.h"
#include "model/scalars.h"

namespace model {

struct NamespaceStatus {
  std::string phase;
};
DESCRIBED(NamespaceStatus);

struct Namespace {
  ObjectMeta metadata;
  std::optional<base::Json> spec;
  NamespaceStatus status;
};
DESCRIBED(Namespace);

struct LeaseSpec {
  std::string holderIdentity;
  std::optional<std::int32_t> leaseDurationSeconds;
  std::optional<MicroTime> acquireTime;
  std::optional<MicroTime> renewTime;
  std::optional<std::int32_t> leaseTransitions;
};
DESCRIBED(LeaseSpec);

struct Lease {
  ObjectMeta metadata;
  LeaseSpec spec;
};
DESCRIBED(Lease);

struct EventSource {
  std::string component;
  std::string host;
};
DESCRIBED(EventSource);

struct Event {
  ObjectMeta metadata;
  ObjectReference involvedObject;
  std::string reason;
  std::string message;
  EventSource source;
  std::optional<base::Time> firstTimestamp;
  std::optional<base::Time> lastTimestamp;
  std::int32_t count = 0;
  std::string type;  // Normal, Warning
  std::string reportingComponent;
};
DESCRIBED(Event);

}  // namespace model
