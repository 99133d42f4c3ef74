// Where loops are tested without a simulator: a World, a moment, and the plainest possible API
// server and cloud, which answer at once. A test puts objects, lets a loop decide, looks at what it
// wants, and carries that out or not.
//
//   stage.put(claim("a"));
//   EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("patch NodeClaim/a"));
//
// Objects go through their wire form, so that times have the resolution that the API keeps.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/action.h"
#include "control/buffers.h"
#include "control/collect.h"
#include "control/disrupt.h"
#include "control/interruption.h"
#include "control/lifecycle.h"
#include "control/overlays.h"
#include "control/pools.h"
#include "control/provision.h"
#include "control/terminate.h"
#include "control/upkeep.h"
#include "control/world.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/pod.h"

namespace control {

class Stage {
 public:
  // At 2026-01-01T00:00:00Z, with all watches delivered.
  explicit Stage(Settings settings = {});

  World world;
  base::Time now;

  void wait(base::Duration duration) { now += duration; }

  // --- the API server

  // Creates or changes the object, as anybody could, and delivers it.
  void put(const model::Object& object);
  // Removes the object at once, whatever its finalizers.
  void remove(const model::Reference& reference);
  // A user's delete: with finalizers the object stays and is deleting.
  void request_deletion(const model::Reference& reference);

  bool has(const model::Reference& reference) const { return objects_.contains(reference); }
  bool has(std::string_view key) const;  // "Node/n1"
  const model::NodeClaim& claim(const std::string& name) const;
  const model::Node& node(const std::string& name) const;
  const model::NodePool& pool(const std::string& name) const;
  const model::Pod& pod(const std::string& key) const;  // "default/web-1"

  // --- the cloud

  std::optional<base::Error> launch_error;
  std::optional<base::Error> types_error;
  model::InstanceTypes types;
  std::map<std::string, ports::Instance> instances;      // by provider ID
  std::vector<std::string> launches;                     // names of claims
  std::vector<std::string> terminations;                 // provider IDs, each time it was asked
  Metrics metrics;                                       // of what was carried out
  std::vector<ports::OfferingKey> unavailable;           // as they were marked
  std::vector<std::string> acknowledged;                 // IDs of notices
  std::map<std::string, model::InstanceTypes> overlaid;  // by NodePool, as the cloud was told
  std::map<std::string, ports::HookAnswer> hooks;        // by name of a hook
  // A terminated instance is gone after so many more requests.
  int requests_until_gone = 0;

  // --- the loops

  Decision lifecycle() { return decide_lifecycle(world, now); }
  Decision terminate() { return decide_termination(world, now); }
  Decision interrupt() { return decide_interruption(world, now); }
  Decision disrupt() { return disrupter.decide(world, now); }
  Decision provision() { return provisioner.decide(world, now); }
  Decision overlay() { return overlays.decide(world, now); }
  Decision buffer() { return buffers.decide(world, now); }
  Decision count_pools() { return pools.decide(world, now); }
  Decision collect() { return collector.decide(world, now); }

  Disrupter disrupter;
  Provisioner provisioner;
  Overlays overlays;
  Buffers buffers;
  Pools pools;
  Collector collector;
  Upkeep upkeep;

  // Carries out what the loop decided, as the performer does, each action with success unless the
  // stage was told otherwise.
  void carry_out(const Decision& decision);
  // One look: every loop once, in the order of the controller.
  void look();
  // Looks at every moment at which a loop wants to look again, until `end`; then now == end.
  void run_until(base::Time end);

 private:
  void perform(const Action& action);
  void perform(const CreateClaim& work);
  void perform(const LaunchInstance& work);
  void perform(const PatchObject& work);
  void perform(const DeleteObject& work);
  void perform(const EvictPod& work);
  void perform(const TerminateInstance& work);
  void perform(const DescribeInstance& work);
  void perform(const FetchInstanceTypes& work);
  void perform(const ListInstances& work);
  void perform(const MarkUnavailable& work);
  void perform(const AskHook& work);
  void perform(const AcknowledgeNotice& work);
  void perform(const OverlayTypes& work);

  void store(model::Kind kind, base::Json object);
  void start_deletion(const model::Reference& reference, std::optional<std::int64_t> grace);

  std::map<model::Reference, model::Object> objects_;
  std::map<std::string, int> termination_requests_;
  std::uint64_t version_ = 100;
  int named_ = 0;
  std::optional<base::Time> wake_;
};

// What a decision asks for, one line each, in its order: "patch NodeClaim/a", "delete Node/n1",
// "evict default/web-1", "force default/web-1 7s", "launch a", "terminate i-1", "describe i-1",
// "create default-", "types default", "list", "mark m5.large us-east-1a spot", "acknowledge 7", "ask hook a",
// "overlay default".
std::vector<std::string> actions_of(const Decision& decision);

// "Warning FailedDraining Node/n1: Failed to drain node, …", those of actions included.
std::vector<std::string> notices_of(const Decision& decision);

// Messages of the log, those of actions included.
std::vector<std::string> logs_of(const Decision& decision);

// What the decision would make of an object: the state after its patch.
// Requires: the decision patches it.
template <class T>
const T& patched(const Decision& decision, std::string_view name) {
  for (const Action& action : decision.actions) {
    const auto* patch = std::get_if<PatchObject>(&action.work);
    bool is_it =
        patch != nullptr && patch->after.template is<T>() && patch->after.metadata().name == name;
    if (is_it) return patch->after.template as<T>();
  }
  ADD_FAILURE() << "no patch of " << name;
  static const T none{};
  return none;
}

// "True", "False NotReady: why", "Unknown …"; "absent" if the condition is not there. Reason and
// message are left out of a True condition.
std::string condition_of(const model::NodeClaim& claim, std::string_view type);
std::string condition_of(const model::NodePool& pool, std::string_view type);

model::Reference claim_reference(std::string_view name);
model::Reference node_reference(std::string_view name);
model::Reference pod_reference(std::string_view key);

}  // namespace control
