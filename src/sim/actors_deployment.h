// The Deployment controller: one ReplicaSet a template, of which the newest takes over step by step
// (actors_rollout.h). It numbers the revisions, keeps the latest old sets for `rollout undo`, and
// reports its progress so that `kubectl rollout status` and `kubectl wait` come to an end.
//
// A pod counts as available as soon as it is ready; minReadySeconds is not waited for. ReplicaSets
// without owner are not adopted.
#pragma once

#include <memory>
#include <vector>

#include "model/workload.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"
#include "sim/actors_rollout.h"

namespace sim {

class DeploymentController {
 public:
  DeploymentController(const ActorContext& context, base::Random random);

 private:
  // A Deployment and its ReplicaSets, oldest first, as they are in the store.
  struct Family {
    StoredPtr stored;
    std::vector<StoredPtr> sets;
    StoredPtr new_set;  // the one with the Deployment's template, or null

    const model::Deployment& deployment() const { return stored->object.as<model::Deployment>(); }
    std::vector<RolloutSet> rollout_sets() const;
  };

  void see_replica_set(const WatchEvent& event);
  void see_pod(const WatchEvent& event);
  void sync(const ObjectKey& key);
  Family family_of(const StoredPtr& deployment) const;
  void roll(const Family& family);
  void recreate(const Family& family);
  void create_set(const Family& family, std::int64_t size);
  void resize(const Family& family, const std::vector<std::int64_t>& sizes);
  void resize(const Family& family, const StoredPtr& set, std::int64_t size);
  void tell_scaling(const Family& family, std::string_view set, std::int64_t from, std::int64_t to);
  void sync_revision(const Family& family);
  void forget_old_sets(const Family& family);
  void write_status(const ObjectKey& key);

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
