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
      rules(of.settings),
      volumes(of),
      states(rules),
      shapes(of.settings, volumes, states, tolerance),
      topology(of, states, tolerance),
      reservations(of),
      shape_of(of.pods.size(), 0) {}

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
  make_templates(tolerant);
  // Daemons have only been judged, and made tolerant, where a template has types (SCH-111).
  make_nodes(templates.empty() ? daemons : tolerant);
  make_columns();
  make_topology();
}

void Problem::choose_tracked_columns() {
  std::vector<std::pair<std::size_t, std::size_t>> asked;  // pods that ask for it, column
  for (std::size_t column = 0; column < scale.columns(); ++column) {
    std::size_t pods = 0;
    for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
      bool asks = !model::quantity_of(shapes[shape].requests, scale.name(column)).is_zero();
      if (asks) pods += shapes[shape].count;
    }
    asked.emplace_back(pods, column);
  }
  std::ranges::sort(asked, [](const auto& a, const auto& b) {
    return std::tuple(b.first, a.second) < std::tuple(a.first, b.second);
  });
  for (const auto& [pods, column] : asked) {
    if (tracked_columns.size() < Summary::kColumns) tracked_columns.push_back(column);
  }
}

void Problem::make_topology() {
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    topology.add(shapes[shape]);
  }
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    topology.finish(shapes[shape]);
  }
  topology.assign_bits(shapes);
}

TypeTable& Problem::table_of(const model::InstanceTypes& types) {
  for (TypeTable& table : tables) {
    if (table.types() == types) return table;
  }
  return tables.emplace_back(types, states, rules, snapshot.settings);
}

void Problem::make_templates(const std::vector<DaemonPod>& daemons) {
  auto used = capacity_by_pool(snapshot.nodes);
  bool is_strict = snapshot.settings.min_values_policy == MinValuesPolicy::Strict;
  for (const PoolInput* input : in_order(snapshot.pools)) {
    const model::NodePool& pool = *input->pool;
    may_tolerate_preferences |= has_preference_taint(pool);
    if (input->types.empty()) continue;
    TypeTable& table = table_of(input->types);
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

void Problem::make_nodes(const std::vector<DaemonPod>& daemons) {
  for (std::size_t index = 0; index < snapshot.nodes.size(); ++index) {
    const NodeState& state = snapshot.nodes[index];
    ExistingNode& node = nodes.emplace_back();
    node.index = index;
    node.hostname = state.hostname();
    node.host = topology.hosts.add_node(node.hostname);
    node.bin_class = node_classes.intern({Meeting::strict, tolerance.intern(state.taints()),
                                          states.intern(model::requirements_of(state.labels()))});
    node.attached = volumes.attached_to(state);
    node.attach_limits = volumes.limits_of(state);
    for (const auto& pod : state.pods) {
      HostPorts ports = host_ports_of(*pod->spec);
      node.ports.insert(node.ports.end(), ports.begin(), ports.end());
    }
  }
  std::ranges::sort(nodes, {}, [&](const ExistingNode& node) {
    const NodeState& state = snapshot.nodes[node.index];
    return std::tuple(!state.initialized(), std::string_view(state.name()));
  });

  std::vector<model::ResourceList> available;
  for (const ExistingNode& node : nodes) {
    const NodeState& state = snapshot.nodes[node.index];
    model::ResourceList& list = available.emplace_back(state.allocatable());
    model::subtract(list, state.requests());
    model::subtract(list,
                    remaining_overhead(daemons, state, node_classes[node.bin_class].state, states));
    scale.note(list);
  }
  available_ = std::move(available);
}

void Problem::make_columns() {
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    scale.note(shapes[shape].requests);
  }
  for (const Template& made : templates) {
    for (const DaemonGroup& group : made.daemons) {
      scale.note(group.overhead);
    }
    for (std::size_t row = 0; row < made.types->rows(); ++row) {
      scale.note(made.types->allocatable(row));
    }
  }
  scale.freeze();
  choose_tracked_columns();

  using Round = AmountScale::Round;
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    shapes[shape].amounts = scale.convert(shapes[shape].requests, Round::up);
  }
  for (Template& made : templates) {
    std::vector<Amounts> room;
    for (std::size_t row = 0; row < made.types->rows(); ++row) {
      room.push_back(scale.convert(made.types->allocatable(row), Round::down));
    }
    for (const DaemonGroup& group : made.daemons) {
      Amounts overhead = scale.convert(group.overhead, Round::up);
      group.rows.for_each([&](std::size_t row) { subtract(room[row], overhead); });
    }
    made.rooms = Rooms(std::move(room));
  }
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    nodes[node].available = scale.convert(available_[node], Round::down);
  }
}

}  // namespace engine
