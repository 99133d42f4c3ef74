#include "control/disrupt.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "control/budgets.h"
#include "control/edit.h"
#include "control/pods.h"
#include "model/labels.h"

namespace control {
namespace {

constexpr std::string_view kController = "disruption";

model::Taint disrupted_taint() {
  model::Taint taint;
  taint.key = model::kDisruptedTaint;
  taint.effect = "NoSchedule";
  return taint;
}

bool has_disrupted_taint(const model::Node& node) {
  return std::ranges::any_of(node.spec.taints, [](const model::Taint& taint) {
    return taint.same_place(disrupted_taint());
  });
}

// DIS-084: what the machine costs, available or not. Requires: the types are sorted by name.
base::Money price_of(const engine::NodeState& state, const model::InstanceTypes& types) {
  std::string_view name = model::value_of(state.labels(), model::kInstanceTypeLabel);
  std::string_view zone = model::value_of(state.labels(), model::kZoneLabel);
  std::string_view capacity_type = model::value_of(state.labels(), model::kCapacityTypeLabel);
  auto type = std::ranges::lower_bound(
      types, name, {}, [](const auto& candidate) { return std::string_view(candidate->name); });
  if (type == types.end() || (*type)->name != name) return {};
  for (const model::Offering& offering : (*type)->offerings) {
    if (offering.zone() == zone && offering.capacity_type() == capacity_type) {
      return offering.price;
    }
  }
  return {};
}

bool is_managed_pool(const World& world, const std::string& name) {
  auto pool = world.pools().find(name);
  return pool != world.pools().end() &&
         world.is_managed(pool->second->spec.template_.spec.nodeClassRef);
}

// Why the node cannot be a candidate (DIS-066 to DIS-074), "" if it can. Graceful methods only.
std::string obstacle_of(const World& world, const engine::NodeState& state, base::Time now) {
  if (!state.node) return "nodeclaim does not have an associated node";
  if (!state.initialized()) return "node isn't initialized";
  if (state.deleting()) return "node is deleting or marked for deletion";
  if (world.is_nominated(state.claim->status.providerID, now)) {
    return "node is nominated for a pending pod";
  }
  if (model::value_of(state.annotations(), model::kDoNotDisruptAnnotation) == "true") {
    return fmt::format("disruption is blocked through the \"{}\" annotation",
                       model::kDoNotDisruptAnnotation);
  }
  std::string pool = state.nodepool();
  if (pool.empty()) {
    return fmt::format("node doesn't have required label (label={})", model::kNodePoolLabel);
  }
  auto types = world.types.find(pool);
  bool is_known = is_managed_pool(world, pool);
  if (!is_known || types == world.types.end() || types->second.types.empty()) {
    return fmt::format("NodePool not found (NodePool={})", pool);
  }
  for (const auto& pod : state.pods) {
    if (is_active(*pod) && is_protected(*pod, now)) {
      return fmt::format("pod has \"{}\" annotation (Pod={})", model::kDoNotDisruptAnnotation,
                         table_key(pod->metadata));
    }
  }
  for (const auto& pod : state.pods) {
    std::string obstacle = budget_obstacle(world, *pod, now);
    if (!obstacle.empty()) return obstacle;
  }
  return "";
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

// DIS-078; another reason is another event (DIS-349).
void report_blocked(const engine::NodeState& state, const std::string& obstacle,
                    Decision& decision) {
  auto report = [&](const model::Object& object) {
    Notice notice;
    notice.about = reference_of(object);
    notice.reason = "DisruptionBlocked";
    notice.message = capitalised(obstacle);
    notice.dedupe = {object.metadata().uid, obstacle};
    decision.notices.push_back(std::move(notice));
  };
  if (state.node) report(model::Object(state.node));
  if (state.claim) report(model::Object(state.claim));
}

Candidate candidate_of(const World& world, engine::NodeState state) {
  Candidate candidate;
  candidate.pool = world.pools().at(state.nodepool());
  for (const auto& pod : state.pods) {
    if (!is_reschedulable(*pod)) continue;
    candidate.reschedulable.push_back(pod);
    candidate.disruption_cost += std::max(0.0, eviction_cost(*pod));
  }
  const auto& by_machine = world.buffer_knowledge.on_machine;
  auto buffered = by_machine.find(state.claim->status.providerID);
  if (buffered != by_machine.end()) candidate.buffer_pods = buffered->second;
  candidate.state = std::move(state);
  return candidate;
}

// DIS-121.
bool is_for_emptiness(const Candidate& candidate) {
  const auto& disruption = candidate.pool->spec.disruption;
  bool is_enabled =
      disruption && disruption->consolidateAfter && disruption->consolidateAfter->value;
  return !candidate.pool->spec.replicas && is_enabled && candidate.buffer_pods == 0 &&
         candidate.is_empty() &&
         model::is_true(candidate.state.claim->status.conditions, model::kConsolidatable);
}

// DIS-122.
void report_buffer_pods(const Candidate& candidate, Decision& decision) {
  if (candidate.buffer_pods == 0) return;
  auto report = [&](const model::Object& object) {
    Notice notice;
    notice.about = reference_of(object);
    notice.reason = "Unconsolidatable";
    notice.message = fmt::format("Node \"{}\" has buffer pods", candidate.name());
    notice.dedupe = {object.metadata().uid, notice.message};
    notice.dedupe_for = std::chrono::minutes(15);
    decision.notices.push_back(std::move(notice));
  };
  if (candidate.state.node) report(model::Object(candidate.state.node));
  report(model::Object(candidate.state.claim));
}

// A way to find nodes that should go: its reason (DIS-059) and which candidates it looks at.
struct Method {
  std::string_view reason;
  bool (*eligible)(const Candidate&);
};

constexpr Method kMethods[] = {
    {"Empty", is_for_emptiness},
};

const Method& method_of(std::string_view reason) {
  return *std::ranges::find(kMethods, reason, &Method::reason);
}

double savings_ratio(const Candidate& candidate) {
  return static_cast<double>(candidate.price.micros()) / candidate.disruption_cost;
}

// Candidates of a method in its order (DIS-085).
std::vector<Candidate> candidates_for(const Method& method, const World& world,
                                      const std::set<std::string_view>& taken, base::Time now,
                                      Decision& decision) {
  std::vector<Candidate> candidates;
  for (engine::NodeState& state : world.node_states()) {
    if (!state.claim) continue;                                // DIS-065
    if (taken.contains(state.claim->metadata.name)) continue;  // DIS-064
    for (const auto& pod : state.pods) {
      if (auto notice = protection_notice(pod, now)) decision.notices.push_back(std::move(*notice));
    }
    std::string obstacle = obstacle_of(world, state, now);
    if (!obstacle.empty()) {
      report_blocked(state, obstacle, decision);
      continue;
    }
    Candidate candidate = candidate_of(world, std::move(state));
    if (method.reason == "Empty") report_buffer_pods(candidate, decision);
    if (!method.eligible(candidate)) continue;
    candidate.price =
        price_of(candidate.state, world.types.find(candidate.pool->metadata.name)->second.types);
    candidates.push_back(std::move(candidate));
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    double left = savings_ratio(a);
    double right = savings_ratio(b);
    return left != right ? left > right : a.name() < b.name();
  });
  return candidates;
}

// The candidates that budgets let go, in order (DIS-099).
std::vector<Candidate> within_budgets(const World& world, std::string_view reason,
                                      std::vector<Candidate> candidates, base::Time now) {
  auto remaining = remaining_disruptions(world, reason, now);
  std::erase_if(candidates, [&](const Candidate& candidate) {
    std::int64_t& left = remaining[candidate.pool->metadata.name];
    if (left <= 0) return true;
    --left;
    return false;
  });
  return candidates;
}

LogLine line(Level level, std::string message, boost::json::object fields) {
  return {level, std::string(kController), std::move(message), std::move(fields)};
}

// DIS-216.
LogLine disrupting_line(std::string_view reason, const std::vector<Candidate>& candidates) {
  boost::json::array nodes;
  std::size_t pods = 0;
  for (const Candidate& candidate : candidates) {
    const model::Labels& labels = candidate.state.labels();
    nodes.push_back({{"Node", {{"name", candidate.name()}}},
                     {"NodeClaim", {{"name", candidate.state.claim->metadata.name}}},
                     {"capacity-type", model::value_of(labels, model::kCapacityTypeLabel)},
                     {"instance-type", model::value_of(labels, model::kInstanceTypeLabel)}});
    pods += candidate.reschedulable.size();
  }
  return line(Level::info, "disrupting node(s)",
              {{"reason", reason},
               {"decision", "delete"},
               {"disrupted-node-count", candidates.size()},
               {"replacement-node-count", 0},
               {"pod-count", pods},
               {"disrupted-nodes", std::move(nodes)},
               {"replacement-nodes", boost::json::array()}});
}

// As metrics name it: "empty", "when_empty_or_underutilized".
std::string snake_case(std::string_view words) {
  std::string text;
  for (char letter : words) {
    bool is_capital = letter >= 'A' && letter <= 'Z';
    if (is_capital && !text.empty()) text += '_';
    text += is_capital ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return text;
}

// LIF-342.
void count_decision(std::string_view reason, const std::vector<Candidate>& candidates,
                    Decision& decision) {
  MetricLabels labels = {{"decision", "delete"},
                         {"reason", snake_case(reason)},
                         {"consolidation_type", reason == "Empty" ? "empty" : ""}};
  decision.counts.push_back({"karpenter_voluntary_disruption_decisions_total", labels});
  std::set<std::string_view> pools;
  for (const Candidate& candidate : candidates)
    pools.insert(candidate.pool->metadata.name);
  for (std::string_view pool : pools) {
    MetricLabels of_pool = labels;
    of_pool.insert(of_pool.begin(), {"nodepool", std::string(pool)});
    decision.counts.push_back(
        {"karpenter_voluntary_disruption_decisions_by_nodepool_total", std::move(of_pool)});
  }
}

// LIF-317, LIF-318, DIS-356.
std::vector<Count> counts_of(const World& world, const model::NodeClaim& claim,
                             std::string_view reason) {
  std::string policy;
  auto pool = world.pools().find(model::value_of(claim.metadata.labels, model::kNodePoolLabel));
  if (pool != world.pools().end() && pool->second->spec.disruption) {
    policy = snake_case(pool->second->spec.disruption->consolidationPolicy);
  }
  std::string name = snake_case(reason);
  std::size_t pods = reschedulable_on(world, claim.status.nodeName);
  return {claim_disrupted(claim, name, policy), pods_disrupted(claim, name, pods, policy)};
}

// Writes the mark of disruption on Node and claim, or takes it off.
void mark(const std::shared_ptr<const model::Node>& node, bool disrupted, Decision& decision) {
  if (has_disrupted_taint(*node) == disrupted) return;
  model::Node marked = *node;
  std::erase_if(marked.spec.taints,
                [](const model::Taint& taint) { return taint.key == model::kDisruptedTaint; });
  if (disrupted) marked.spec.taints.push_back(disrupted_taint());
  Action action = patch_action(model::Object(node), model::Object(std::move(marked)));
  if (disrupted) {
    action.logs.push_back(line(Level::info, "tainted node",
                               {{"Node", {{"name", node->metadata.name}}},
                                {"taint.Key", model::kDisruptedTaint},
                                {"taint.Value", ""},
                                {"taint.Effect", "NoSchedule"}}));
  }
  decision.actions.push_back(std::move(action));
}

Notice terminating_notice(const model::Object& object, std::string_view what,
                          std::string_view reason) {
  Notice notice;
  notice.about = reference_of(object);
  notice.reason = "DisruptionTerminating";
  notice.message = fmt::format("Disrupting {}: {}", what, reason);
  notice.dedupe = {object.metadata().uid, std::string(reason)};
  return notice;
}

}  // namespace

double eviction_cost(const model::Pod& pod) {
  double cost = 1.0;
  std::string_view text =
      model::value_of(pod.metadata.annotations, "controller.kubernetes.io/pod-deletion-cost");
  double deletion_cost = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), deletion_cost);
  bool is_read = error == std::errc() && end == text.data() + text.size();
  if (is_read && !std::isnan(deletion_cost)) {
    cost += deletion_cost / double{1 << 27};
  }
  if (pod.spec->priority) cost += *pod.spec->priority / double{1 << 25};
  return std::clamp(cost, -10.0, 10.0);
}

Decision Disrupter::decide(World& world, base::Time now) {
  Decision decision;
  if (last_pass_ == base::Time{}) last_pass_ = now;
  advance(world, now, decision);
  if (!world.is_synced()) return decision;  // a claim that is launching pauses it (DIS-054)
  restore_leftovers(world, now, decision);
  if (pending_) {
    if (now < pending_->validate_at) {
      decision.wake_at(pending_->validate_at);
    } else {
      validate(world, now, decision);
    }
    return decision;
  }
  bool at_once = std::exchange(is_next_at_once_, false);
  bool anything = std::ranges::any_of(world.claims(), [](const auto& entry) {
    return model::is_true(entry.second->status.conditions, model::kConsolidatable);
  });
  if (!anything) {
    due_.reset();
    return decision;
  }
  // A real clock wakes a little late: what is due stays due.
  if (!due_) due_ = next_pass(world.settings().disruption_period, now);
  if (!at_once && now < *due_) {
    decision.wake_at(*due_);
    return decision;
  }
  end_pass(now);
  choose(world, now, decision);
  decision.wake_at(pending_ ? pending_->validate_at : now + world.settings().disruption_period);
  return decision;
}

void Disrupter::end_pass(base::Time now) {
  last_pass_ = now;
  due_.reset();
}

// Passes keep their rhythm also while there is nothing to look at, so that nodes which become free
// within one period go together (DIS-057).
base::Time Disrupter::next_pass(base::Duration period, base::Time now) const {
  auto periods = (now - last_pass_ + period - base::Duration(1)) / period;
  return last_pass_ + std::max<base::Duration::rep>(periods, 1) * period;
}

void Disrupter::choose(World& world, base::Time now, Decision& decision) {
  for (const Method& method : kMethods) {
    std::vector<Candidate> candidates = within_budgets(
        world, method.reason, candidates_for(method, world, taken(), now, decision), now);
    if (candidates.empty()) continue;
    Command command;
    command.reason = method.reason;
    command.validate_at = now + world.settings().validation_delay;
    for (const Candidate& candidate : candidates)
      command.nodes.push_back(candidate.name());
    pending_ = std::move(command);
    return;
  }
}

// DIS-208: what is still a candidate, in the order of the command.
void Disrupter::validate(World& world, base::Time now, Decision& decision) {
  Command command = std::move(*pending_);
  pending_.reset();
  std::map<std::string_view, std::size_t> place;
  for (std::size_t index = 0; index < command.nodes.size(); ++index)
    place[command.nodes[index]] = index;
  std::vector<Candidate> fresh =
      candidates_for(method_of(command.reason), world, taken(), now, decision);
  std::erase_if(fresh,
                [&](const Candidate& candidate) { return !place.contains(candidate.name()); });
  std::ranges::sort(fresh, {}, [&](const Candidate& candidate) { return place[candidate.name()]; });
  fresh = within_budgets(world, command.reason, std::move(fresh), now);
  if (fresh.empty()) {
    end_pass(now);
    decision.logs.push_back(line(Level::debug, "abandoning empty node consolidation attempt",
                                 {{"reason", "no candidate is left"}}));
    decision.wake_at(now + world.settings().disruption_period);
    return;
  }
  start(world, command, fresh, now, decision);
  is_next_at_once_ = true;  // DIS-056
  decision.wake_at(now);
}

void Disrupter::start(World& world, const Command& command,
                      const std::vector<Candidate>& candidates, base::Time now,
                      Decision& decision) {
  decision.logs.push_back(disrupting_line(command.reason, candidates));
  count_decision(command.reason, candidates, decision);
  Running running;
  running.reason = command.reason;
  for (const Candidate& candidate : candidates) {
    running.claims.push_back(candidate.state.claim->metadata.name);
    world.marked_for_deletion.insert(candidate.state.claim->metadata.name);
  }
  running_.push_back(std::move(running));
  advance(world, now, decision);
}

// DIS-217, DIS-226: every node is marked before its claim is deleted; the rest of a command does
// not wait for one that somebody else has removed.
void Disrupter::advance(World& world, base::Time now, Decision& decision) {
  for (Running& running : running_) {
    std::erase_if(running.claims, [&](const std::string& name) {
      auto claim = world.claims().find(name);
      return claim == world.claims().end() || claim->second->metadata.deletionTimestamp;
    });
    for (const std::string& name : running.claims) {
      const auto& claim = world.claims().at(name);
      ClaimEdit edit(claim, kController, now);
      edit.set_true(model::kDisruptionReason, running.reason, running.reason);
      auto nodes = world.nodes_of(claim->status.providerID);
      bool is_marked = std::ranges::all_of(nodes, [](const auto& node) {
        return has_disrupted_taint(*node) || node->metadata.deletionTimestamp;
      });
      for (const auto& node : nodes) {
        if (!node->metadata.deletionTimestamp) mark(node, true, decision);
      }
      if (edit.is_changed()) {
        edit.finish(decision);
      } else if (is_marked) {
        Action action = delete_action(model::Object(claim));
        action.notices.push_back(
            terminating_notice(model::Object(claim), "NodeClaim", running.reason));
        for (const auto& node : nodes) {
          action.notices.push_back(terminating_notice(model::Object(node), "Node", running.reason));
        }
        action.counts = counts_of(world, *claim, running.reason);
        decision.actions.push_back(std::move(action));
      }
    }
  }
  std::erase_if(running_, [](const Running& running) { return running.claims.empty(); });
}

// DIS-055: marks of commands that a restart or a failure left behind.
void Disrupter::restore_leftovers(World& world, base::Time now, Decision& decision) {
  auto stays = [&](const model::NodeClaim& claim) {
    return world.is_managed(claim.spec.nodeClassRef) && !claim.metadata.deletionTimestamp &&
           !world.marked_for_deletion.contains(claim.metadata.name) &&
           !model::is_true(claim.status.conditions, model::kInstanceTerminating);
  };
  for (const auto& [name, node] : world.nodes()) {
    if (node->metadata.deletionTimestamp || !has_disrupted_taint(*node)) continue;
    auto claims = world.claims_of(node->spec.providerID);
    if (claims.size() == 1 && stays(*claims.front())) mark(node, false, decision);
  }
  for (const auto& [name, claim] : world.claims()) {
    bool is_marked =
        model::find_condition(claim->status.conditions, model::kDisruptionReason) != nullptr;
    if (!is_marked || !stays(*claim)) continue;
    auto nodes = world.nodes_of(claim->status.providerID);
    bool is_initialized =
        nodes.size() == 1 && !nodes.front()->metadata.deletionTimestamp &&
        model::value_of(nodes.front()->metadata.labels, model::kInitializedLabel) == "true";
    if (!is_initialized) continue;
    ClaimEdit edit(claim, kController, now);
    edit.clear(model::kDisruptionReason);
    edit.finish(decision);
  }
}

// Claims of commands under way.
std::set<std::string_view> Disrupter::taken() const {
  std::set<std::string_view> claims;
  for (const Running& running : running_)
    claims.insert(running.claims.begin(), running.claims.end());
  return claims;
}

}  // namespace control
