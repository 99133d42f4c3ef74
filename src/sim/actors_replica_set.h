// The ReplicaSet controller: as many pods as it says. It makes what is missing, deletes what is too
// many, and counts in its status.
//
// Which pods go first: those without a node, Pending before Running, not ready before ready, those
// of lower deletion cost (annotation controller.kubernetes.io/pod-deletion-cost), those on nodes
// with more pods of the same ReplicaSet, those that became ready later, the younger; then by name,
// last first. Pods without owner are not adopted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/pod.h"
#include "model/workload.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class ReplicaSetController {
 public:
  ReplicaSetController(const ActorContext& context, base::Random random);

 private:
  void see_pod(const WatchEvent& event);
  void sync(const ObjectKey& key);
  void create_pods(const StoredPtr& replica_set, std::int64_t count);
  void delete_pods(const StoredPtr& replica_set,
                   std::vector<std::shared_ptr<const model::Pod>> active, std::int64_t count);
  void write_status(const ObjectKey& key);

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::vector<std::shared_ptr<void>> watches_;
};

// The pods in the order in which they are given up.
void sort_by_dispensability(std::vector<std::shared_ptr<const model::Pod>>& pods, base::Time now);

}  // namespace sim
