// The existing nodes of a problem: what is left of each for pods (scheduling.md section 11).
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/problem.h"
#include "model/labels.h"

namespace engine {

// Initialised nodes first, then the rest, by name (SCH-115).
void Problem::sort_nodes() {
  struct Rank {
    bool is_booting = false;
    std::string_view name;
    std::size_t index = 0;
  };
  std::vector<Rank> order;
  for (std::size_t index = 0; index < snapshot.nodes.size(); ++index) {
    const NodeState& state = snapshot.nodes[index];
    order.push_back({!state.initialized(), state.name(), index});
  }
  std::ranges::sort(order, [](const Rank& a, const Rank& b) {
    return std::tie(a.is_booting, a.name) < std::tie(b.is_booting, b.name);
  });
  nodes.resize(order.size());
  for (std::size_t position = 0; position < order.size(); ++position)
    nodes[position].index = order[position].index;
}

void Problem::describe_nodes() {
  for (ExistingNode& node : nodes) {
    const NodeState& state = snapshot.nodes[node.index];
    node.hostname = state.hostname();
    node.is_settling = state.is_settling;
    node.host = topology.hosts.add_node(node.hostname);
    node.bin_class = node_classes.intern({Meeting::strict, tolerance.intern(state.taints()),
                                          states.intern(asked_keys_.of(state.labels()))});
    if (volumes.has_limits()) {
      node.attached = volumes.attached_to(state);
      node.attach_limits = volumes.limits_of(state);
    }
    for (std::size_t pod = 0; pod < state.pods.size(); ++pod) {
      if (!bound_[node.index][pod].has_host_ports) continue;
      HostPorts ports = host_ports_of(*state.pods[pod]->spec);
      node.ports.insert(node.ports.end(), ports.begin(), ports.end());
    }
  }
}

void Problem::fill_nodes(const std::vector<DaemonPod>& daemons) {
  // Nodes of one class expect the same daemons, unless some daemon is meant for a hostname.
  bool is_by_class = std::ranges::none_of(daemons, [](const DaemonPod& daemon) {
    return std::ranges::any_of(daemon.alternatives,
                               [](const Wanted& wanted) { return wanted.hostname.has_value(); });
  });
  boost::unordered_flat_map<ClassId, Amounts> expected_by_class;
  for (ExistingNode& node : nodes) {
    Amounts expected;
    auto known = expected_by_class.find(node.bin_class);
    if (is_by_class && known != expected_by_class.end()) {
      expected = known->second;
    } else {
      expected = daemon_overhead(daemons, node);
      expected_by_class.emplace(node.bin_class, expected);
    }
    model::ResourceList allocatable = snapshot.nodes[node.index].allocatable();
    node.available = scale.convert(allocatable, AmountScale::Round::down);
    for (const BoundPod& pod : bound_[node.index]) {
      subtract(node.available, requests.amounts(pod.requests));
      if (pod.is_daemon) subtract(expected, requests.amounts(pod.requests));
    }
    // What daemons will yet take is at least nothing (SCH-111).
    for (std::size_t column = 0; column < expected.size(); ++column) {
      node.available[column] -= std::max<std::int64_t>(expected[column], 0);
    }
    bool is_negative = std::ranges::any_of(
        allocatable, [](const auto& entry) { return entry.second.is_negative(); });
    if (is_negative) std::ranges::fill(node.available, -1);
  }
  bound_.clear();
}

// What all daemons that belong on the node ask for.
Amounts Problem::daemon_overhead(const std::vector<DaemonPod>& daemons, const ExistingNode& node) {
  const BinClass& of_node = node_classes[node.bin_class];
  Amounts sum(scale.columns(), 0);
  for (const DaemonPod& daemon : daemons) {
    bool is_expected =
        tolerance.tolerates(tolerance.intern(daemon.tolerations), of_node.taints) &&
        std::ranges::any_of(daemon.alternatives, [&](const Wanted& wanted) {
          return wanted.accepts_host(node.hostname) &&
                 states.narrow(of_node.state, wanted.state, Meeting::strict).has_value();
        });
    if (is_expected) add(sum, scale.convert(daemon.requests, AmountScale::Round::up));
  }
  return sum;
}

}  // namespace engine
