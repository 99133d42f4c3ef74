#include "engine/fit.h"

#include <fmt/format.h>

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
  claim.made_from->rooms.keep_fitting(together, rows);
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

}  // namespace

std::string placeholder(std::size_t host) {
  return fmt::format("hostname-placeholder-{:04}", host);
}

bool tolerates(const Form& form, const std::vector<model::Taint>& taints) {
  return std::ranges::all_of(
      taints, [&](const auto& taint) { return model::tolerates(form.spec.tolerations, taint); });
}

std::expected<StateId, Code> fit_node(Problem& problem, const ExistingNode& node,
                                      const Candidate& candidate) {
  const auto& [shape, form] = candidate;
  if (!fits(shape.amounts, node.available)) return std::unexpected(Code::resources);
  if (!tolerates(form, node.taints)) return std::unexpected(Code::taint);
  if (conflict(shape.ports, node.ports)) return std::unexpected(Code::host_port);
  if (!form.wanted.accepts_host(node.hostname)) return std::unexpected(Code::requirements);
  if (!shape.attached || !can_attach(node.attached, *shape.attached, node.attach_limits)) {
    return std::unexpected(Code::volumes);
  }
  auto joined = problem.states.narrow(node.state, form.wanted.state, Meeting::strict);
  if (!joined) return std::unexpected(Code::requirements);
  Code error = Code::none;
  for (const Wanted& volumes : shape.volumes) {
    error = Code::volumes;
    if (!volumes.accepts_host(node.hostname)) continue;
    auto state = problem.states.narrow(*joined, volumes.state, Meeting::strict);
    if (!state) continue;
    error = Code::topology;
    for (StateId choice :
         problem.topology.choices(shape, form, {*state, node.hostname, node.taints})) {
      auto chosen = problem.states.narrow(*state, choice, Meeting::strict);
      if (chosen) return *chosen;
    }
  }
  return std::unexpected(error);
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

std::expected<Narrowed, Code> fit_claim(Problem& problem, const Claim& claim,
                                        const Candidate& candidate) {
  const auto& [shape, form] = candidate;
  const Template& from = *claim.made_from;
  if (!tolerates(form, from.taints())) return std::unexpected(Code::taint);
  if (!form.wanted.accepts_host(placeholder(claim.host))) {
    return std::unexpected(Code::requirements);
  }
  auto state = problem.states.narrow(claim.state, form.wanted.state, Meeting::loose);
  if (!state) return std::unexpected(Code::requirements);
  // The first alternative that passes all; the error is that of the last one (SCH-156).
  Code last_error = Code::none;
  for (const Wanted& volumes : shape.volumes) {
    auto narrowed = fit_volumes(problem, claim, candidate, *state, volumes);
    if (narrowed) return narrowed;
    last_error = narrowed.error();
  }
  return std::unexpected(last_error);
}

std::expected<Narrowed, Code> fit_volumes(Problem& problem, const Claim& claim,
                                          const Candidate& candidate, StateId joined,
                                          const Wanted& volumes) {
  const auto& [shape, form] = candidate;
  const Template& from = *claim.made_from;
  std::string hostname = placeholder(claim.host);
  if (!volumes.accepts_host(hostname)) return std::unexpected(Code::volumes);
  auto state = problem.states.narrow(joined, volumes.state, Meeting::loose);
  if (!state) return std::unexpected(Code::volumes);

  // The first of the ways in which topology may be satisfied that passes the rest; the error is
  // that of the first one (SCH-216).
  Code first_error = Code::none;
  for (StateId choice : problem.topology.choices(shape, form, {*state, hostname, from.taints()})) {
    auto chosen = problem.states.narrow(*state, choice, Meeting::loose);
    auto narrowed =
        chosen ? fit_types(problem, claim, shape, *chosen) : std::unexpected(Code::topology);
    if (narrowed) return narrowed;
    if (first_error == Code::none) first_error = narrowed.error();
  }
  return std::unexpected(first_error == Code::none ? Code::topology : first_error);
}

std::expected<Narrowed, Code> fit_types(Problem& problem, const Claim& claim, const Shape& shape,
                                        StateId state) {
  Narrowed narrowed{state, rows_with_free_ports(claim, shape), claim.min_values_relaxed};
  keep_suitable(claim, state, shape, narrowed.rows);
  if (narrowed.rows.none()) return std::unexpected(Code::instance_types);

  auto violations = too_few_values(problem.states[state], narrowed.rows, *claim.made_from->types);
  if (violations.empty()) return narrowed;
  // Only opening a claim may lower what it asks for (SCH-162).
  bool may_lower = problem.snapshot.settings.min_values_policy == MinValuesPolicy::BestEffort &&
                   claim.pods.empty();
  if (!may_lower) return std::unexpected(Code::min_values);
  narrowed.state = with_lower_min_values(problem.states, state, violations);
  narrowed.min_values_relaxed = true;
  return narrowed;
}

std::expected<Claim, Code> empty_claim(Problem& problem, Template& from, std::size_t host) {
  if (from.limits.are_nodes_exhausted()) return std::unexpected(Code::node_limit);
  Claim claim;
  claim.made_from = &from;
  claim.state = from.state;
  claim.rows = from.rows;
  claim.requests = Amounts(problem.scale.columns(), 0);
  claim.host = host;
  from.limits.keep_allowed(claim.rows);
  if (claim.rows.none()) return std::unexpected(Code::limits);
  return claim;
}

}  // namespace engine
