// How kube-scheduler prefers one node to another among those that pass its filters: the score
// plugins that it has by default, with their default weights. ImageLocality is left out, since
// images of nodes are not part of the model.
//
// The node with the highest sum wins; kube-scheduler draws among equals.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "judge/placement.h"
#include "model/pod.h"

namespace judge {

// 0 to 100 each before the weight.
struct Score {
  std::int64_t taint_toleration = 0;     // weight 3
  std::int64_t node_affinity = 0;        // weight 2
  std::int64_t pod_topology_spread = 0;  // weight 2
  std::int64_t inter_pod_affinity = 0;   // weight 2
  std::int64_t least_allocated = 0;      // weight 1
  std::int64_t balanced_allocation = 0;  // weight 1

  std::int64_t sum() const;
};

// One score for each of the nodes, in their order. Requires: `feasible` are nodes of the cluster
// that the pod may run on.
//
// `owners` is what kube-scheduler makes of the Services and the controller that select the pod: a
// pod without spread constraints of its own is spread by it over hosts and zones. Nullopt if there
// are none.
std::vector<Score> scores(const model::Pod& pod, const std::vector<const NodeView*>& feasible,
                          const ClusterView& cluster,
                          const std::optional<model::LabelSelector>& owners = std::nullopt);

}  // namespace judge
