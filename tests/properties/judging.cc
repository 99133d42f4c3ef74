#include "properties/judging.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/default_spreads.h"
#include "judge/checker_topology.h"
#include "model/labels.h"

namespace properties {
namespace {

judge::DecisionSettings settings_of(const engine::Settings& settings) {
  judge::DecisionSettings result;
  result.respects_preferences = settings.preference_policy == engine::PreferencePolicy::Respect;
  result.strict_min_values = settings.min_values_policy == engine::MinValuesPolicy::Strict;
  result.ignores_dra = settings.ignore_dra_requests;
  result.uses_reservations = settings.reserved_capacity;
  result.waits_for_reservations = settings.reserved_mode == engine::ReservedMode::Strict;
  result.reservation_id_label = settings.reservation_id_label;
  result.max_instance_types = settings.max_instance_types;
  if (settings.cloud_labels) {
    result.well_known = settings.cloud_labels->well_known;
    result.restricted_domains = settings.cloud_labels->restricted_domains;
  } else {
    auto known = model::well_known_labels();
    result.well_known.assign(known.begin(), known.end());
  }
  return result;
}

std::vector<judge::NodeInput> nodes_of(const std::vector<engine::NodeState>& states) {
  std::vector<judge::NodeInput> nodes;
  for (const engine::NodeState& state : states)
    nodes.push_back({state.node, state.claim, state.pods});
  return nodes;
}

std::vector<std::string> names_of(const std::vector<std::size_t>& pods,
                                  const judge::Decision& decision) {
  std::vector<std::string> names;
  for (std::size_t pod : pods) {
    names.push_back(pod < decision.pods.size() ? decision.pods[pod]->metadata.name : "?");
  }
  return names;
}

// Amounts alone: in which unit they are written depends on the order in which they were added.
std::string text_of(const model::ResourceList& list) {
  std::vector<std::string> parts;
  for (const auto& [resource, quantity] : list) {
    if (quantity.is_zero()) continue;
    parts.push_back(
        fmt::format("{} {}", resource, base::Quantity::from_nanos(quantity.nanos()).to_string()));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Where domains tie, several combinations are tried, and any one's error will do.
std::string text_of(model::Reason::Code code, bool may_tie) {
  using Code = model::Reason::Code;
  bool is_of_one_combination =
      code == Code::topology || code == Code::instance_types || code == Code::min_values;
  return may_tie && is_of_one_combination ? "no machine"
                                          : fmt::format("code {}", static_cast<int>(code));
}

std::string text_of(const model::Reason& reason, bool may_tie) {
  std::string text = text_of(reason.code, may_tie);
  if (!reason.nodepool.empty()) text += "@" + reason.nodepool;
  for (const model::Reason& part : reason.parts)
    text += " " + text_of(part, may_tie);
  return text;
}

std::string text_of(const judge::DecidedClaim& claim, const judge::Decision& decision) {
  return fmt::format("claim of {}: pods [{}], requirements [{}], types [{}], requests [{}]{}",
                     claim.nodepool, fmt::join(names_of(claim.pods, decision), " "),
                     claim.requirements.to_string(), fmt::join(claim.types, " "),
                     text_of(claim.requests), claim.min_values_relaxed ? ", relaxed" : "");
}

std::string text_of(const judge::DecidedNode& placed, const judge::Decision& decision) {
  return fmt::format("node {}: pods [{}]", decision.nodes[placed.node].name(),
                     fmt::join(names_of(placed.pods, decision), " "));
}

std::string text_of(const judge::DecidedRefusal& refusal, const judge::Decision& decision) {
  const model::Pod& pod = *decision.pods[refusal.pod];
  bool may_tie = !pod.spec->topologySpreadConstraints.empty() || pod.spec->affinity ||
                 judge::is_bound_by_others(decision, pod);
  return fmt::format("pending {}: {}", fmt::join(names_of({refusal.pod}, decision), ""),
                     text_of(refusal.reason, may_tie));
}

// The text of a reserved-offering error stands for its parts.
std::vector<std::string> lines_of(const judge::Plan& plan, const judge::Decision& decision) {
  std::vector<std::string> lines;
  for (std::size_t index = 0; index < plan.claims.size(); ++index)
    lines.push_back(fmt::format("{}. {}", index + 1, text_of(plan.claims[index], decision)));
  for (const auto& placed : plan.nodes)
    lines.push_back(text_of(placed, decision));
  for (const auto& refusal : plan.refusals)
    lines.push_back(text_of(refusal, decision));
  return lines;
}

}  // namespace

judge::Decision decision_of(const engine::Snapshot& snapshot) {
  judge::Decision decision;
  for (const engine::PoolInput& pool : snapshot.pools)
    decision.pools.push_back({pool.pool, pool.types});
  decision.nodes = nodes_of(snapshot.nodes);
  decision.leaving = nodes_of(snapshot.leaving);
  decision.pods = engine::with_default_spreads(snapshot).pods;  // SCH-248
  for (const engine::DaemonInput& daemon : snapshot.daemons)
    decision.daemons.push_back({daemon.daemon_set, daemon.newest_pod});
  decision.surroundings.namespaces = judge::by_name(snapshot.namespaces);
  decision.surroundings.volume_claims = judge::by_name(snapshot.volume_claims);
  decision.surroundings.volumes = judge::by_name(snapshot.volumes);
  decision.surroundings.storage_classes = judge::by_name(snapshot.storage_classes);
  decision.surroundings.csi_nodes = judge::by_name(snapshot.csi_nodes);
  decision.settings = settings_of(snapshot.settings);
  return decision;
}

judge::Plan plan_of(const engine::Plan& plan, const engine::Snapshot&) {
  judge::Plan result;
  for (const engine::PlannedClaim& claim : plan.claims) {
    judge::DecidedClaim& decided = result.claims.emplace_back();
    decided.nodepool = claim.pool->metadata.name;
    decided.pods = claim.pods;
    decided.requirements = *claim.requirements;
    for (const auto& type : claim.types)
      decided.types.push_back(type->name);
    decided.requests = claim.requests;
    decided.min_values_relaxed = claim.min_values_relaxed;
  }
  for (const engine::PlacedOnNode& placed : plan.existing)
    result.nodes.push_back({placed.node, placed.pods});
  for (const engine::Refusal& refusal : plan.refusals)
    result.refusals.push_back({refusal.pod, refusal.reason});
  return result;
}

std::vector<std::string> differences(const judge::Plan& expected, const judge::Plan& actual,
                                     const judge::Decision& decision) {
  std::vector<std::string> wanted = lines_of(expected, decision);
  std::vector<std::string> found = lines_of(actual, decision);
  std::vector<std::string> result;
  for (const std::string& line : wanted) {
    if (std::ranges::count(found, line) == 0) result.push_back("expected " + line);
  }
  for (const std::string& line : found) {
    if (std::ranges::count(wanted, line) == 0) result.push_back("found    " + line);
  }
  return result;
}

std::string to_string(const judge::Plan& plan, const judge::Decision& decision) {
  return fmt::format("{}\n", fmt::join(lines_of(plan, decision), "\n"));
}

}  // namespace properties
