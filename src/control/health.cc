#include "control/health.h"

#include <algorithm>

#include "model/conditions.h"
#include "model/labels.h"

namespace control {
namespace {

const model::ConditionSet& pool_conditions() { return model::conditions_of(model::Kind::NodePool); }

}  // namespace

// Unhealthy from two failures on, however few outcomes there are (LIF-106, LIF-107).
Outcomes::Status Outcomes::status() const {
  if (count_ == 0) return Status::unknown;
  std::size_t present = std::min(count_, kKept);
  auto failures = std::ranges::count(kept_.begin(),
                                     kept_.begin() + static_cast<std::ptrdiff_t>(present), false);
  return 2 * static_cast<std::size_t>(failures) >= kKept ? Status::unhealthy : Status::healthy;
}

Outcomes::Status Outcomes::status_with(bool success) const {
  Outcomes copy = *this;
  copy.record(success);
  return copy.status();
}

void Outcomes::record(bool success) {
  kept_[count_ % kKept] = success;
  ++count_;
}

void Outcomes::reset(Status status) {
  count_ = 0;
  if (status == Status::healthy) record(true);
  if (status == Status::unhealthy) {
    record(false);
    record(false);
  }
}

std::optional<RegistrationOutcome> outcome_of(const model::NodeClaim& claim, bool success) {
  std::string_view pool = model::value_of(claim.metadata.labels, model::kNodePoolLabel);
  auto owner =
      std::ranges::find(claim.metadata.ownerReferences, "NodePool", &model::OwnerReference::kind);
  if (pool.empty() || owner == claim.metadata.ownerReferences.end()) return std::nullopt;
  RegistrationOutcome outcome{owner->uid, success, "", ""};
  if (success) return outcome;
  outcome.reason = "RegistrationFailed";
  outcome.message = "Failed to register node";
  const model::Condition* launched =
      model::find_condition(claim.status.conditions, model::kLaunched);
  if (launched != nullptr && launched->status != "True") {
    outcome.reason = launched->reason;
    outcome.message = launched->message;
  }
  return outcome;
}

void RegistrationHealth::record(const RegistrationOutcome& outcome) {
  Pool& pool = pools_[outcome.pool_uid];
  Outcomes::Status then = pool.outcomes.status_with(outcome.success);
  bool decides =
      outcome.success ? then == Outcomes::Status::healthy : then == Outcomes::Status::unhealthy;
  pool.outcomes.record(outcome.success);
  if (decides) pool.to_show = outcome;
}

bool RegistrationHealth::shows(const model::NodePool& pool, const RegistrationOutcome& outcome) {
  const model::Condition* condition =
      model::find_condition(pool.status.conditions, model::kNodeRegistrationHealthy);
  return condition != nullptr && condition->status == (outcome.success ? "True" : "False");
}

void RegistrationHealth::show(model::NodePool& pool, std::int64_t class_generation,
                              base::Time now) {
  Pool& known = pools_[pool.metadata.uid];
  auto& conditions = pool.status.conditions;
  const model::Condition* condition =
      model::find_condition(conditions, model::kNodeRegistrationHealthy);
  bool is_new_to_us = !std::exchange(known.is_seeded, true);
  if (is_new_to_us && condition != nullptr &&
      known.outcomes.status() == Outcomes::Status::unknown) {
    if (condition->status == "True") known.outcomes.reset(Outcomes::Status::healthy);
    if (condition->status == "False") known.outcomes.reset(Outcomes::Status::unhealthy);
  }
  bool is_outdated = condition == nullptr ||
                     pool.status.nodeClassObservedGeneration != class_generation ||
                     condition->observedGeneration != pool.metadata.generation;
  if (is_outdated) {  // LIF-210
    known.outcomes.reset(Outcomes::Status::unknown);
    known.to_show.reset();
    model::set_unknown(conditions, pool_conditions(), pool.metadata,
                       model::kNodeRegistrationHealthy, model::kAwaitingReconciliation,
                       "object is awaiting reconciliation", now);
    pool.status.nodeClassObservedGeneration = class_generation;
    return;
  }
  if (!known.to_show) return;
  if (shows(pool, *known.to_show)) {
    known.to_show.reset();
    return;
  }
  if (known.to_show->success) {
    model::set_true(conditions, pool_conditions(), pool.metadata, model::kNodeRegistrationHealthy,
                    "", "", now);
  } else {
    model::set_false(conditions, pool_conditions(), pool.metadata, model::kNodeRegistrationHealthy,
                     known.to_show->reason, known.to_show->message, now);
  }
}

}  // namespace control
