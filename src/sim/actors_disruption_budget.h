// The controller of PodDisruptionBudgets: how many of the pods that a budget selects may go now.
// The eviction subresource of the store takes from that number; this controller counts it anew.
//
// minAvailable as a number counts the selected pods; as a percentage, and maxUnavailable in both
// forms, it counts what the owners of the pods want (spec.replicas of ReplicaSets, of their
// Deployments, and of other kinds with a scale). Percentages are rounded up. Pods without owner do
// not count there; an owner that has no scale (a DaemonSet, say) makes the budget allow nothing. A
// pod is healthy if it is ready and not being deleted.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class DisruptionBudgetController {
 public:
  DisruptionBudgetController(const ActorContext& context, base::Random random);

 private:
  using Pods = std::vector<std::shared_ptr<const model::Pod>>;
  struct Expectation {
    std::int64_t pods = 0;     // that should be there
    std::int64_t healthy = 0;  // that must be healthy
  };

  void see_pod(const WatchEvent& event);
  void sync(const ObjectKey& key);
  base::Result<Expectation> expectation(const model::PodDisruptionBudget& budget,
                                        const Pods& pods) const;
  base::Result<std::int64_t> scale_of_owners(const Pods& pods) const;

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
