// What control may do, as values. Loops decide on actions; only act.cc performs them, through the
// ports. Each action names what it works on by a key: while one action of a key runs, no loop
// starts another, so nothing is launched, patched or evicted twice.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "control/health.h"
#include "control/metrics.h"
#include "model/cluster.h"
#include "model/kinds.h"
#include "model/node_claim.h"
#include "model/node_pool.h"
#include "ports/cloud.h"

namespace control {

enum class Level { debug, info, warn, error };

// A log line by lifecycle.md 10.6: the message is fixed text, what varies stands in the fields.
struct LogLine {
  Level level = Level::info;
  std::string controller;  // "nodeclaim.lifecycle"; public names (LIF-017)
  std::string message;
  base::Json fields = boost::json::object();  // always an object
};

// A Kubernetes event to publish (LIF-366).
struct Notice {
  model::ObjectReference about;
  bool warning = false;
  std::string reason;
  std::string message;
  std::vector<std::string> dedupe;  // empty: never dropped
  base::Duration dedupe_for = std::chrono::minutes(2);
  bool rate_limited = false;  // shares the bucket of Nominated: 5 a second, burst 10 (LIF-381)
};

// Creates a NodeClaim for pods.
struct CreateClaim {
  model::NodeClaim claim;
  std::vector<model::ObjectReference> pods;  // whom it is for
};

struct LaunchInstance {
  std::shared_ptr<const model::NodeClaim> claim;
};

// Writes the difference between the two states of one object: metadata and spec first, then the
// status, each guarded by the resource version that was read (LIF-019, LIF-022).
struct PatchObject {
  model::Object before;
  model::Object after;
};

struct DeleteObject {
  model::Reference reference;
  std::string uid;
  std::optional<std::int64_t> grace_period_seconds;  // of a pod that is forced out
};

struct EvictPod {
  model::Reference pod;
  std::string uid;
};

struct TerminateInstance {
  std::string providerID;
};

// Asks whether the instance still exists.
struct DescribeInstance {
  std::string providerID;
};

struct FetchInstanceTypes {
  std::shared_ptr<const model::NodePool> pool;
};

struct ListInstances {};

// The offering was taken away: it is not to be launched for a while.
struct MarkUnavailable {
  ports::OfferingKey offering;
};

// Tells the cloud what overlays make of the types of a NodePool.
struct OverlayTypes {
  std::string nodepool;
  model::InstanceTypes types;
};

// Asks whether a Node may count as registered.
struct AskHook {
  std::string name;
  std::shared_ptr<const model::NodeClaim> claim;
  std::shared_ptr<const model::Node> node;
};

// Nothing is left to be done for a notice of the cloud.
struct AcknowledgeNotice {
  std::string id;
};

struct Action {
  std::string key;
  std::variant<CreateClaim, LaunchInstance, PatchObject, DeleteObject, EvictPod, TerminateInstance,
               DescribeInstance, FetchInstanceTypes, ListInstances, MarkUnavailable, AskHook,
               AcknowledgeNotice, OverlayTypes>
      work;
  // Said and counted once the action has succeeded.
  std::vector<LogLine> logs;
  std::vector<Notice> notices;
  std::vector<Count> counts;
  std::vector<Observation> observations;
  std::optional<RegistrationOutcome> outcome;
};

// What a loop wants to happen.
struct Decision {
  std::vector<Action> actions;
  std::vector<LogLine> logs;
  std::vector<Notice> notices;
  std::vector<Count> counts;
  std::vector<Gauge> gauges;
  std::vector<Observation> observations;
  std::optional<base::Time> wake;  // when to decide again if nothing happens before
  // The loop solved a scheduling problem: whoever has a clock observes how long deciding took
  // (SCH-288).
  std::string solved_for;

  void wake_at(base::Time when) {
    if (!wake || when < *wake) wake = when;
  }
};

std::string key_of(const model::Reference& reference);  // "NodeClaim/default-x7k2p"

// The reference of an object, as events and log lines name it.
model::ObjectReference reference_of(const model::Object& object);

}  // namespace control
