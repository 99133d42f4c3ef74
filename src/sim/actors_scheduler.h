// kube-scheduler in small: takes pods that have no node, the most important first, and binds each
// to the best of the nodes that all filters allow (judge), or says in its condition and in an event
// why there is none.
//
// Order of pods: priority, then creation, then namespace and name. Order of nodes: the sum of the
// default scores (judge), then fewest pods, then name. A pod that found no node is tried again when
// something changed that might help (a node that came or opened to it, a pod that left one or, for
// those that look at other pods, that came to one, storage that changed), but not before its
// back-off of 1, 2, 4, 8, then 10 seconds has passed since the last attempt. Pods do not preempt
// others.
//
// A pod with claims that wait for their first consumer is held for its node: the claims are told the
// node, and the pod is bound when all of them are. If the node goes meanwhile, it is tried anew.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "judge/placement.h"
#include "model/node.h"
#include "model/pod.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class Scheduler {
 public:
  Scheduler(const ActorContext& context, base::Random random);

 private:
  struct Waiting {
    std::shared_ptr<const model::Pod> pod;
    int attempts = 0;
    base::Time next{};          // not to be tried before
    bool has_new_hope = false;  // something changed since the last attempt
  };

  // A pod that waits on its node for its claims.
  struct Hold {
    std::string uid;
    std::string node;
  };

  void see_pod(const WatchEvent& event);
  void see_node(const WatchEvent& event);
  void see_storage();
  void give_hope_to_all();
  // To those whose placement depends on other pods or on storage.
  void give_hope_to_entangled();
  void give_hope(Waiting& waiting, base::Time soon);
  void note_gates(const model::Pod& pod);

  void run();
  judge::ClusterView view() const;
  std::vector<ObjectKey> due_pods() const;
  void schedule(const ObjectKey& key, judge::ClusterView& cluster);
  void take(const StoredPtr& stored, const judge::ClusterView& cluster, judge::NodeView& node);
  bool bind(const StoredPtr& stored, const std::string& node);
  void bind_held_pods();
  void end_holds_of(const std::string& node);
  void refuse(const StoredPtr& stored, Waiting& waiting, const std::string& message);

  ActorContext context_;
  base::Random random_;
  std::map<ObjectKey, Waiting> waiting_;
  std::map<ObjectKey, Hold> holds_;
  Alarm alarm_;
  std::vector<std::shared_ptr<void>> watches_;
};

// Why a pod found no node, in the words of kube-scheduler's condition and event. Requires: no node
// of the cluster can take the pod.
std::string unschedulable_message(const model::Pod& pod, const judge::ClusterView& cluster);

}  // namespace sim
