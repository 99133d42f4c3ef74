#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "model/meta.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "sim/errors.h"
#include "sim/object_meta.h"
#include "sim/preconditions.h"
#include "sim/store_state.h"

namespace sim {
namespace {

using base::Code;
using base::Json;
using base::Result;

constexpr const char* kBudgetForbids =
    "Cannot evict pod as it would violate the pod's disruption budget.";

Json text(std::string_view value) { return Json(boost::json::string(value)); }

// Pods that serve nobody (pending or ended), or that are going already, are evicted whatever the
// budgets say.
bool needs_budget(const model::Pod& pod) {
  const std::string& phase = pod.status.phase;
  return (phase == "Running" || phase == "Unknown") && !pod.metadata.deletionTimestamp;
}

// A pod that is not ready may go although no disruption is allowed, since it takes nothing away.
bool is_free(const model::Pod& pod, const model::PodDisruptionBudget& budget) {
  if (model::is_true(pod.status.conditions, "Ready")) return false;
  if (budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow") return true;
  return budget.status.desiredHealthy > 0 &&
         budget.status.currentHealthy >= budget.status.desiredHealthy;
}

// A status as it is after one more disruption.
Json with_one_disruption(const Json& budget) {
  Json after = budget;
  boost::json::object& status = after.at("status").get_object();
  std::int64_t allowed = status.at("disruptionsAllowed").to_number<std::int64_t>() - 1;
  status["disruptionsAllowed"] = allowed;
  Json* conditions = status.if_contains("conditions");
  if (allowed > 0 || conditions == nullptr) return after;
  for (Json& condition : conditions->as_array()) {
    if (base::string_at(condition, {"type"}) != "DisruptionAllowed") continue;
    condition.get_object()["status"] = "False";
    condition.get_object()["reason"] = "InsufficientPods";
  }
  return after;
}

// Sets a condition of the status, in place or at the end.
void set_condition(Json& value, std::string_view type, std::string_view status, base::Time now) {
  Json& list = value.get_object()["status"];
  if (list.is_null()) list = boost::json::object();
  Json& conditions = list.as_object()["conditions"];
  if (conditions.is_null()) conditions = boost::json::array();
  Json condition = {{"type", text(type)},
                    {"status", text(status)},
                    {"lastTransitionTime", text(base::print_time(now))}};
  for (Json& old : conditions.as_array()) {
    if (base::string_at(old, {"type"}) != type) continue;
    old = std::move(condition);
    return;
  }
  conditions.get_array().push_back(std::move(condition));
}

}  // namespace

Result<void> Store::State::take_allowance(const Stored& pod, bool dry_run) {
  const auto& typed = pod.object.as<model::Pod>();
  const Resource& resource = resource_of(model::Kind::PodDisruptionBudget);
  StoredPtr found;
  std::string first = store_key(typed.metadata.namespace_, "");
  const auto& budgets = table_of(resource).objects;
  for (auto entry = budgets.lower_bound(first);
       entry != budgets.end() && entry->first.starts_with(first); ++entry) {
    const auto& budget = entry->second->object.as<model::PodDisruptionBudget>();
    if (!budget.spec.selector || !model::matches(*budget.spec.selector, typed.metadata.labels)) {
      continue;
    }
    if (found != nullptr) {
      return base::fail(Code::internal,
                        "This pod has more than one PodDisruptionBudget, which the eviction "
                        "subresource does not support.");
    }
    found = entry->second;
  }
  if (found == nullptr) return {};
  const auto& budget = found->object.as<model::PodDisruptionBudget>();
  if (is_free(typed, budget)) return {};
  bool is_current = budget.status.observedGeneration >= budget.metadata.generation;
  if (!is_current || budget.status.disruptionsAllowed <= 0) {
    return base::fail(Code::throttled, kBudgetForbids);
  }
  Result<StoredPtr> after = read(resource, with_one_disruption(found->json));
  base::check(after.has_value(), "a stored budget can be read");
  commit(resource, found, std::move(*after), dry_run);
  return {};
}

Result<void> Store::evict(std::string_view name_space, std::string_view name,
                          const DeleteOptions& options) {
  const Resource& pods = resource_of(model::Kind::Pod);
  StoredPtr pod = get(pods, name_space, name);
  if (pod == nullptr) return not_found(pods, name);
  Result<void> preconditions =
      check_preconditions(pods, *pod, options.uid, options.resource_version);
  if (!preconditions) return preconditions;
  if (needs_budget(pod->object.as<model::Pod>())) {
    Result<void> allowed = state_->take_allowance(*pod, options.dry_run);
    if (!allowed) return allowed;
  }
  Result<StoredPtr> removed = remove(pods, name_space, name, options);
  if (!removed) return std::unexpected(removed.error());
  return {};
}

Result<void> Store::bind(std::string_view name_space, std::string_view name, std::string_view node,
                         bool dry_run) {
  const Resource& pods = resource_of(model::Kind::Pod);
  StoredPtr before = get(pods, name_space, name);
  if (before == nullptr) return not_found(pods, name);
  const auto& pod = before->object.as<model::Pod>();
  if (pod.metadata.deletionTimestamp) {
    return conflict(pods, name,
                    fmt::format("pod {} is being deleted, cannot be assigned to a host", name));
  }
  if (!pod.spec->nodeName.empty()) {
    return conflict(
        pods, name,
        fmt::format("pod {} is already assigned to node \"{}\"", name, pod.spec->nodeName));
  }
  Json value = before->json;
  value.at("spec").get_object()["nodeName"] = text(node);
  set_condition(value, "PodScheduled", "True", state_->clock.now());
  Result<StoredPtr> after = state_->read(pods, std::move(value));
  if (!after) return std::unexpected(after.error());
  state_->commit(pods, before, std::move(*after), dry_run);
  return {};
}

}  // namespace sim
