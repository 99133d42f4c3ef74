#include "sim/actors_disruption_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "model/workload.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

bool selects(const model::PodDisruptionBudget& budget, const model::ObjectMeta& pod) {
  return budget.spec.selector && budget.metadata.namespace_ == pod.namespace_ &&
         model::matches(*budget.spec.selector, pod.labels);
}

bool is_healthy(const model::Pod& pod) { return !pod.metadata.deletionTimestamp && is_ready(pod); }

// The controller of the object that says how many there should be: for a pod its ReplicaSet, or
// rather the Deployment that controls that. Null if there is none.
StoredPtr scaled_owner(const Store& store, const model::ObjectMeta& metadata) {
  const model::OwnerReference* owner = model::controller_of(metadata);
  if (owner == nullptr) return nullptr;
  const Resource* resource = store.find_kind(owner->apiVersion, owner->kind);
  if (resource == nullptr || !resource->has_scale) return nullptr;
  StoredPtr stored = store.get(*resource, metadata.namespace_, owner->name);
  if (stored == nullptr || base::string_at(stored->json, {"metadata", "uid"}) != owner->uid) {
    return nullptr;
  }
  if (!resource->known) return stored;
  StoredPtr above = scaled_owner(store, stored->object.metadata());
  return above == nullptr ? stored : above;
}

}  // namespace

DisruptionBudgetController::DisruptionBudgetController(const ActorContext& context,
                                                       base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(
      context_.store, model::Kind::PodDisruptionBudget,
      [this](const WatchEvent& event) { queue_.add(key_of(event.object->object.metadata())); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void DisruptionBudgetController::see_pod(const WatchEvent& event) {
  const model::ObjectMeta& pod = event.object->object.metadata();
  for (const auto& budget : list<model::PodDisruptionBudget>(context_.store, pod.namespace_)) {
    bool selected_before =
        event.before != nullptr && selects(*budget, event.before->object.metadata());
    if (selected_before || selects(*budget, pod)) queue_.add(key_of(budget->metadata));
  }
}

void DisruptionBudgetController::sync(const ObjectKey& key) {
  auto budget = find<model::PodDisruptionBudget>(context_.store, key);
  if (budget == nullptr) return;
  Pods pods = list<model::Pod>(context_.store, key.name_space);
  std::erase_if(pods, [&](const auto& pod) {
    bool is_over = pod->status.phase == "Succeeded" || pod->status.phase == "Failed";
    return is_over || !selects(*budget, pod->metadata);
  });
  std::int64_t healthy =
      std::ranges::count_if(pods, [](const auto& pod) { return is_healthy(*pod); });
  base::Result<Expectation> expected = expectation(*budget, pods);
  std::int64_t allowed = 0;
  if (expected && expected->pods > 0) {
    allowed = std::max<std::int64_t>(healthy - expected->healthy, 0);
  }
  edit_status(context_.store, model::Kind::PodDisruptionBudget, key,
              [&](boost::json::object& status) {
                base::Time now = context_.clock.now();
                status["disruptionsAllowed"] = allowed;
                status["observedGeneration"] = budget->metadata.generation;
                if (!expected) {
                  set_condition(status, "DisruptionAllowed", "False", "SyncFailed",
                                expected.error().message, now);
                  return;
                }
                status["currentHealthy"] = healthy;
                status["desiredHealthy"] = expected->healthy;
                status["expectedPods"] = expected->pods;
                set_condition(status, "DisruptionAllowed", allowed > 0 ? "True" : "False",
                              allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now);
              });
}

base::Result<DisruptionBudgetController::Expectation> DisruptionBudgetController::expectation(
    const model::PodDisruptionBudget& budget, const Pods& pods) const {
  const model::PodDisruptionBudgetSpec& spec = budget.spec;
  std::int64_t count = std::ssize(pods);
  if (spec.maxUnavailable) {
    base::Result<std::int64_t> scale = scale_of_owners(pods);
    if (!scale) return std::unexpected(scale.error());
    std::int64_t may_miss = scaled(*spec.maxUnavailable, *scale, Rounding::up);
    return Expectation{*scale, std::max<std::int64_t>(*scale - may_miss, 0)};
  }
  if (!spec.minAvailable) return Expectation{count, 0};
  if (!spec.minAvailable->text.ends_with('%')) {
    return Expectation{count, scaled(*spec.minAvailable, count, Rounding::up)};
  }
  base::Result<std::int64_t> scale = scale_of_owners(pods);
  if (!scale) return std::unexpected(scale.error());
  return Expectation{*scale, scaled(*spec.minAvailable, *scale, Rounding::up)};
}

// The sum over the different owners.
base::Result<std::int64_t> DisruptionBudgetController::scale_of_owners(const Pods& pods) const {
  std::map<std::string, std::int64_t> by_uid;
  for (const auto& pod : pods) {
    if (model::controller_of(pod->metadata) == nullptr) continue;
    StoredPtr owner = scaled_owner(context_.store, pod->metadata);
    if (owner == nullptr) {
      return base::invalid(
          fmt::format("found no controller with a scale for pod \"{}\"", pod->metadata.name));
    }
    const base::Json* replicas = base::find_path(owner->json, {"spec", "replicas"});
    by_uid[std::string(base::string_at(owner->json, {"metadata", "uid"}))] =
        replicas == nullptr ? 1 : replicas->to_number<std::int64_t>();
  }
  std::int64_t sum = 0;
  for (const auto& [uid, replicas] : by_uid) {
    sum += replicas;
  }
  return sum;
}

}  // namespace sim
