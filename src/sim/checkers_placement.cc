#include "sim/checkers_placement.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/filters.h"
#include "model/labels.h"
#include "model/node_class.h"
#include "model/node_pool.h"
#include "model/resources.h"
#include "model/workload.h"
#include "sim/actors_objects.h"

namespace sim {
namespace {

using Pods = std::vector<std::shared_ptr<const model::Pod>>;

bool waits(const model::Pod& pod) {
  return pod.spec->nodeName.empty() && !pod.metadata.deletionTimestamp && !judge::is_finished(pod);
}

// What the pool may still grow by; resources that it does not limit are not listed.
model::ResourceList headroom(const model::NodePool& pool, const SimCloud& cloud) {
  model::ResourceList left = pool.spec.limits;
  for (const RunningInstance& instance : cloud.running()) {
    if (instance.nodepool != pool.metadata.name || instance.terminating) continue;
    for (auto& [resource, quantity] : left) {
      quantity -= resource == model::kNodes ? base::Quantity::from_units(1)
                                            : model::quantity_of(instance.type->capacity, resource);
    }
  }
  return left;
}

bool keeps(const model::ResourceList& left, const model::InstanceType& type) {
  return std::ranges::all_of(left, [&](const auto& entry) {
    base::Quantity more = entry.first == model::kNodes
                              ? base::Quantity::from_units(1)
                              : model::quantity_of(type.capacity, entry.first);
    return more <= entry.second;
  });
}

void set_labels(model::Labels& labels, const model::Requirements& requirements) {
  for (const auto& [key, requirement] : requirements) {
    if (requirement.op() == model::Operator::In && requirement.length() == 1) {
      labels[key] = requirement.values().front();
    }
  }
}

class Search {
 public:
  Search(const Store& store, const SimCloud& cloud)
      : cloud_(cloud),
        nodes_(list<model::Node>(store)),
        pods_(list<model::Pod>(store)),
        pools_(list<model::NodePool>(store)),
        daemon_sets_(list<model::DaemonSet>(store)),
        cluster_(judge::make_cluster(nodes_, pods_)) {}

  std::vector<std::string> run(base::Time since) {
    std::vector<std::string> found;
    for (const auto& pod : pods_) {
      if (!waits(*pod) || pod->metadata.creationTimestamp >= since) continue;
      std::string place = place_for(*pod);
      if (place.empty()) continue;
      found.push_back(fmt::format("pod {}/{} waits, but {}", pod->metadata.namespace_,
                                  pod->metadata.name, place));
    }
    return found;
  }

 private:
  std::string place_for(const model::Pod& pod) {
    for (const judge::NodeView& node : cluster_.nodes) {
      if (judge::first_refusal({pod, node, cluster_}).allows()) {
        return fmt::format("node {} has room for it", node.name());
      }
    }
    for (const auto& pool : pools_) {
      if (pool->metadata.deletionTimestamp || pool->spec.replicas) continue;
      std::string machine = machine_for(pod, *pool);
      if (!machine.empty()) return machine;
    }
    return "";
  }

  std::string machine_for(const model::Pod& pod, const model::NodePool& pool) {
    const model::Requirements wanted =
        model::requirements_of(pool.spec.template_.spec.requirements);
    const model::ResourceList left = headroom(pool, cloud_);
    for (const auto& type : cloud_.catalogue()) {
      if (!keeps(left, *type)) continue;
      if (!wanted.compatible(type->requirements, model::Undefined::well_known)) continue;
      for (const model::Offering& offering : type->offerings) {
        if (!offering.available ||
            !wanted.compatible(offering.requirements, model::Undefined::well_known) ||
            !cloud_.has_room(*type, offering)) {
          continue;
        }
        if (takes(new_node(pool, *type, offering), pod)) {
          return fmt::format("NodePool {} could get {} in {} ({}) for it", pool.metadata.name,
                             type->name, offering.zone(), offering.capacity_type());
        }
      }
    }
    return "";
  }

  static std::shared_ptr<const model::Node> new_node(const model::NodePool& pool,
                                                     const model::InstanceType& type,
                                                     const model::Offering& offering) {
    auto node = std::make_shared<model::Node>();
    node->metadata.name = "new-machine";
    node->metadata.labels = pool.spec.template_.metadata.labels;
    set_labels(node->metadata.labels,
               model::requirements_of(pool.spec.template_.spec.requirements));
    set_labels(node->metadata.labels, type.requirements);
    set_labels(node->metadata.labels, offering.requirements);
    node->metadata.labels[std::string(model::kNodePoolLabel)] = pool.metadata.name;
    node->metadata.labels[std::string(model::kHostnameLabel)] = node->metadata.name;
    node->spec.taints = pool.spec.template_.spec.taints;
    node->status.capacity = type.capacity;
    node->status.allocatable = type.allocatable();
    return node;
  }

  bool takes(std::shared_ptr<const model::Node> node, const model::Pod& pod) const {
    std::vector<std::shared_ptr<const model::Node>> nodes = nodes_;
    nodes.push_back(node);
    judge::ClusterView cluster = judge::make_cluster(nodes, pods_);
    judge::NodeView* view = cluster.find(node->metadata.name);
    for (const auto& daemon_set : daemon_sets_) {
      auto daemon = std::make_shared<model::Pod>();
      daemon->metadata.name = daemon_set->metadata.name;
      daemon->metadata.namespace_ = daemon_set->metadata.namespace_;
      daemon->spec = daemon_set->spec.template_.spec;
      if (judge::first_refusal({*daemon, *view, cluster}).allows()) view->add(daemon);
    }
    return judge::first_refusal({pod, *view, cluster}).allows();
  }

  const SimCloud& cloud_;
  const std::vector<std::shared_ptr<const model::Node>> nodes_;
  const Pods pods_;
  const std::vector<std::shared_ptr<const model::NodePool>> pools_;
  const std::vector<std::shared_ptr<const model::DaemonSet>> daemon_sets_;
  judge::ClusterView cluster_;
};

}  // namespace

std::vector<std::string> pods_that_could_be_placed(const Store& store, const SimCloud& cloud,
                                                   base::Time since) {
  return Search(store, cloud).run(since);
}

}  // namespace sim
