#include "engine/finalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "model/labels.h"
#include "model/resources.h"

namespace engine {

namespace {

// The least that daemons will ask for, whatever type it becomes (SCH-266).
model::ResourceList daemon_overhead(const Claim& claim) {
  std::optional<model::ResourceList> least;
  for (const DaemonGroup& group : claim.made_from->daemons) {
    if (!group.rows.intersects(claim.rows)) continue;
    least = least ? least_of(*least, group.overhead) : group.overhead;
  }
  return least.value_or(model::ResourceList());
}

model::ResourceList requests_of(Problem& problem, const Claim& claim) {
  model::ResourceList sum = daemon_overhead(claim);
  for (std::size_t pod : claim.pods) {
    model::add(sum, problem.requests.list(problem.shapes[problem.shape_of[pod]].requests));
  }
  return sum;
}

std::optional<CheapestOffering> cheapest_of(TypeTable& table, const TypeList& types,
                                            StateId state) {
  auto offering = table.cheapest_offering(types, state);
  if (!offering) return std::nullopt;
  return CheapestOffering{types.front()->name, std::string(offering->zone),
                          std::string(offering->capacity_type), offering->price};
}

model::Reason too_few_after_cut(const Claim& claim, const std::vector<TooFewValues>& violations) {
  std::vector<std::string> keys;
  for (const TooFewValues& violation : violations) {
    keys.push_back(violation.key);
  }
  std::string text = fmt::format(
      "pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating "
      "minValues, minValues requirement is not met for label(s) (label(s)=[{}]) (NodePool={})",
      fmt::join(keys, " "), claim.made_from->name());
  return {model::Reason::Code::min_values, claim.made_from->name(), std::move(text), {}};
}

}  // namespace

const base::Shared<model::Requirements>& Finaliser::requirements_of(StateId state) {
  auto [place, is_new] = requirements_.try_emplace(state);
  if (is_new) {
    model::Requirements requirements = problem_.states[state];
    requirements.erase(model::kRegisteredLabel);
    requirements.erase(model::kInitializedLabel);
    place->second = base::Shared<model::Requirements>(std::move(requirements));
  }
  return place->second;
}

// A claim that holds reservations is for these alone (SCH-190).
StateId Finaliser::reserved_state(const Claim& claim) {
  StateId state = problem_.claim_classes[claim.bin_class].state;
  if (claim.reservations.empty()) return state;
  std::vector<std::string> names;
  for (ReservationId id : claim.reservations) {
    names.push_back(problem_.reservations.name(id));
  }
  using model::Operator;
  model::Requirements requirements = problem_.states[state];
  requirements.replace({model::kCapacityTypeLabel, Operator::In, {std::string(model::kReserved)}});
  requirements.add({problem_.snapshot.settings.reservation_id_label, Operator::In, names});
  return problem_.states.intern(requirements);
}

std::expected<PlannedClaim, model::Reason> Finaliser::finalise(Claim& claim) {
  const Settings& settings = problem_.snapshot.settings;
  TypeTable& types = *claim.made_from->types;
  StateId state = reserved_state(claim);
  TypeList cheapest = types.cheapest(claim.rows, state, settings.max_instance_types);
  if (settings.min_values_policy == MinValuesPolicy::Strict) {
    auto has_min_values = [](const auto& entry) { return entry.second.min_values().has_value(); };
    const model::Requirements& requirements = problem_.states[state];
    if (std::ranges::any_of(requirements, has_min_values)) {
      auto violations = too_few_values(requirements, types.rows_of(cheapest), types);
      if (!violations.empty()) return std::unexpected(too_few_after_cut(claim, violations));
    }
  }
  PlannedClaim planned;
  planned.pool = claim.made_from->pool;
  planned.requirements = requirements_of(state);
  planned.requests = engine::requests_of(problem_, claim);
  planned.pods = std::move(claim.pods);
  planned.min_values_relaxed = claim.min_values_relaxed;
  planned.cheapest = cheapest_of(types, cheapest, state);
  planned.types = std::move(cheapest);
  return planned;
}

}  // namespace engine
