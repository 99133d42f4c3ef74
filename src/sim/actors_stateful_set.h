// The StatefulSet controller: pods with ordinals, that keep their names and their claims.
//
//   what it sees (from the lowest ordinal)           what it does
//   a claim of a volumeClaimTemplate is missing       makes it (it stays when the pod goes)
//   an ordinal without a pod                          makes the pod
//   a pod that has ended                              deletes it, and makes it again when it is gone
//   pods beyond the replicas                          deletes them, the highest ordinal first
//   pods of an older template (RollingUpdate)         deletes them, the highest ordinal first,
//                                                     down to the partition
//
// With OrderedReady it takes one step at a time, and the next when every pod before is ready; with
// Parallel it does not wait, except to replace pods of an older template. A pod that is made again
// follows the present template: there are no ControllerRevision objects to take an older one from.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/pod.h"
#include "model/stateful_set.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class StatefulSetController {
 public:
  StatefulSetController(const ActorContext& context, base::Random random);

 private:
  using Pods = std::map<std::int32_t, std::shared_ptr<const model::Pod>>;  // by ordinal

  void see_pod(const WatchEvent& event);
  void sync(const ObjectKey& key);
  // Each returns false if the next step has to wait.
  bool fill(const StoredPtr& set, const Pods& pods);
  bool shrink(const StoredPtr& set, const Pods& pods);
  void replace_outdated(const StoredPtr& set, const Pods& pods);
  void create_claims(const StoredPtr& set, std::int32_t ordinal);
  void create_pod(const StoredPtr& set, std::int32_t ordinal);
  void delete_pod(const StoredPtr& set, const model::Pod& pod);
  void release_claims(const StoredPtr& set, const model::Pod& pod, std::int32_t ordinal);
  void write_status(const ObjectKey& key);

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
