#include "sim/actors_deployment_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sim/actors_objects.h"
#include "sim/actors_rollout.h"

namespace sim {
namespace {

using boost::json::object;

constexpr std::string_view kComplete = "NewReplicaSetAvailable";
constexpr std::int64_t kDefaultDeadlineSeconds = 600;

// Deployments say of each condition also when it was last written.
object& set_deployment_condition(object& status, std::string_view type, std::string_view state,
                                 std::string_view reason, std::string_view message,
                                 base::Time now) {
  object& condition = set_condition(status, type, state, reason, message, now);
  if (!condition.contains("lastUpdateTime")) condition["lastUpdateTime"] = text(now);
  return condition;
}

void set_available(object& status, const RolloutGoal& goal, std::int64_t available,
                   base::Time now) {
  if (available >= goal.replicas - goal.max_unavailable) {
    set_deployment_condition(status, "Available", "True", "MinimumReplicasAvailable",
                             "Deployment has minimum availability.", now);
  } else {
    set_deployment_condition(status, "Available", "False", "MinimumReplicasUnavailable",
                             "Deployment does not have minimum availability.", now);
  }
}

struct Progress {
  bool is_complete = false;
  bool has_moved = false;
};

Progress progress_of(const model::DeploymentStatus& before, const DeploymentCounts& counts,
                     std::int64_t replicas) {
  Progress progress;
  progress.is_complete =
      counts.updated == replicas && counts.replicas == replicas && counts.available == replicas;
  progress.has_moved =
      counts.updated > before.updatedReplicas ||
      counts.replicas - counts.updated < before.replicas - before.updatedReplicas ||
      counts.ready > before.readyReplicas || counts.available > before.availableReplicas;
  return progress;
}

std::optional<base::Time> last_update(object& status, std::string_view type) {
  for (const base::Json& condition : array_at(status, "conditions")) {
    if (base::string_at(condition, {"type"}) != type) continue;
    auto time = base::parse_time(base::string_at(condition, {"lastUpdateTime"}));
    if (time) return *time;
  }
  return std::nullopt;
}

// The condition Progressing. A complete rollout stays one when the Deployment is only scaled.
std::optional<base::Time> set_progressing(object& status, const model::Deployment& deployment,
                                          const Progress& progress, const std::string& new_set,
                                          base::Time now) {
  constexpr std::string_view kType = "Progressing";
  const model::Condition* before = model::find_condition(deployment.status.conditions, kType);
  std::string name = fmt::format("ReplicaSet \"{}\"", new_set);
  if (progress.is_complete) {
    object& condition =
        set_deployment_condition(status, kType, "True", kComplete,
                                 fmt::format("{} has successfully progressed.", name), now);
    if (before == nullptr || before->reason != kComplete) condition["lastUpdateTime"] = text(now);
    return std::nullopt;
  }
  bool was_complete =
      before != nullptr && before->reason == kComplete && before->message.starts_with(name);
  if (was_complete) return std::nullopt;
  if (before == nullptr) {
    set_deployment_condition(status, kType, "True", "NewReplicaSetCreated",
                             fmt::format("Created new replica set \"{}\"", new_set), now);
  } else if (progress.has_moved || !before->message.starts_with(name)) {
    object& condition = set_deployment_condition(status, kType, "True", "ReplicaSetUpdated",
                                                 fmt::format("{} is progressing.", name), now);
    condition["lastUpdateTime"] = text(now);
  }
  std::chrono::seconds patience(
      deployment.spec.progressDeadlineSeconds.value_or(kDefaultDeadlineSeconds));
  base::Time deadline = last_update(status, kType).value_or(now) + patience;
  if (deadline > now) return deadline;
  set_deployment_condition(status, kType, "False", "ProgressDeadlineExceeded",
                           fmt::format("{} has timed out progressing.", name), now);
  return std::nullopt;
}

}  // namespace

std::optional<base::Time> set_deployment_status(object& status, const model::Deployment& deployment,
                                                const DeploymentCounts& counts,
                                                const std::string& new_set, base::Time now) {
  RolloutGoal goal = goal_of(deployment.spec);
  status["observedGeneration"] = deployment.metadata.generation;
  set_count(status, "replicas", counts.replicas);
  set_count(status, "updatedReplicas", counts.updated);
  set_count(status, "readyReplicas", counts.ready);
  set_count(status, "availableReplicas", counts.available);
  set_count(status, "unavailableReplicas",
            std::max<std::int64_t>(counts.wanted - counts.available, 0));
  set_available(status, goal, counts.available, now);
  if (new_set.empty()) return std::nullopt;
  return set_progressing(status, deployment, progress_of(deployment.status, counts, goal.replicas),
                         new_set, now);
}

}  // namespace sim
