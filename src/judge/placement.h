// The cluster as the judge sees it: nodes with the pods that are bound to them. These views own
// nothing beyond shared objects, and keep the one sum that every check of a node needs.
//
// Assumption: a view holds what the API server says; a pod that was decided on but is not bound yet
// is added to its node by the caller.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "model/node.h"
#include "model/pod.h"
#include "model/scalars.h"

namespace judge {

class NodeView {
 public:
  explicit NodeView(std::shared_ptr<const model::Node> node) : node_(std::move(node)) {}

  const model::Node& node() const { return *node_; }
  const std::string& name() const { return node_->metadata.name; }

  // Pods bound to the node that hold resources: finished ones (see is_finished) are left out,
  // those being deleted are in.
  const std::vector<std::shared_ptr<const model::Pod>>& pods() const { return pods_; }

  // The sum of the effective requests of the pods, one of resource `pods` for each.
  const model::ResourceList& requested() const { return requested_; }

  void add(std::shared_ptr<const model::Pod> pod);

 private:
  std::shared_ptr<const model::Node> node_;
  std::vector<std::shared_ptr<const model::Pod>> pods_;
  model::ResourceList requested_;
};

struct ClusterView {
  std::vector<NodeView> nodes;  // by name

  // The node of that name, or nullptr.
  NodeView* find(std::string_view name);
};

// Sorts the nodes by name and puts each unfinished pod on the node that it is bound to; pods that
// are bound to no node, or to one that is not there, count nowhere.
ClusterView make_cluster(const std::vector<std::shared_ptr<const model::Node>>& nodes,
                         const std::vector<std::shared_ptr<const model::Pod>>& pods);

// Phase Succeeded or Failed: the pod holds nothing any more.
bool is_finished(const model::Pod& pod);

// The question: may this pod run on this node of this cluster?
struct Placement {
  const model::Pod& pod;
  const NodeView& node;
  const ClusterView& cluster;
};

}  // namespace judge
