#include "engine/fit.h"

#include <algorithm>
#include <utility>

#include "model/labels.h"

namespace engine {

namespace {

// Takes out of the rows what does not suit the state or has too little room (SCH-168).
void keep_suitable(const Claim& claim, StateId state, const Shape& shape, Rows& rows) {
  rows &= claim.made_from->types->usable(state);
  Amounts together = claim.requests;
  add(together, shape.amounts);
  claim.made_from->rooms->keep_fitting(together, rows);
}

// Lowers the `minValues` that are not met to what there is (SCH-173).
StateId with_lower_min_values(States& states, StateId state,
                              const std::vector<TooFewValues>& violations) {
  model::Requirements lowered = states[state];
  for (const TooFewValues& violation : violations) {
    model::Requirement requirement = *lowered.find(violation.key);
    requirement.set_min_values(violation.count);
    lowered.replace(std::move(requirement));
  }
  return states.intern(lowered);
}

// Finds what the claim would hold: of all reservations that its types might use, those that it
// holds or that have an instance left (SCH-183). In strict mode there must be one if there is any to
// be had, or if the claim held one (SCH-186).
std::expected<Narrowed, Code> with_reservations(const Problem& problem, const Claim& claim,
                                                Narrowed narrowed) {
  const TypeTable& types = *claim.made_from->types;
  bool is_any_compatible = false;
  for (const TypeTable::Reserved& reserved : types.reserved()) {
    if (!reserved.rows.intersects(narrowed.rows)) continue;
    if (!types.suits(narrowed.state, reserved.kind)) continue;
    is_any_compatible = true;
    ReservationId id = problem.reservations.find(reserved.reservation);
    bool is_held = std::ranges::find(claim.reservations, id) != claim.reservations.end();
    if (is_held || problem.reservations.has_left(id)) narrowed.reservations.push_back(id);
  }
  std::ranges::sort(narrowed.reservations);
  auto repeated = std::ranges::unique(narrowed.reservations);
  narrowed.reservations.erase(repeated.begin(), repeated.end());
  bool is_missed = is_any_compatible || !claim.reservations.empty();
  bool is_strict = problem.snapshot.settings.reserved_mode == ReservedMode::Strict;
  if (is_strict && is_missed && narrowed.reservations.empty()) {
    return std::unexpected(Code::reserved_offering);
  }
  return narrowed;
}

// Placeholders are only spelled out for the few pods that ask for a hostname.
bool accepts_placeholder(const Wanted& wanted, const Claim& claim) {
  return !wanted.hostname || wanted.accepts_host(placeholder(claim.placeholder));
}

}  // namespace

std::optional<StateId> fit_node(const Problem& problem, const ExistingNode& node,
                                const Candidate& candidate, const Topology::View& view,
                                const Ways& ways) {
  const auto& [shape, form] = candidate;
  if (ways.all.empty() || !fits(shape.amounts, node.available)) return std::nullopt;
  if (node.is_settling && !shape.may_disturb) return std::nullopt;
  if (!problem.topology.allows_host(view, node.host)) return std::nullopt;
  if (!form.wanted.accepts_host(node.hostname)) return std::nullopt;
  if (conflict(shape.ports, node.ports)) return std::nullopt;
  if (!shape.attached || !can_attach(node.attached, *shape.attached, node.attach_limits)) {
    return std::nullopt;
  }
  for (const Way& way : ways.all) {
    if (shape.volumes[way.volumes].accepts_host(node.hostname)) return way.state;
  }
  return std::nullopt;
}

std::optional<Narrowed> fit_claim(Problem& problem, const Claim& claim, const Candidate& candidate,
                                  const Topology::View& view, const Ways& ways) {
  const auto& [shape, form] = candidate;
  if (ways.all.empty() || !problem.topology.allows_host(view, claim.host)) return std::nullopt;
  if (!accepts_placeholder(form.wanted, claim)) return std::nullopt;
  for (const Way& way : ways.all) {
    if (!accepts_placeholder(shape.volumes[way.volumes], claim)) continue;
    auto narrowed = fit_types(problem, claim, shape, way.state);
    if (narrowed) return *std::move(narrowed);
  }
  return std::nullopt;
}

Code refusal_of(Problem& problem, const Claim& claim, const Candidate& candidate,
                const Topology::View& view, const Ways& ways) {
  const auto& [shape, form] = candidate;
  if (ways.refusal == Code::taint || ways.refusal == Code::requirements) return ways.refusal;
  if (!accepts_placeholder(form.wanted, claim)) return Code::requirements;
  if (fit_claim(problem, claim, candidate, view, ways)) return Code::none;
  auto last = static_cast<std::uint32_t>(shape.volumes.size() - 1);
  if (!accepts_placeholder(shape.volumes[last], claim)) return Code::volumes;
  auto way = std::ranges::find(ways.all, last, &Way::volumes);
  if (way == ways.all.end()) return ways.refusal;
  if (!problem.topology.allows_host(view, claim.host)) return Code::topology;
  return fit_types(problem, claim, shape, way->state).error();
}

Rows rows_with_free_ports(const Claim& claim, const Shape& shape) {
  Rows rows = claim.rows;
  if (shape.ports.empty()) return rows;
  if (conflict(shape.ports, claim.ports)) rows = Rows(rows.size());
  for (const DaemonGroup& group : claim.made_from->daemons) {
    if (conflict(shape.ports, group.ports)) rows.and_not(group.rows);
  }
  return rows;
}

std::expected<Narrowed, Code> fit_types(Problem& problem, const Claim& claim, const Shape& shape,
                                        StateId state) {
  Narrowed narrowed{state, rows_with_free_ports(claim, shape), claim.min_values_relaxed, {}};
  keep_suitable(claim, state, shape, narrowed.rows);
  if (narrowed.rows.none()) return std::unexpected(Code::instance_types);

  auto violations = too_few_values(problem.states[state], narrowed.rows, *claim.made_from->types);
  if (violations.empty()) return with_reservations(problem, claim, std::move(narrowed));
  // Only opening a claim may lower what it asks for (SCH-162).
  bool may_lower = problem.snapshot.settings.min_values_policy == MinValuesPolicy::BestEffort &&
                   claim.pods.empty();
  if (!may_lower) return std::unexpected(Code::min_values);
  narrowed.state = with_lower_min_values(problem.states, state, violations);
  narrowed.min_values_relaxed = true;
  return with_reservations(problem, claim, std::move(narrowed));
}

std::expected<Claim, Code> empty_claim(Problem& problem, Template& from, std::size_t placeholder) {
  if (from.limits.are_nodes_exhausted()) return std::unexpected(Code::node_limit);
  Claim claim;
  claim.made_from = &from;
  claim.bin_class = from.bin_class;
  claim.rows = from.rows;
  claim.placeholder = placeholder;
  from.limits.keep_allowed(claim.rows);
  if (claim.rows.none()) return std::unexpected(Code::limits);
  claim.requests = Amounts(problem.scale.columns(), 0);
  return claim;
}

}  // namespace engine
