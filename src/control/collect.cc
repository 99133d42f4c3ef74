#include "control/collect.h"

#include <algorithm>

#include "control/edit.h"
#include "control/pods.h"
#include "model/conditions.h"

namespace control {
namespace {

// LIF-149: after a start, orphans of a crash are found soon.
constexpr int kQuickPasses = 20;
constexpr base::Duration kQuickPeriod = std::chrono::seconds(10);

// A claim shows it as its machine, or may still come to do so (LIF-061).
bool is_claimed(const World& world, const ports::Instance& instance) {
  if (!world.claims_of(instance.providerID).empty()) return true;
  auto claim = world.claims().find(instance.nodeclaim);
  return claim != world.claims().end() && claim->second->status.providerID.empty();
}

}  // namespace

Decision Collector::decide(World& world, base::Time now) {
  Decision decision;
  if (!world.watches_synced()) return decision;
  if (world.listed_instances && world.listed_at > handled_) {
    handled_ = world.listed_at;
    if (quick_passes_ < kQuickPasses) ++quick_passes_;
    collect_claims(world, now, decision);
    collect_instances(world, now, decision);
    world.forget_stale(now);
  }
  base::Duration period =
      quick_passes_ < kQuickPasses ? kQuickPeriod : world.settings().collection_period;
  base::Time next = handled_ + period;
  if (now < next) {
    decision.wake_at(next);
    return decision;
  }
  Action action;
  action.key = "list-instances";
  action.work = ListInstances{};
  decision.actions.push_back(std::move(action));
  return decision;
}

// LIF-145 to LIF-147.
void Collector::collect_claims(World& world, base::Time now, Decision& decision) const {
  std::set<std::string_view> present;
  for (const ports::Instance& instance : *world.listed_instances) {
    if (!instance.terminating) present.insert(instance.providerID);
  }
  for (const auto& [name, claim] : world.claims()) {
    bool is_registered = model::is_true(claim->status.conditions, model::kRegistered);
    if (!world.is_managed(claim->spec.nodeClassRef) || claim->metadata.deletionTimestamp ||
        !is_registered || present.contains(claim->status.providerID)) {
      continue;
    }
    auto nodes = world.nodes_of(claim->status.providerID);
    bool is_ready = std::ranges::any_of(
        nodes, [](const auto& node) { return model::is_true(node->status.conditions, "Ready"); });
    if (is_ready) continue;
    ClaimEdit edit(claim, "nodeclaim.garbagecollection", now);
    Action action = delete_action(model::Object(claim));
    action.logs.push_back(edit.line(
        Level::debug, "garbage collecting nodeclaim with no cloudprovider representation"));
    std::size_t pods = reschedulable_on(world, claim->status.nodeName);
    action.counts = {claim_disrupted(*claim, "garbage_collected"),
                     pods_disrupted(*claim, "garbage_collected", pods)};
    decision.actions.push_back(std::move(action));
  }
}

// LIF-149: instances carry the name of the claim that they were launched for; one that nobody
// claims any more is terminated, once it is old enough for its claim to have been written.
void Collector::collect_instances(World& world, base::Time now, Decision& decision) const {
  for (const ports::Instance& instance : *world.listed_instances) {
    bool is_young = instance.launched_at + world.settings().orphan_age > now;
    if (instance.terminating || is_young || is_claimed(world, instance)) continue;
    Action action;
    action.key = "terminate/" + instance.providerID;
    action.work = TerminateInstance{instance.providerID};
    action.logs.push_back(
        {Level::info,
         "instance.garbagecollection",
         "garbage collected cloudprovider instance",
         {{"provider-id", instance.providerID}, {"NodeClaim", {{"name", instance.nodeclaim}}}}});
    decision.actions.push_back(std::move(action));
    for (const auto& node : world.nodes_of(instance.providerID)) {
      decision.actions.push_back(delete_action(model::Object(node)));
    }
  }
}

}  // namespace control
