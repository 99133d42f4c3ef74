#include "judge/scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "judge/filters.h"
#include "judge/topology.h"
#include "model/labels.h"
#include "model/resources.h"

namespace judge {
namespace {

using Nodes = std::vector<const NodeView*>;
using Numbers = std::vector<std::int64_t>;  // one per node

constexpr std::int64_t kHighest = 100;

// So that the highest becomes 100, or the lowest if `reverse`.
void normalize(Numbers& numbers, bool reverse) {
  std::int64_t highest = numbers.empty() ? 0 : std::ranges::max(numbers);
  for (std::int64_t& number : numbers) {
    if (highest > 0) number = number * kHighest / highest;
    if (reverse) number = kHighest - number;
  }
}

// Containers that ask for nothing count as if they asked for a little.
struct Usage {
  std::int64_t milli_cpu = 0;
  std::int64_t bytes = 0;

  static Usage of(const model::Container& container) {
    constexpr std::int64_t kLittleCpu = 100;
    constexpr std::int64_t kLittleMemory = std::int64_t{200} * 1024 * 1024;
    const model::ResourceList& requests = container.resources.requests;
    bool has_cpu = requests.contains(model::kCpu);
    bool has_memory = requests.contains(model::kMemory);
    return {has_cpu ? model::quantity_of(requests, model::kCpu).milli_value() : kLittleCpu,
            has_memory ? model::quantity_of(requests, model::kMemory).value() : kLittleMemory};
  }

  void add(const Usage& more) {
    milli_cpu += more.milli_cpu;
    bytes += more.bytes;
  }
};

Usage usage_of(const model::Pod& pod) {
  Usage running;
  for (const model::Container& container : pod.spec->containers)
    running.add(Usage::of(container));
  Usage highest;
  Usage sidecars;
  for (const model::Container& container : pod.spec->initContainers) {
    Usage now = Usage::of(container);
    now.add(sidecars);
    highest = {std::max(highest.milli_cpu, now.milli_cpu), std::max(highest.bytes, now.bytes)};
    if (container.restartPolicy == "Always") sidecars = now;
  }
  running.add(sidecars);
  const model::ResourceList& overhead = pod.spec->overhead;
  return {std::max(highest.milli_cpu, running.milli_cpu) +
              model::quantity_of(overhead, model::kCpu).milli_value(),
          std::max(highest.bytes, running.bytes) +
              model::quantity_of(overhead, model::kMemory).value()};
}

std::int64_t percent_free(std::int64_t taken, std::int64_t has) {
  return has <= 0 || taken > has ? 0 : (has - taken) * kHighest / has;
}

std::int64_t least_allocated(const Usage& asking, const NodeView& node) {
  Usage taken = asking;
  for (const auto& pod : node.pods())
    taken.add(usage_of(*pod));
  const model::ResourceList& has = node.node().status.allocatable;
  return (percent_free(taken.milli_cpu, model::quantity_of(has, model::kCpu).milli_value()) +
          percent_free(taken.bytes, model::quantity_of(has, model::kMemory).value())) /
         2;
}

// Of what is taken of cpu and of memory, as fractions: the closer, the better. The standard
// deviation of two numbers is half their distance.
std::int64_t balanced_allocation(const model::ResourceList& requests, const NodeView& node) {
  constexpr std::int64_t kWhole = 1'000'000;
  auto fraction = [&](std::string_view resource) -> std::int64_t {
    auto has = model::quantity_of(node.node().status.allocatable, resource).nanos();
    auto taken =
        (model::quantity_of(node.requested(), resource) + model::quantity_of(requests, resource))
            .nanos();
    if (has <= 0) return 0;
    return static_cast<std::int64_t>(std::min<base::Quantity::Nanos>(kWhole, taken * kWhole / has));
  };
  std::int64_t distance = std::abs(fraction(model::kCpu) - fraction(model::kMemory));
  return (2 * kWhole - distance) * kHighest / (2 * kWhole);
}

Numbers taint_toleration(const model::Pod& pod, const Nodes& nodes) {
  std::vector<model::Toleration> tolerations;
  for (const model::Toleration& toleration : pod.spec->tolerations) {
    if (toleration.effect.empty() || toleration.effect == "PreferNoSchedule") {
      tolerations.push_back(toleration);
    }
  }
  Numbers numbers;
  for (const NodeView* node : nodes) {
    numbers.push_back(std::ranges::count_if(node->node().spec.taints, [&](const auto& taint) {
      return taint.effect == "PreferNoSchedule" && !tolerated(tolerations, taint);
    }));
  }
  normalize(numbers, true);
  return numbers;
}

Numbers node_affinity(const model::Pod& pod, const Nodes& nodes) {
  Numbers numbers(nodes.size(), 0);
  if (!pod.spec->affinity || !pod.spec->affinity->nodeAffinity) return numbers;
  for (const auto& term :
       pod.spec->affinity->nodeAffinity->preferredDuringSchedulingIgnoredDuringExecution) {
    for (std::size_t index = 0; index < nodes.size(); ++index) {
      if (matches(term.preference, nodes[index]->node())) numbers[index] += term.weight;
    }
  }
  normalize(numbers, false);
  return numbers;
}

// The soft constraints of the pod, or those that the cluster has for pods of some owner.
std::vector<model::TopologySpreadConstraint> soft_constraints(
    const model::Pod& pod, const std::optional<model::LabelSelector>& owners) {
  std::vector<model::TopologySpreadConstraint> soft;
  for (const auto& constraint : pod.spec->topologySpreadConstraints) {
    if (constraint.whenUnsatisfiable == "ScheduleAnyway") soft.push_back(constraint);
  }
  if (!pod.spec->topologySpreadConstraints.empty() || !owners) return soft;
  auto by_default = [&](std::string_view key, std::int32_t max_skew) {
    model::TopologySpreadConstraint constraint;
    constraint.topologyKey = key;
    constraint.maxSkew = max_skew;
    constraint.whenUnsatisfiable = "ScheduleAnyway";
    constraint.labelSelector = owners;
    soft.push_back(constraint);
  };
  by_default(model::kHostnameLabel, 3);
  by_default(model::kZoneLabel, 5);
  return soft;
}

// Adds what one constraint says of each node: pods in its domain, weighed by how many domains there
// are.
void add_spread(const model::TopologySpreadConstraint& constraint, const model::Pod& pod,
                const Nodes& nodes, const ClusterView& cluster, std::vector<double>& sums) {
  if (!constraint.labelSelector) return;
  const auto selector = with_label_keys(*constraint.labelSelector, constraint.matchLabelKeys, pod);
  const std::string& name_space = pod.metadata.namespace_;
  bool is_hostname = constraint.topologyKey == model::kHostnameLabel;
  std::map<std::string, int> by_value;
  std::size_t hosts = 0;
  for (const NodeView* node : nodes) {
    if (const std::string* value = label_of(node->node(), constraint.topologyKey)) {
      by_value[*value] = 0;
      ++hosts;
    }
  }
  if (!is_hostname) {
    for (const NodeView& node : cluster.nodes) {
      const std::string* value = label_of(node.node(), constraint.topologyKey);
      if (value == nullptr || !by_value.contains(*value)) continue;
      if (!is_counted(constraint, pod, node.node())) continue;
      by_value[*value] += count_selected(node, name_space, selector);
    }
  }
  double weight = std::log(static_cast<double>((is_hostname ? hosts : by_value.size()) + 2));
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    const std::string* value = label_of(nodes[index]->node(), constraint.topologyKey);
    if (value == nullptr) continue;
    int count =
        is_hostname ? count_selected(*nodes[index], name_space, selector) : by_value[*value];
    sums[index] += count * weight + (constraint.maxSkew - 1);
  }
}

// Nodes that lack a key of a constraint of the pod's own get nothing.
Numbers pod_topology_spread(const model::Pod& pod, const Nodes& nodes, const ClusterView& cluster,
                            const std::optional<model::LabelSelector>& owners) {
  Numbers numbers(nodes.size(), 0);
  const auto constraints = soft_constraints(pod, owners);
  if (constraints.empty() || nodes.empty()) return numbers;
  bool needs_all_keys = !pod.spec->topologySpreadConstraints.empty();
  Nodes counted;
  std::vector<std::size_t> places;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    bool has_all = std::ranges::all_of(constraints, [&](const auto& constraint) {
      return label_of(nodes[index]->node(), constraint.topologyKey) != nullptr;
    });
    if (needs_all_keys && !has_all) continue;
    counted.push_back(nodes[index]);
    places.push_back(index);
  }
  if (counted.empty()) return numbers;
  std::vector<double> sums(counted.size(), 0);
  for (const auto& constraint : constraints) {
    add_spread(constraint, pod, counted, cluster, sums);
  }
  Numbers rounded;
  for (double sum : sums)
    rounded.push_back(std::llround(sum));
  auto [lowest, highest] = std::ranges::minmax(rounded);
  for (std::size_t index = 0; index < places.size(); ++index) {
    numbers[places[index]] =
        highest == 0 ? kHighest : kHighest * (highest + lowest - rounded[index]) / highest;
  }
  return numbers;
}

using DomainWeights = std::map<TopologyCounts::Domain, std::int64_t>;

using WeightedTerms = std::vector<model::WeightedPodAffinityTerm>;

const WeightedTerms& preferred(const std::optional<model::PodAffinity>& affinity) {
  static const WeightedTerms kNone;
  return affinity ? affinity->preferredDuringSchedulingIgnoredDuringExecution : kNone;
}

// Adds what the terms of `owner` say if they select the other pod; the domain is that of `node`,
// where the pod of the two runs that is there already.
void add_weights(const WeightedTerms& terms, std::int64_t sign, const model::Pod& owner,
                 const model::Pod& other, const NodeView& node, const ClusterView& cluster,
                 DomainWeights& weights) {
  for (const auto& [weight, term] : terms) {
    const std::string* value = label_of(node.node(), term.topologyKey);
    if (value != nullptr && selects(term, owner, other, cluster)) {
      weights[{term.topologyKey, *value}] += sign * weight;
    }
  }
}

void add_all_weights(const model::Pod& pod, const model::Pod& there, const NodeView& node,
                     const ClusterView& cluster, DomainWeights& weights) {
  auto add = [&](const model::Pod& owner, const model::Pod& other) {
    if (!owner.spec->affinity) return;
    const model::Affinity& affinity = *owner.spec->affinity;
    add_weights(preferred(affinity.podAffinity), 1, owner, other, node, cluster, weights);
    add_weights(preferred(affinity.podAntiAffinity), -1, owner, other, node, cluster, weights);
  };
  add(pod, there);
  add(there, pod);
  if (!there.spec->affinity || !there.spec->affinity->podAffinity) return;
  // A required term of a pod that is there draws the new one as a preference of weight 1 does.
  WeightedTerms hard;
  for (const auto& term :
       there.spec->affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution) {
    hard.push_back({1, term});
  }
  add_weights(hard, 1, there, pod, node, cluster, weights);
}

Numbers inter_pod_affinity(const model::Pod& pod, const Nodes& nodes, const ClusterView& cluster) {
  DomainWeights weights;
  for (const NodeView& node : cluster.nodes) {
    for (const auto& there : node.pods())
      add_all_weights(pod, *there, node, cluster, weights);
  }
  Numbers numbers(nodes.size(), 0);
  if (weights.empty() || nodes.empty()) return numbers;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    for (const auto& [domain, weight] : weights) {
      const std::string* value = label_of(nodes[index]->node(), domain.first);
      if (value != nullptr && *value == domain.second) numbers[index] += weight;
    }
  }
  auto [lowest, highest] = std::ranges::minmax(numbers);
  for (std::int64_t& number : numbers) {
    number = highest == lowest ? 0 : kHighest * (number - lowest) / (highest - lowest);
  }
  return numbers;
}

}  // namespace

std::int64_t Score::sum() const {
  return 3 * taint_toleration + 2 * (node_affinity + pod_topology_spread + inter_pod_affinity) +
         least_allocated + balanced_allocation;
}

std::vector<Score> scores(const model::Pod& pod, const std::vector<const NodeView*>& feasible,
                          const ClusterView& cluster,
                          const std::optional<model::LabelSelector>& owners) {
  const Usage usage = usage_of(pod);
  const model::ResourceList requests = model::requests_of(pod);
  const Numbers taints = taint_toleration(pod, feasible);
  const Numbers affinity = node_affinity(pod, feasible);
  const Numbers spread = pod_topology_spread(pod, feasible, cluster, owners);
  const Numbers pods = inter_pod_affinity(pod, feasible, cluster);
  std::vector<Score> result;
  for (std::size_t index = 0; index < feasible.size(); ++index) {
    const NodeView& node = *feasible[index];
    result.push_back({taints[index], affinity[index], spread[index], pods[index],
                      least_allocated(usage, node), balanced_allocation(requests, node)});
  }
  return result;
}

}  // namespace judge
