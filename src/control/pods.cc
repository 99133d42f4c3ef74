#include "control/pods.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/labels.h"
#include "model/node.h"

namespace control {
namespace {

bool is_terminating(const model::Pod& pod) { return pod.metadata.deletionTimestamp.has_value(); }

bool is_owned_by_stateful_set(const model::Pod& pod) {
  return std::ranges::any_of(pod.metadata.ownerReferences, [](const model::OwnerReference& owner) {
    return owner.apiVersion == "apps/v1" && owner.kind == "StatefulSet";
  });
}

bool is_ready_false(const model::Pod& pod) {
  const model::Condition* ready = model::find_condition(pod.status.conditions, "Ready");
  return ready != nullptr && ready->status == "False";
}

// DIS-022: by the spec alone.
bool blocks_fully(const model::PodDisruptionBudget& budget) {
  const auto& most = budget.spec.maxUnavailable;
  const auto& least = budget.spec.minAvailable;
  return (most && (most->text == "0" || most->text == "0%")) || (least && least->text == "100%");
}

// DIS-021: an unready pod may go whatever the budget says.
bool lets_unready_go(const model::PodDisruptionBudget& budget, const model::Pod& pod) {
  return budget.spec.unhealthyPodEvictionPolicy == "AlwaysAllow" && is_ready_false(pod);
}

}  // namespace

bool is_active(const model::Pod& pod) { return !engine::is_terminal(pod) && !is_terminating(pod); }

bool is_reschedulable(const model::Pod& pod) {
  bool comes_back = is_active(pod) || (is_terminating(pod) && is_owned_by_stateful_set(pod));
  return comes_back && !engine::is_daemon_pod(pod) && !engine::is_static_pod(pod);
}

std::size_t reschedulable_on(const World& world, std::string_view node) {
  auto pods = world.pods_on(node);
  return static_cast<std::size_t>(
      std::ranges::count_if(pods, [](const auto& pod) { return is_reschedulable(*pod); }));
}

bool tolerates_disruption(const model::Pod& pod) {
  model::Taint disrupted;
  disrupted.key = model::kDisruptedTaint;
  disrupted.effect = "NoSchedule";
  return model::tolerates(pod.spec->tolerations, disrupted);
}

bool is_protected(const model::Pod& pod, base::Time now) {
  std::string_view value =
      model::value_of(pod.metadata.annotations, model::kDoNotDisruptAnnotation);
  if (value == "true") return true;
  base::Result<base::Duration> duration = base::parse_duration(value);
  if (!duration || *duration <= base::Duration::zero()) return false;
  return !pod.status.startTime || now - *pod.status.startTime < *duration;
}

std::optional<Notice> protection_notice(const std::shared_ptr<const model::Pod>& pod,
                                        base::Time now) {
  std::string_view value =
      model::value_of(pod->metadata.annotations, model::kDoNotDisruptAnnotation);
  if (value.empty() || value == "true") return std::nullopt;
  Notice notice;
  notice.about = reference_of(model::Object(pod));
  notice.dedupe = {pod->metadata.uid};
  base::Result<base::Duration> duration = base::parse_duration(value);
  if (!duration || *duration <= base::Duration::zero()) {
    std::string cause = duration ? fmt::format("duration must be positive, got \"{}\"", value)
                                 : duration.error().message;
    notice.warning = true;
    notice.reason = "InvalidDoNotDisruptAnnotation";
    notice.message = fmt::format("Invalid {} annotation: {}, ignoring annotation",
                                 model::kDoNotDisruptAnnotation, cause);
    notice.dedupe.push_back(std::move(cause));
    return notice;
  }
  if (!pod->status.startTime) return std::nullopt;
  base::Time end = *pod->status.startTime + *duration;
  if (now < end) {
    notice.reason = "DoNotDisruptUntil";
    notice.message = fmt::format("The {} grace period will elapse at {}",
                                 model::kDoNotDisruptAnnotation, base::print_time(end));
    notice.dedupe.push_back(base::print_time(end));
  } else {
    notice.reason = "DoNotDisruptGracePeriodElapsed";
    notice.message = fmt::format("The {} grace period has elapsed", model::kDoNotDisruptAnnotation);
  }
  return notice;
}

bool is_evictable(const model::Pod& pod, base::Time now) {
  return is_active(pod) && !tolerates_disruption(pod) && !engine::is_static_pod(pod) &&
         !is_protected(pod, now);
}

bool is_waited_for(const model::Pod& pod, base::Time now, base::Duration stuck_after) {
  bool stuck = is_terminating(pod) && now - *pod.metadata.deletionTimestamp > stuck_after;
  return !engine::is_terminal(pod) && !tolerates_disruption(pod) && !engine::is_static_pod(pod) &&
         !stuck;
}

bool is_critical(const model::Pod& pod) {
  const std::string& name = pod.spec->priorityClassName;
  return name == "system-cluster-critical" || name == "system-node-critical";
}

std::vector<const model::PodDisruptionBudget*> budgets_of(const World& world,
                                                          const model::Pod& pod) {
  std::vector<const model::PodDisruptionBudget*> found;
  const std::string prefix = pod.metadata.namespace_ + "/";
  for (auto entry = world.budgets().lower_bound(prefix);
       entry != world.budgets().end() && entry->first.starts_with(prefix); ++entry) {
    const model::PodDisruptionBudget& budget = *entry->second;
    if (budget.spec.selector && model::matches(*budget.spec.selector, pod.metadata.labels)) {
      found.push_back(&budget);
    }
  }
  return found;
}

std::string budget_obstacle(const World& world, const model::Pod& pod, base::Time now) {
  if (!is_evictable(pod, now)) return "";
  std::vector<const model::PodDisruptionBudget*> budgets = budgets_of(world, pod);
  if (budgets.size() > 1) {
    std::string names;
    for (const model::PodDisruptionBudget* budget : budgets) {
      names += (names.empty() ? "" : " ") + table_key(budget->metadata);
    }
    return fmt::format("eviction does not support multiple PDBs (PodDisruptionBudget(s)=[{}])",
                       names);
  }
  if (budgets.empty() || budgets.front()->status.disruptionsAllowed > 0 ||
      lets_unready_go(*budgets.front(), pod)) {
    return "";
  }
  return fmt::format("pdb prevents pod evictions (PodDisruptionBudget=[{}])",
                     table_key(budgets.front()->metadata));
}

bool says_several_budgets(const base::Error& error) {
  return error.message.find("more than one PodDisruptionBudget") != std::string::npos;
}

bool is_currently_reschedulable(const World& world, const model::Pod& pod, base::Time now) {
  if (!is_reschedulable(pod)) return false;
  if (is_active(pod) && is_protected(pod, now)) return false;
  if (!is_evictable(pod, now)) return true;
  std::vector<const model::PodDisruptionBudget*> budgets = budgets_of(world, pod);
  if (budgets.size() > 1) return false;
  return budgets.empty() || !blocks_fully(*budgets.front()) ||
         lets_unready_go(*budgets.front(), pod);
}

}  // namespace control
