#include "engine/problem.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "model/labels.h"
#include "model/requirements.h"
#include "model/resources.h"

namespace engine {

namespace {

// Capacity of the existing nodes by NodePool, one of resource `nodes` each included (SCH-126).
std::map<std::string, model::ResourceList> capacity_by_pool(const std::vector<NodeState>& nodes) {
  std::map<std::string, model::ResourceList> sums;
  for (const NodeState& node : nodes) {
    std::string pool = node.nodepool();
    if (!pool.empty()) model::add(sums[pool], node.capacity());
  }
  return sums;
}

bool has_preference_taint(const model::NodePool& pool) {
  return std::ranges::any_of(pool.spec.template_.spec.taints, [](const model::Taint& taint) {
    return taint.effect == "PreferNoSchedule";
  });
}

// Rows of types that pods of this NodePool could run on at all (SCH-097).
Rows usable_rows(TypeTable& types, StateId state) {
  Rows rows = types.usable(state);
  for (std::size_t row = 0; row < types.rows(); ++row) {
    bool is_negative = std::ranges::any_of(
        types.allocatable(row), [](const auto& entry) { return entry.second.is_negative(); });
    if (is_negative) rows.reset(row);
  }
  return rows;
}

}  // namespace

Problem::Problem(const Snapshot& of)
    : snapshot(of),
      types(compiled_types(of)),
      rules(of.settings),
      volumes(of),
      states(rules),
      shapes(of, volumes, states, tolerance, requests, labels),
      topology(of, types, states, tolerance, labels),
      reservations(types, of.settings),
      shape_of(of.pods.size(), 0) {
  // Which labels of pods matter has to be known before two pods are taken for equal.
  for (const auto& pod : of.pods)
    labels.take_keys(*pod->spec);
  bound_ = bound_pods(of, requests, labels);
}

base::Result<void> Problem::add_pod(std::size_t pod) {
  base::Result<std::size_t> shape = shapes.add(snapshot.pods[pod]);
  if (!shape) return std::unexpected(shape.error());
  shape_of[pod] = *shape;
  return {};
}

void Problem::prepare() {
  std::vector<DaemonPod> daemons = daemon_pods(snapshot, states);
  std::vector<DaemonPod> tolerant = daemons;
  tolerate_preferences(tolerant);
  take_keys(daemons);
  make_templates(tolerant);
  sort_nodes();
  choose_columns(daemons);
  fill_templates();
  make_topology();
  describe_nodes();
  // Daemons have only been judged, and made tolerant, where a template has types (SCH-111).
  fill_nodes(templates.empty() ? daemons : tolerant);
}

void Problem::take_keys(const std::vector<DaemonPod>& daemons) {
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    asked_keys_.take(*shapes[shape].pod->spec);
    for (const Wanted& volumes_wanted : shapes[shape].volumes) {
      asked_keys_.take(states[volumes_wanted.state]);
    }
  }
  for (const DaemonPod& daemon : daemons) {
    for (const Wanted& wanted : daemon.alternatives)
      asked_keys_.take(states[wanted.state]);
  }
  std::size_t index = 0;
  for (const auto* nodes_given : {&snapshot.nodes, &snapshot.leaving}) {
    for (const NodeState& node : *nodes_given) {
      const std::vector<BoundPod>& bound = bound_[index++];
      for (std::size_t pod = 0; pod < bound.size(); ++pod) {
        if (bound[pod].repels) asked_keys_.take_required_anti_affinity(*node.pods[pod]->spec);
      }
    }
  }
}

// Resources that nobody asks for have no column.
void Problem::choose_columns(const std::vector<DaemonPod>& daemons) {
  requests.note(scale);
  for (const DaemonPod& daemon : daemons)  // some may run on existing nodes alone
    scale.note(daemon.requests);
  for (const Template& made : templates) {
    for (const DaemonGroup& group : made.daemons)
      scale.note(group.overhead);
  }
  for (TypeTable& table : tables) {
    for (std::size_t row = 0; row < table.rows(); ++row)
      scale.note_room(table.allocatable(row));
  }
  for (const NodeState& node : snapshot.nodes)
    scale.note_room(node.allocatable());
  scale.freeze();
  requests.convert(scale);
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    shapes[shape].amounts = requests.amounts(shapes[shape].requests);
  }
  choose_tracked_columns();
}

void Problem::choose_tracked_columns() {
  std::vector<std::pair<std::size_t, std::size_t>> asked(scale.columns());  // pods, column
  for (std::size_t column = 0; column < scale.columns(); ++column)
    asked[column].second = column;
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    for (auto& [pods, column] : asked) {
      if (shapes[shape].amounts[column] > 0) pods += shapes[shape].count;
    }
  }
  std::ranges::sort(asked, [](const auto& a, const auto& b) {
    return std::tuple(b.first, a.second) < std::tuple(a.first, b.second);
  });
  for (const auto& [pods, column] : asked) {
    if (tracked_columns.size() < Summary::kColumns) tracked_columns.push_back(column);
  }
}

void Problem::fill_templates() {
  using Round = AmountScale::Round;
  std::map<const TypeTable*, std::vector<Amounts>> whole;  // before daemons
  std::map<const TypeTable*, std::vector<Rooms*>> known;
  for (Template& made : templates) {
    std::vector<Amounts>& of_rows = whole[made.types];
    for (std::size_t row = of_rows.size(); row < made.types->rows(); ++row) {
      of_rows.push_back(scale.convert(made.types->allocatable(row), Round::down));
    }
    std::vector<Amounts> room = of_rows;
    for (const DaemonGroup& group : made.daemons) {
      Amounts overhead = scale.convert(group.overhead, Round::up);
      group.rows.for_each([&](std::size_t row) { subtract(room[row], overhead); });
    }
    std::vector<Rooms*>& candidates = known[made.types];
    auto same = std::ranges::find_if(candidates, [&](Rooms* of) { return of->are(room); });
    if (same == candidates.end()) {
      same = candidates.insert(same, &rooms.emplace_back(std::move(room)));
    }
    made.rooms = *same;
  }
}

void Problem::make_topology() {
  std::vector<StateId> labels_of_nodes;
  for (const auto* nodes_given : {&snapshot.nodes, &snapshot.leaving}) {
    for (const NodeState& state : *nodes_given) {
      StateId of_node = states.intern({});
      if (state.node) of_node = states.intern(asked_keys_.of(state.node->metadata.labels));
      labels_of_nodes.push_back(of_node);
    }
  }
  topology.collect(labels_of_nodes, bound_);
  for (std::size_t shape = 0; shape < shapes.size(); ++shape)
    topology.add(shapes[shape]);
  topology.finish(shapes);
}

TypeTable& Problem::table_of(const CompiledTypesPointer& compiled) {
  for (TypeTable& table : tables) {
    if (table.compiled() == compiled) return table;
  }
  return tables.emplace_back(compiled, states, rules, snapshot.settings);
}

void Problem::make_templates(const std::vector<DaemonPod>& daemons) {
  auto used = capacity_by_pool(snapshot.nodes);
  bool is_strict = snapshot.settings.min_values_policy == MinValuesPolicy::Strict;
  for (const PoolInput* input : in_order(snapshot.pools)) {
    const model::NodePool& pool = *input->pool;
    may_tolerate_preferences |= has_preference_taint(pool);
    if (input->types.empty()) continue;
    TypeTable& table = table_of(types[static_cast<std::size_t>(input - snapshot.pools.data())]);
    StateId state = states.intern(template_requirements(pool));
    Rows rows = usable_rows(table, state);
    bool is_diverse = too_few_values(states[state], rows, table).empty();
    if (rows.none() || (is_strict && !is_diverse)) {
      dropped_pools.push_back(pool.metadata.name);
      continue;
    }
    Template& made = templates.emplace_back();
    made.pool = input->pool;
    made.state = state;
    made.bin_class = claim_classes.intern({Meeting::loose, tolerance.intern(made.taints()), state});
    made.types = &table;
    made.rows = std::move(rows);
    made.daemons = daemon_groups(daemons, made.taints(), state, states, table);
    made.limits = PoolLimits(pool.spec.limits, used[pool.metadata.name], table);
  }
}

}  // namespace engine
