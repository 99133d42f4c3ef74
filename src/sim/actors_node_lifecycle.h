// What controllers do about the state of nodes, and about pods on nodes that they cannot stay on:
//
//  - taints that follow from the node: node.kubernetes.io/unschedulable while it is cordoned,
//    not-ready while its Ready is False, unreachable while it is Unknown (both NoSchedule and
//    NoExecute);
//  - eviction by taints NoExecute: pods that do not tolerate one go at once, those that tolerate
//    it for some seconds go then, counted from when the taint was seen first;
//  - pods of a node that is not there for 40 s are removed without grace.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/node.h"
#include "model/pod.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class NodeLifecycle {
 public:
  NodeLifecycle(const ActorContext& context, base::Random random);

 private:
  void see_node(const WatchEvent& event);
  void see_pod(const WatchEvent& event);
  void sync_taints(const std::string& node);
  void evict_from(const std::string& node);
  void evict(const model::Pod& pod);
  void collect_pods_of(const std::string& node);

  ActorContext context_;
  WorkQueue<std::string> taints_;     // by name of the node
  WorkQueue<std::string> evictions_;  // by name of the node
  WorkQueue<std::string> lost_;       // by name of the node
  // When each taint NoExecute was seen first: by node, then key.
  std::map<std::string, std::map<std::string, base::Time>> no_execute_since_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
