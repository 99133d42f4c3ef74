#include "sim/actors_rollout.h"

#include <algorithm>
#include <numeric>

#include "sim/actors_objects.h"

namespace sim {
namespace {

using Sizes = std::vector<std::int64_t>;

Sizes sizes_of(const std::vector<RolloutSet>& sets) {
  Sizes sizes;
  for (const RolloutSet& set : sets) {
    sizes.push_back(set.size);
  }
  return sizes;
}

std::int64_t sum(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
}

// Of a set that grows from `size` while all sets together may hold `total` pods.
std::int64_t grown(const RolloutGoal& goal, std::int64_t size, std::int64_t total) {
  std::int64_t room = goal.replicas + goal.max_surge - total;
  if (room <= 0) return size;
  return size + std::min(room, goal.replicas - size);
}

// Rounded to the nearest, halves up. Requires: divisor > 0.
std::int64_t rounded(std::int64_t dividend, std::int64_t divisor) {
  return (2 * dividend + divisor) / (2 * divisor);
}

Sizes proportional_sizes(const RolloutGoal& goal, const std::vector<RolloutSet>& sets) {
  Sizes sizes = sizes_of(sets);
  std::int64_t allowed = goal.replicas > 0 ? goal.replicas + goal.max_surge : 0;
  std::int64_t to_add = allowed - sum(sizes);
  if (to_add == 0) return sizes;
  std::vector<std::size_t> order;
  for (std::size_t index = 0; index < sets.size(); ++index) {
    if (sets[index].size > 0) order.push_back(index);
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (sets[a].size != sets[b].size) return sets[a].size > sets[b].size;
    return to_add > 0 ? a > b : a < b;
  });
  std::int64_t added = 0;
  for (std::size_t index : order) {
    const RolloutSet& set = sets[index];
    std::int64_t most = set.most > 0 ? set.most : sum(sizes_of(sets));
    std::int64_t change = rounded(set.size * allowed, most) - set.size;
    std::int64_t left = to_add - added;
    change = to_add > 0 ? std::clamp<std::int64_t>(change, 0, left)
                        : std::clamp<std::int64_t>(change, left, 0);
    sizes[index] += change;
    added += change;
  }
  std::int64_t& largest = sizes[order.front()];
  largest = std::max<std::int64_t>(largest + to_add - added, 0);
  return sizes;
}

}  // namespace

RolloutGoal goal_of(const model::DeploymentSpec& spec) {
  RolloutGoal goal{spec.replicas.value_or(1), 0, 0};
  if (spec.strategy.type == "Recreate") return goal;
  const model::RollingUpdate update = spec.strategy.rollingUpdate.value_or(model::RollingUpdate{});
  const model::IntOrString quarter{"25%", false};
  goal.max_surge = scaled(update.maxSurge.value_or(quarter), goal.replicas, Rounding::up);
  goal.max_unavailable =
      scaled(update.maxUnavailable.value_or(quarter), goal.replicas, Rounding::down);
  if (goal.max_surge == 0 && goal.max_unavailable == 0) goal.max_unavailable = 1;
  goal.max_unavailable = std::min(goal.max_unavailable, goal.replicas);
  return goal;
}

std::int64_t first_rolling_size(const RolloutGoal& goal, const std::vector<RolloutSet>& old_sets) {
  return grown(goal, 0, sum(sizes_of(old_sets)));
}

Sizes next_rolling_sizes(const RolloutGoal& goal, const std::vector<RolloutSet>& sets) {
  Sizes sizes = sizes_of(sets);
  std::int64_t new_unavailable = 0;
  for (std::size_t index = 0; index < sets.size(); ++index) {
    const RolloutSet& set = sets[index];
    if (!set.is_new) continue;
    std::int64_t next =
        set.size > goal.replicas ? goal.replicas : grown(goal, set.size, sum(sizes));
    if (next != set.size) {
      sizes[index] = next;
      return sizes;
    }
    new_unavailable = std::max<std::int64_t>(set.size - set.available, 0);
  }
  std::int64_t must_be_available = goal.replicas - goal.max_unavailable;
  std::int64_t may_go = sum(sizes) - must_be_available - new_unavailable;
  for (std::size_t index = 0; index < sets.size() && may_go > 0; ++index) {
    if (sets[index].is_new) continue;
    std::int64_t idle = std::max<std::int64_t>(sets[index].size - sets[index].available, 0);
    std::int64_t gone = std::min(idle, may_go);
    sizes[index] -= gone;
    may_go -= gone;
  }
  std::int64_t available = 0;
  for (const RolloutSet& set : sets) {
    available += set.available;
  }
  // The counts may be older than the sizes: both bounds hold.
  may_go = std::min(may_go, available - must_be_available);
  for (std::size_t index = 0; index < sets.size() && may_go > 0; ++index) {
    if (sets[index].is_new) continue;
    std::int64_t gone = std::min(sizes[index], may_go);
    sizes[index] -= gone;
    may_go -= gone;
  }
  return sizes;
}

Sizes scaled_sizes(const RolloutGoal& goal, const std::vector<RolloutSet>& sets) {
  Sizes sizes = sizes_of(sets);
  auto with_pods = std::ranges::count_if(sets, [](const auto& set) { return set.size > 0; });
  auto is_target = [&](const RolloutSet& set) {
    return with_pods == 0 ? set.is_new : set.size > 0;
  };
  if (with_pods <= 1) {
    auto target = std::ranges::find_if(sets, is_target);
    if (target == sets.end() && !sets.empty()) target = sets.end() - 1;
    if (target != sets.end()) {
      sizes[static_cast<std::size_t>(target - sets.begin())] = goal.replicas;
    }
    return sizes;
  }
  bool is_complete = std::ranges::any_of(sets, [&](const RolloutSet& set) {
    return set.is_new && set.size == goal.replicas && set.available == goal.replicas;
  });
  if (!is_complete) return proportional_sizes(goal, sets);
  for (std::size_t index = 0; index < sets.size(); ++index) {
    if (!sets[index].is_new) sizes[index] = 0;
  }
  return sizes;
}

}  // namespace sim
