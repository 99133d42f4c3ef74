// The arithmetic of a Deployment's rollout: how large each of its ReplicaSets should be next. Plain
// functions of numbers; the controller (actors_deployment.h) reads and writes the objects.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "model/workload.h"

namespace sim {

// One of the Deployment's ReplicaSets. Those with another template than the Deployment's are old.
struct RolloutSet {
  std::int64_t size = 0;       // spec.replicas
  std::int64_t available = 0;  // status
  std::int64_t most = 0;       // replicas plus surge when it was last sized; 0 if not known
  bool is_new = false;
};

// What the Deployment asks for. The surge is rounded up from a percentage, what may be unavailable
// down; if both come to 0, one may be unavailable. Recreate allows neither.
struct RolloutGoal {
  std::int64_t replicas = 0;
  std::int64_t max_surge = 0;
  std::int64_t max_unavailable = 0;
};

RolloutGoal goal_of(const model::DeploymentSpec& spec);

// The sizes after one step, in the order of the sets (oldest first). A step either moves the new
// set, or, if that is where it should be, lets old ones shrink as far as enough pods stay
// available: first by pods that are not available anyway, then by others, the oldest set first.
std::vector<std::int64_t> next_rolling_sizes(const RolloutGoal& goal,
                                             const std::vector<RolloutSet>& sets);

// The size of a new set that is about to be made.
std::int64_t first_rolling_size(const RolloutGoal& goal, const std::vector<RolloutSet>& old_sets);

// The sizes after the Deployment was scaled while no rollout is due or one is under way: a single
// set with pods (or else the newest) takes it all; a complete new set leaves nothing to old ones;
// otherwise all sets with pods change in proportion, the largest first, and the largest takes what
// rounding leaves. Of equally large ones the newer goes first on the way up, the older down.
std::vector<std::int64_t> scaled_sizes(const RolloutGoal& goal,
                                       const std::vector<RolloutSet>& sets);

}  // namespace sim
