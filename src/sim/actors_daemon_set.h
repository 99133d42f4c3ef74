// The DaemonSet controller: one pod on every node that the template's node selector and affinity
// match and whose taints its tolerations accept. A pod is bound to its node by node affinity and
// scheduled like any other, so that it can be Pending for lack of room. A taint NoExecute that is
// not tolerated ends a pod, NoSchedule only keeps new ones away.
//
// A changed template replaces pods by the update strategy: at most maxUnavailable (1) of them are
// not ready at a time, those that are not ready anyway go at once; OnDelete replaces none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/node.h"
#include "model/pod.h"
#include "model/workload.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class DaemonSetController {
 public:
  DaemonSetController(const ActorContext& context, base::Random random);

 private:
  using Pods = std::vector<std::shared_ptr<const model::Pod>>;

  void see_pod(const WatchEvent& event);
  void see_node(const WatchEvent& event);
  void sync(const ObjectKey& key);
  void sync_node(const StoredPtr& daemon_set, const model::Node& node, const Pods& on_node);
  void create_pod(const StoredPtr& daemon_set, const model::Node& node);
  void delete_pod(const StoredPtr& daemon_set, const model::Pod& pod);
  void replace_outdated(const StoredPtr& daemon_set);
  void write_status(const ObjectKey& key);

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
