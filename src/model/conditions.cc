#include "model/conditions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"

namespace model {
namespace {

constexpr std::string_view kTrue = "True";
constexpr std::string_view kFalse = "False";
constexpr std::string_view kUnknown = "Unknown";

bool is_dependent(const ConditionSet& set, std::string_view type) {
  return std::ranges::find(set.dependents, type) != set.dependents.end();
}

Condition* find(std::vector<Condition>& conditions, std::string_view type) {
  auto found = std::ranges::find(conditions, type, &Condition::type);
  return found == conditions.end() ? nullptr : &*found;
}

bool is_healthy(const Condition& condition, std::int64_t generation) {
  return condition.status == kTrue && condition.observedGeneration == generation;
}

// A stable insertion sort; the lists are short.
template <class T>
void sort_stably(std::vector<T>& list, auto before) {
  for (auto at = list.begin(); at != list.end(); ++at) {
    std::rotate(std::upper_bound(list.begin(), at, *at, before), at, at + 1);
  }
}

void sort_by_transition(std::vector<Condition>& conditions, std::string_view root) {
  sort_stably(conditions, [&](const Condition& left, const Condition& right) {
    bool left_is_root = left.type == root;
    bool right_is_root = right.type == root;
    if (left_is_root != right_is_root) return right_is_root;
    return left.lastTransitionTime < right.lastTransitionTime;
  });
}

// Puts the condition in place of the one of its type, whose transition time it keeps if the status
// is the same. A new one has its transition at `since`.
bool store(std::vector<Condition>& conditions, Condition condition, base::Time since,
           base::Time now) {
  Condition* old = find(conditions, condition.type);
  if (old == nullptr) {
    condition.lastTransitionTime = since;
    conditions.push_back(std::move(condition));
    return true;
  }
  bool same_status = old->status == condition.status;
  if (same_status && old->reason == condition.reason && old->message == condition.message &&
      old->observedGeneration == condition.observedGeneration) {
    return false;
  }
  condition.lastTransitionTime =
      same_status ? old->lastTransitionTime : std::optional<base::Time>(now);
  *old = std::move(condition);
  return true;
}

// The root as it follows from the dependents (API-027).
Condition root_of(const std::vector<Condition>& conditions, const ConditionSet& set,
                  std::int64_t generation) {
  std::vector<const Condition*> unhealthy;
  for (std::string_view type : set.dependents) {
    const Condition* dependent = find_condition(conditions, type);
    if (!is_healthy(*dependent, generation)) unhealthy.push_back(dependent);
  }
  // Newest transition first; equal times in the order of the set.
  sort_stably(unhealthy, [](const Condition* left, const Condition* right) {
    return left->lastTransitionTime > right->lastTransitionTime;
  });

  Condition root;
  root.type = set.root;
  root.observedGeneration = generation;
  if (unhealthy.empty()) {
    root.status = kTrue;
    root.reason = set.root;
    return root;
  }
  bool any_false = std::ranges::any_of(unhealthy, [&](const Condition* dependent) {
    return dependent->status == kFalse && dependent->observedGeneration == generation;
  });
  root.status = any_false ? kFalse : kUnknown;
  root.reason = any_false ? "UnhealthyDependents" : "ReconcilingDependents";
  for (const Condition* dependent : unhealthy) {
    if (!root.message.empty()) root.message += ", ";
    root.message += dependent->type + "=" + dependent->status;
  }
  return root;
}

bool set_condition(std::vector<Condition>& conditions, const ConditionSet& set,
                   const ObjectMeta& metadata, Condition condition, base::Time now) {
  base::check(condition.type != set.root, "the root condition is computed, not set");
  bool changed = initialize(conditions, set, metadata, now);
  condition.observedGeneration = metadata.generation;
  if (store(conditions, std::move(condition), now, now)) {
    changed = true;
    if (metadata.deletionTimestamp) {
      for (Condition& other : conditions) {
        other.observedGeneration = std::max(other.observedGeneration, metadata.generation);
      }
    }
  }
  if (store(conditions, root_of(conditions, set, metadata.generation), now, now)) changed = true;
  if (changed) sort_by_transition(conditions, set.root);
  return changed;
}

Condition condition_of(std::string_view type, std::string_view status, std::string_view reason,
                       std::string_view message) {
  Condition condition;
  condition.type = type;
  condition.status = status;
  condition.reason = reason;
  condition.message = message;
  return condition;
}

}  // namespace

const ConditionSet& conditions_of(Kind kind) {
  static const ConditionSet node_pool = {kReady, {kValidationSucceeded, kNodeClassReady}};
  static const ConditionSet node_claim = {kReady, {kLaunched, kRegistered, kInitialized}};
  static const ConditionSet node_class = {
      kReady,
      {kAMIsReady, kSubnetsReady, kSecurityGroupsReady, kInstanceProfileReady, kValidationSucceeded,
       kPlacementGroupReady, kCapacityReservationsReady}};
  static const ConditionSet node_overlay = {kReady, {kValidationSucceeded}};
  switch (kind) {
    case Kind::NodePool: return node_pool;
    case Kind::NodeClaim: return node_claim;
    case Kind::NodeOverlay: return node_overlay;
    default: break;
  }
  base::check(kind == Kind::EC2NodeClass, "the kind has conditions of this engine");
  return node_class;
}

bool initialize(std::vector<Condition>& conditions, const ConditionSet& set,
                const ObjectMeta& metadata, base::Time now) {
  base::Time since = metadata.creationTimestamp.value_or(now);
  bool changed = false;
  auto add_missing = [&](std::string_view type) {
    if (find(conditions, type) != nullptr) return;
    Condition condition =
        condition_of(type, kUnknown, kAwaitingReconciliation, "object is awaiting reconciliation");
    condition.observedGeneration = metadata.generation;
    store(conditions, std::move(condition), since, now);
    changed = true;
  };
  for (std::string_view type : set.dependents)
    add_missing(type);
  add_missing(set.root);
  if (changed) sort_by_transition(conditions, set.root);
  return changed;
}

bool set_true(std::vector<Condition>& conditions, const ConditionSet& set,
              const ObjectMeta& metadata, std::string_view type, std::string_view reason,
              std::string_view message, base::Time now) {
  return set_condition(conditions, set, metadata,
                       condition_of(type, kTrue, reason.empty() ? type : reason, message), now);
}

bool set_false(std::vector<Condition>& conditions, const ConditionSet& set,
               const ObjectMeta& metadata, std::string_view type, std::string_view reason,
               std::string_view message, base::Time now) {
  return set_condition(conditions, set, metadata, condition_of(type, kFalse, reason, message), now);
}

bool set_unknown(std::vector<Condition>& conditions, const ConditionSet& set,
                 const ObjectMeta& metadata, std::string_view type, std::string_view reason,
                 std::string_view message, base::Time now) {
  return set_condition(conditions, set, metadata, condition_of(type, kUnknown, reason, message),
                       now);
}

bool clear(std::vector<Condition>& conditions, const ConditionSet& set, std::string_view type) {
  base::check(type != set.root && !is_dependent(set, type),
              "only conditions that the root does not depend on are cleared");
  if (std::erase_if(conditions,
                    [&](const Condition& condition) { return condition.type == type; }) == 0) {
    return false;
  }
  std::ranges::sort(conditions, {}, &Condition::type);
  return true;
}

}  // namespace model
