#include "sim/checkers.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/filters.h"
#include "judge/placement.h"
#include "model/labels.h"
#include "model/node_claim.h"
#include "model/node_pool.h"
#include "model/resources.h"
#include "sim/actors_objects.h"
#include "sim/checkers_placement.h"

namespace sim {
namespace {

constexpr base::Duration kPatience = std::chrono::minutes(15);  // with what is still under way
constexpr base::Duration kSettled = std::chrono::seconds(90);   // since a pod was bound

bool is_leaving(const model::Node& node) {
  return std::ranges::any_of(node.spec.taints, [](const model::Taint& taint) {
    return taint.key == model::kDisruptedTaint;
  });
}

// Whether the pod must have been evicted before its machine ends.
bool counts(const model::Pod& pod, base::Time now) {
  const model::OwnerReference* owner = model::controller_of(pod.metadata);
  bool stays = owner != nullptr && (owner->kind == "DaemonSet" || owner->kind == "Node");
  if (stays || pod.metadata.deletionTimestamp || judge::is_finished(pod)) return false;
  const model::Taint taint{std::string(model::kDisruptedTaint), "", "NoSchedule", std::nullopt};
  if (judge::tolerated(pod.spec->tolerations, taint)) return false;
  const model::Condition* bound = model::find_condition(pod.status.conditions, "PodScheduled");
  return bound != nullptr && bound->lastTransitionTime.value_or(now) + kSettled <= now;
}

}  // namespace

Checkers::Checkers(Store& store, SimCloud& cloud, ports::Clock& clock)
    : store_(store), cloud_(cloud), clock_(clock) {
  cloud_.on_launch([this](const RunningInstance& instance) { see_launch(instance); });
  claims_ =
      follow(store_, model::Kind::NodeClaim, [this](const WatchEvent& event) { see_claim(event); });
  look_every_minute();
}

void Checkers::report(std::string_view invariant, std::string what) {
  if (!reported_.insert(what).second) return;
  violations_.push_back({clock_.now(), std::string(invariant), std::move(what)});
}

void Checkers::see_launch(const RunningInstance& instance) {
  made_.insert(instance.providerID);
  std::set<std::string>& all = launched_for_[instance.nodeclaim];
  all.insert(instance.providerID);
  if (all.size() > 1) {
    report("twice",
           fmt::format("NodeClaim {} launched {} instances", instance.nodeclaim, all.size()));
  }
  check_limits(instance);
}

void Checkers::see_claim(const WatchEvent& event) {
  const auto& claim = event.object->object.as<model::NodeClaim>();
  if (event.type != WatchEvent::Type::added) return;
  replaced_by_.emplace(claim.metadata.name, leaving_claims(model::value_of(claim.metadata.labels,
                                                                           model::kNodePoolLabel)));
}

std::set<std::string> Checkers::leaving_claims(std::string_view pool) const {
  std::set<std::string> leaving;
  for (const auto& claim : list<model::NodeClaim>(store_)) {
    if (model::value_of(claim->metadata.labels, model::kNodePoolLabel) != pool) continue;
    auto node = find<model::Node>(store_, {"", claim->status.nodeName});
    if (claim->metadata.deletionTimestamp || (node != nullptr && is_leaving(*node))) {
      leaving.insert(claim->metadata.name);
    }
  }
  return leaving;
}

void Checkers::check_limits(const RunningInstance& launched) {
  auto pool = find<model::NodePool>(store_, {"", launched.nodepool});
  if (pool == nullptr || pool->spec.limits.empty()) return;
  std::set<std::string> leaving = leaving_claims(launched.nodepool);
  auto replaced = replaced_by_.find(launched.nodeclaim);
  if (replaced != replaced_by_.end())
    leaving.insert(replaced->second.begin(), replaced->second.end());
  model::ResourceList used;
  for (const RunningInstance& instance : cloud_.running()) {
    bool counts_in = instance.nodepool == launched.nodepool && !instance.terminating &&
                     find(store_, model::Kind::NodeClaim, {"", instance.nodeclaim}) != nullptr &&
                     !leaving.contains(instance.nodeclaim);
    if (!counts_in) continue;
    model::add(used, instance.type->capacity);
    used[std::string(model::kNodes)] += base::Quantity::from_units(1);
  }
  for (const auto& [resource, limit] : pool->spec.limits) {
    base::Quantity amount = model::quantity_of(used, resource);
    if (amount <= limit) continue;
    report("limits", fmt::format("NodePool {} uses {} {} of {} with instance {} for NodeClaim {}",
                                 launched.nodepool, amount.to_string(), resource, limit.to_string(),
                                 launched.instance_id, launched.nodeclaim));
  }
}

void Checkers::look_every_minute() {
  check_forgotten(kPatience);
  clock_.at(clock_.now() + std::chrono::minutes(1), [this] { look_every_minute(); });
}

bool Checkers::is_claimed(const RunningInstance& instance) const {
  auto claim = find<model::NodeClaim>(store_, {"", instance.nodeclaim});
  return claim != nullptr &&
         (claim->status.providerID.empty() || claim->status.providerID == instance.providerID);
}

void Checkers::check_forgotten(base::Duration patience) {
  std::map<std::string, base::Time> unclaimed;
  for (const RunningInstance& instance : cloud_.running()) {
    if (instance.terminating || is_claimed(instance)) continue;
    auto known = unclaimed_since_.find(instance.providerID);
    base::Time since = known == unclaimed_since_.end() ? clock_.now() : known->second;
    unclaimed.emplace(instance.providerID, since);
    if (clock_.now() - since < patience) continue;
    report("forgotten", fmt::format("instance {} runs, but its NodeClaim {} does not know it",
                                    instance.instance_id, instance.nodeclaim));
  }
  unclaimed_since_ = std::move(unclaimed);
}

// A claim that is deleting may wait for its pods; a new one for its launch.
void Checkers::check_claims_in_the_end() {
  std::set<std::string> present;
  for (const RunningInstance& instance : cloud_.running()) {
    if (!instance.terminating) present.insert(instance.providerID);
  }
  for (const auto& claim : list<model::NodeClaim>(store_)) {
    bool is_young = claim->metadata.creationTimestamp &&
                    *claim->metadata.creationTimestamp + kPatience > clock_.now();
    if (is_young || claim->metadata.deletionTimestamp) continue;
    if (present.contains(claim->status.providerID)) continue;
    report("forgotten", fmt::format("NodeClaim {} has no instance", claim->metadata.name));
  }
}

void Checkers::check_in_the_end() {
  check_forgotten(base::Duration(0));
  check_claims_in_the_end();
  for (std::string& sentence : pods_that_could_be_placed(store_, cloud_, clock_.now() - kPatience))
    report("placed", std::move(sentence));
}

// The grace period of a claim orders its pods out when it is over (DIS-288).
bool Checkers::is_forced_out(const std::string& providerID) const {
  for (const auto& claim : list<model::NodeClaim>(store_)) {
    if (claim->status.providerID == providerID &&
        claim->metadata.annotations.contains(model::kTerminationTimestampAnnotation)) {
      return true;
    }
  }
  return false;
}

void Checkers::see_pod_removal(const model::Reference& reference) {
  auto pod = find<model::Pod>(store_, {reference.namespace_, reference.name});
  if (pod == nullptr || pod->metadata.deletionTimestamp || judge::is_finished(*pod)) return;
  auto node = find<model::Node>(store_, {"", pod->spec->nodeName});
  if (node != nullptr && is_forced_out(node->spec.providerID)) return;
  report("budgets", fmt::format("pod {}/{} was deleted, not evicted", pod->metadata.namespace_,
                                pod->metadata.name));
}

void Checkers::see_eviction(const model::Reference& reference) {
  auto pod = find<model::Pod>(store_, {reference.namespace_, reference.name});
  if (pod == nullptr || pod->spec->nodeName.empty()) return;
  see_node_write({model::Kind::Node, "", pod->spec->nodeName});
}

void Checkers::see_node_write(const model::Reference& reference) {
  auto node = find<model::Node>(store_, {"", reference.name});
  if (node == nullptr || made_.contains(node->spec.providerID)) return;
  report("foreign", fmt::format("node {} is not Joiner's", node->metadata.name));
}

void Checkers::see_termination(const std::string& providerID) {
  if (!made_.contains(providerID)) {
    report("foreign", fmt::format("{} was terminated, which Joiner did not launch", providerID));
    return;
  }
  bool runs = std::ranges::any_of(cloud_.running(), [&](const RunningInstance& instance) {
    return instance.providerID == providerID && !instance.terminating;
  });
  if (!runs || is_forced_out(providerID)) return;
  for (const auto& node : list<model::Node>(store_)) {
    if (node->spec.providerID != providerID) continue;
    for (const auto& pod : list<model::Pod>(store_)) {
      if (pod->spec->nodeName != node->metadata.name || !counts(*pod, clock_.now())) continue;
      report("budgets", fmt::format("{} was terminated under pod {}/{}, which was not evicted",
                                    providerID, pod->metadata.namespace_, pod->metadata.name));
    }
  }
}

void WitnessKube::watch(model::Kind kind, std::function<void(ports::Change)> sink) {
  kube_.watch(kind, std::move(sink));
}

ports::Task<base::Result<model::Object>> WitnessKube::get(model::Reference reference) {
  return kube_.get(std::move(reference));
}

ports::Task<base::Result<model::Object>> WitnessKube::create(model::Object object) {
  return kube_.create(std::move(object));
}

ports::Task<base::Result<model::Object>> WitnessKube::patch(model::Reference reference,
                                                            base::Json patch,
                                                            std::string subresource,
                                                            ports::Preconditions preconditions) {
  if (reference.kind == model::Kind::Node) checkers_.see_node_write(reference);
  co_return co_await kube_.patch(std::move(reference), std::move(patch), std::move(subresource),
                                 std::move(preconditions));
}

ports::Task<base::Result<void>> WitnessKube::remove(
    model::Reference reference, ports::Preconditions preconditions,
    std::optional<std::int64_t> grace_period_seconds) {
  if (reference.kind == model::Kind::Node) checkers_.see_node_write(reference);
  if (reference.kind == model::Kind::Pod) checkers_.see_pod_removal(reference);
  co_return co_await kube_.remove(std::move(reference), std::move(preconditions),
                                  grace_period_seconds);
}

ports::Task<base::Result<void>> WitnessKube::evict(
    model::Reference pod, std::string uid, std::optional<std::int64_t> grace_period_seconds) {
  checkers_.see_eviction(pod);
  co_return co_await kube_.evict(std::move(pod), std::move(uid), grace_period_seconds);
}

ports::Task<base::Result<void>> WitnessCloud::terminate(std::string providerID) {
  checkers_.see_termination(providerID);
  co_return co_await cloud_.terminate(std::move(providerID));
}

}  // namespace sim
