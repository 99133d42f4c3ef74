// What PodTopologySpread and InterPodAffinity count over the cluster for one pod, before they look
// at single nodes. It depends on the pod and the cluster only, so callers that ask about many nodes
// count once (Placement::topology).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "judge/placement.h"
#include "model/pod.h"

namespace judge {

struct TopologyCounts {
  using Domain = std::pair<std::string, std::string>;  // key and value of a node label

  struct Spread {
    std::string topologyKey;
    int maxSkew = 0;
    int self = 0;     // 1 if the pod counts itself
    int minimum = 0;  // of the counts of all domains; 0 while there are too few (minDomains)
    std::map<std::string, int> by_value;
  };

  std::vector<Spread> spreads;  // one for each constraint with DoNotSchedule
  // Pods that match all required affinity terms of the pod at once, by each term's domain.
  std::map<Domain, int> attracting;
  // Pods that a required anti-affinity term of the pod selects.
  std::map<Domain, int> repelled;
  // Pods of the cluster with a required anti-affinity term that selects the pod.
  std::map<Domain, int> repelling;
};

TopologyCounts count_topology(const model::Pod& pod, const ClusterView& cluster);

// Whether a term of `owner` selects the other pod, in the namespaces that it names. Without a list
// and a selector of namespaces it is the owner's; an absent label selector selects nothing.
bool selects(const model::PodAffinityTerm& term, const model::Pod& owner, const model::Pod& other,
             const ClusterView& cluster);

// The selector with `key In [value of the pod]` for each key that the pod has (matchLabelKeys).
model::LabelSelector with_label_keys(model::LabelSelector selector,
                                     const std::vector<std::string>& keys, const model::Pod& pod);

// Whether a spread constraint of the pod looks at the node at all, as its policies say.
bool is_counted(const model::TopologySpreadConstraint& constraint, const model::Pod& pod,
                const model::Node& node);

// Pods of that namespace on the node that the selector selects, those being deleted left out.
int count_selected(const NodeView& node, const std::string& name_space,
                   const model::LabelSelector& selector);

// The label of the node, or nullptr.
const std::string* label_of(const model::Node& node, std::string_view key);

}  // namespace judge
