#include "judge/topology.h"

#include <algorithm>
#include <limits>

#include "judge/filters.h"

namespace judge {
namespace {

using Terms = std::vector<model::PodAffinityTerm>;

const Terms& affinity_terms(const model::PodSpec& pod) {
  static const Terms kNone;
  if (!pod.affinity || !pod.affinity->podAffinity) return kNone;
  return pod.affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution;
}

const Terms& anti_affinity_terms(const model::PodSpec& pod) {
  static const Terms kNone;
  if (!pod.affinity || !pod.affinity->podAntiAffinity) return kNone;
  return pod.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution;
}

std::vector<model::TopologySpreadConstraint> hard_constraints(const model::PodSpec& pod) {
  std::vector<model::TopologySpreadConstraint> hard;
  for (const auto& constraint : pod.topologySpreadConstraints) {
    if (constraint.whenUnsatisfiable == "DoNotSchedule") hard.push_back(constraint);
  }
  return hard;
}

// Nodes that lack one of the keys count for none of them.
bool has_all_keys(const model::Node& node,
                  const std::vector<model::TopologySpreadConstraint>& constraints) {
  return std::ranges::all_of(constraints, [&](const auto& constraint) {
    return label_of(node, constraint.topologyKey) != nullptr;
  });
}

void count_spreads(const model::Pod& pod, const ClusterView& cluster, TopologyCounts& counts) {
  const auto constraints = hard_constraints(*pod.spec);
  for (const auto& constraint : constraints) {
    TopologyCounts::Spread spread{constraint.topologyKey, constraint.maxSkew, 0, 0, {}};
    std::optional<model::LabelSelector> selector;
    if (constraint.labelSelector) {
      selector = with_label_keys(*constraint.labelSelector, constraint.matchLabelKeys, pod);
    }
    if (selector && model::matches(*selector, pod.metadata.labels)) spread.self = 1;
    for (const NodeView& node : cluster.nodes) {
      if (!has_all_keys(node.node(), constraints)) continue;
      if (!is_counted(constraint, pod, node.node())) continue;
      int& count = spread.by_value[*label_of(node.node(), constraint.topologyKey)];
      if (selector) count += count_selected(node, pod.metadata.namespace_, *selector);
    }
    int domains = static_cast<int>(spread.by_value.size());
    if (domains > 0 && domains >= constraint.minDomains.value_or(1)) {
      spread.minimum = std::numeric_limits<int>::max();
      for (const auto& [value, count] : spread.by_value) {
        spread.minimum = std::min(spread.minimum, count);
      }
    }
    counts.spreads.push_back(std::move(spread));
  }
}

// Counts the other pod under each term's domain.
void count_at(const NodeView& node, const std::string& key,
              std::map<TopologyCounts::Domain, int>& counts) {
  if (const std::string* value = label_of(node.node(), key)) ++counts[{key, *value}];
}

bool matches_all(const Terms& terms, const model::Pod& owner, const model::Pod& other,
                 const ClusterView& cluster) {
  return std::ranges::all_of(
      terms, [&](const auto& term) { return selects(term, owner, other, cluster); });
}

void count_affinity(const model::Pod& pod, const ClusterView& cluster, TopologyCounts& counts) {
  const Terms& wanted = affinity_terms(*pod.spec);
  const Terms& unwanted = anti_affinity_terms(*pod.spec);
  for (const NodeView& node : cluster.nodes) {
    for (const auto& other : node.repelling_pods()) {
      for (const auto& term : anti_affinity_terms(*other->spec)) {
        if (selects(term, *other, pod, cluster)) {
          count_at(node, term.topologyKey, counts.repelling);
        }
      }
    }
    if (wanted.empty() && unwanted.empty()) continue;
    for (const auto& other : node.pods()) {
      if (!wanted.empty() && matches_all(wanted, pod, *other, cluster)) {
        for (const auto& term : wanted)
          count_at(node, term.topologyKey, counts.attracting);
      }
      for (const auto& term : unwanted) {
        if (selects(term, pod, *other, cluster)) count_at(node, term.topologyKey, counts.repelled);
      }
    }
  }
}

// The caller's counts, or else those that are made in `own`.
const TopologyCounts& counts_of(const Placement& placement, std::optional<TopologyCounts>& own) {
  if (placement.topology != nullptr) return *placement.topology;
  return own.emplace(count_topology(placement.pod, placement.cluster));
}

// Whether each term's domain of the node has a pod that the terms ask for; or, if there is no such
// pod anywhere, whether the pod may be the first because it matches its own terms.
bool is_attracted(const Placement& placement, const TopologyCounts& counts) {
  const Terms& terms = affinity_terms(*placement.pod.spec);
  bool all_have = true;
  for (const auto& term : terms) {
    const std::string* value = label_of(placement.node.node(), term.topologyKey);
    if (value == nullptr) return false;
    if (!counts.attracting.contains({term.topologyKey, *value})) all_have = false;
  }
  return all_have || (counts.attracting.empty() &&
                      matches_all(terms, placement.pod, placement.pod, placement.cluster));
}

bool is_in_one_of(const NodeView& node, const std::map<TopologyCounts::Domain, int>& counts) {
  return std::ranges::any_of(counts, [&](const auto& entry) {
    const auto& [key, wanted] = entry.first;
    const std::string* value = label_of(node.node(), key);
    return value != nullptr && *value == wanted;
  });
}

}  // namespace

const std::string* label_of(const model::Node& node, std::string_view key) {
  auto label = node.metadata.labels.find(key);
  return label == node.metadata.labels.end() ? nullptr : &label->second;
}

bool selects(const model::PodAffinityTerm& term, const model::Pod& owner, const model::Pod& other,
             const ClusterView& cluster) {
  const std::string& name_space = other.metadata.namespace_;
  bool is_meant = std::ranges::count(term.namespaces, name_space) > 0;
  if (term.namespaces.empty() && !term.namespaceSelector) {
    is_meant = name_space == owner.metadata.namespace_;
  }
  if (!is_meant && term.namespaceSelector) {
    const model::Namespace* found = find(cluster.surroundings.namespaces, name_space);
    is_meant =
        model::matches(*term.namespaceSelector, found ? found->metadata.labels : model::Labels{});
  }
  return is_meant && term.labelSelector &&
         model::matches(*term.labelSelector, other.metadata.labels);
}

model::LabelSelector with_label_keys(model::LabelSelector selector,
                                     const std::vector<std::string>& keys, const model::Pod& pod) {
  for (const std::string& key : keys) {
    auto label = pod.metadata.labels.find(key);
    if (label == pod.metadata.labels.end()) continue;
    selector.matchExpressions.push_back({key, "In", {label->second}});
  }
  return selector;
}

bool is_counted(const model::TopologySpreadConstraint& constraint, const model::Pod& pod,
                const model::Node& node) {
  if (constraint.nodeAffinityPolicy.value_or("Honor") == "Honor" && !selects(*pod.spec, node)) {
    return false;
  }
  if (constraint.nodeTaintsPolicy.value_or("Ignore") == "Ignore") return true;
  return std::ranges::all_of(node.spec.taints, [&](const model::Taint& taint) {
    return taint.effect == "PreferNoSchedule" || tolerated(pod.spec->tolerations, taint);
  });
}

int count_selected(const NodeView& node, const std::string& name_space,
                   const model::LabelSelector& selector) {
  auto is_selected = [&](const std::shared_ptr<const model::Pod>& pod) {
    return pod->metadata.namespace_ == name_space && !pod->metadata.deletionTimestamp &&
           model::matches(selector, pod->metadata.labels);
  };
  return static_cast<int>(std::ranges::count_if(node.pods(), is_selected));
}

TopologyCounts count_topology(const model::Pod& pod, const ClusterView& cluster) {
  TopologyCounts counts;
  count_spreads(pod, cluster, counts);
  count_affinity(pod, cluster, counts);
  return counts;
}

Verdict pod_topology_spread(const Placement& placement) {
  constexpr std::string_view kPlugin = "PodTopologySpread";
  if (hard_constraints(*placement.pod.spec).empty()) return {kPlugin, {}};
  std::optional<TopologyCounts> own;
  const TopologyCounts& counts = counts_of(placement, own);
  for (const TopologyCounts::Spread& spread : counts.spreads) {
    const std::string* value = label_of(placement.node.node(), spread.topologyKey);
    if (value == nullptr) {
      return {kPlugin,
              {"node(s) didn't match pod topology spread constraints (missing required label)"},
              false};
    }
    auto count = spread.by_value.find(*value);
    int present = count == spread.by_value.end() ? 0 : count->second;
    if (present + spread.self - spread.minimum > spread.maxSkew) {
      return {kPlugin, {"node(s) didn't match pod topology spread constraints"}, true};
    }
  }
  return {kPlugin, {}};
}

Verdict inter_pod_affinity(const Placement& placement) {
  constexpr std::string_view kPlugin = "InterPodAffinity";
  std::optional<TopologyCounts> own;
  const TopologyCounts& counts = counts_of(placement, own);
  if (!is_attracted(placement, counts)) {
    return {kPlugin, {"node(s) didn't match pod affinity rules"}, false};
  }
  if (is_in_one_of(placement.node, counts.repelled)) {
    return {kPlugin, {"node(s) didn't match pod anti-affinity rules"}, true};
  }
  if (is_in_one_of(placement.node, counts.repelling)) {
    return {kPlugin, {"node(s) didn't satisfy existing pods anti-affinity rules"}, true};
  }
  return {kPlugin, {}};
}

}  // namespace judge
