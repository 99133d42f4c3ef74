// The cluster as the judge sees it: nodes with the pods that are bound to them, and the objects
// beside them that filters look at. These views own nothing beyond shared objects, and keep the few
// sums that every check of a node needs.
//
// Assumption: a view holds what the API server says; a pod that was decided on but is not bound yet
// is added to its node by the caller.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/cluster.h"
#include "model/node.h"
#include "model/pod.h"
#include "model/scalars.h"
#include "model/volume.h"

namespace judge {

class NodeView {
 public:
  explicit NodeView(std::shared_ptr<const model::Node> node) : node_(std::move(node)) {}

  const model::Node& node() const { return *node_; }
  const std::string& name() const { return node_->metadata.name; }

  // Pods bound to the node that hold resources: finished ones (see is_finished) are left out,
  // those being deleted are in.
  const std::vector<std::shared_ptr<const model::Pod>>& pods() const { return pods_; }
  // Those of them with a required anti-affinity term.
  const std::vector<std::shared_ptr<const model::Pod>>& repelling_pods() const {
    return repelling_pods_;
  }

  // The sum of the effective requests of the pods, one of resource `pods` for each.
  const model::ResourceList& requested() const { return requested_; }

  void add(std::shared_ptr<const model::Pod> pod);

 private:
  std::shared_ptr<const model::Node> node_;
  std::vector<std::shared_ptr<const model::Pod>> pods_;
  std::vector<std::shared_ptr<const model::Pod>> repelling_pods_;
  model::ResourceList requested_;
};

// Objects by name, those of namespaces by "namespace/name".
template <class T>
using ByName = std::map<std::string, std::shared_ptr<const T>, std::less<>>;

template <class T>
ByName<T> by_name(const std::vector<std::shared_ptr<const T>>& objects) {
  ByName<T> result;
  for (const auto& object : objects) {
    const model::ObjectMeta& meta = object->metadata;
    result[meta.namespace_.empty() ? meta.name : meta.namespace_ + "/" + meta.name] = object;
  }
  return result;
}

// The object of that name, or nullptr.
template <class T>
const T* find(const ByName<T>& objects, std::string_view name) {
  auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

// What filters read beside nodes and pods.
struct Surroundings {
  ByName<model::Namespace> namespaces;
  ByName<model::PersistentVolumeClaim> volume_claims;
  ByName<model::PersistentVolume> volumes;
  ByName<model::StorageClass> storage_classes;
  ByName<model::CSINode> csi_nodes;
};

struct ClusterView {
  std::vector<NodeView> nodes;  // by name
  Surroundings surroundings;

  // The node of that name, or nullptr.
  NodeView* find(std::string_view name);
};

// Sorts the nodes by name and puts each unfinished pod on the node that it is bound to; pods that
// are bound to no node, or to one that is not there, count nowhere.
ClusterView make_cluster(const std::vector<std::shared_ptr<const model::Node>>& nodes,
                         const std::vector<std::shared_ptr<const model::Pod>>& pods,
                         Surroundings surroundings = {});

// Phase Succeeded or Failed: the pod holds nothing any more.
bool is_finished(const model::Pod& pod);

struct TopologyCounts;

// The question: may this pod run on this node of this cluster?
struct Placement {
  const model::Pod& pod;
  const NodeView& node;
  const ClusterView& cluster;
  // What count_topology() gives for pod and cluster, from callers that ask about many nodes.
  const TopologyCounts* topology = nullptr;
};

}  // namespace judge
