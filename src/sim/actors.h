// Everything that lives in the simulated cluster beside Joiner: the controllers that Kubernetes
// brings, its scheduler, and the kubelets of its machines. Each watches the store, waits for the
// few milliseconds that such a program needs, and writes what it decided to the store.
//
// They are plain and slow on purpose, and follow what Kubernetes does where a user can see it:
// which pods run where, the words of conditions and events, the order of things. Their random draws
// come from streams of their own, so that one actor more or less does not change the others.
#pragma once

#include "base/random.h"
#include "ports/clock.h"
#include "sim/actors_attach.h"
#include "sim/actors_daemon_set.h"
#include "sim/actors_deployment.h"
#include "sim/actors_disruption_budget.h"
#include "sim/actors_events.h"
#include "sim/actors_garbage.h"
#include "sim/actors_job.h"
#include "sim/actors_kubelet.h"
#include "sim/actors_node_lifecycle.h"
#include "sim/actors_replica_set.h"
#include "sim/actors_scheduler.h"
#include "sim/actors_stateful_set.h"
#include "sim/actors_volumes.h"
#include "sim/sim_cloud.h"
#include "sim/store.h"

namespace sim {

struct ActorOptions {
  KubeletOptions kubelet;
};

class Actors {
 public:
  // Begins with what the store holds. Requires: store and clock outlive the actors.
  Actors(Store& store, ports::Clock& clock, const base::Random& random,
         const ActorOptions& options = {});
  Actors(const Actors&) = delete;
  Actors& operator=(const Actors&) = delete;

  // Lets the instances of the cloud join as nodes. Requires: the actors outlive the cloud's run.
  void serve(SimCloud& cloud);

  Kubelet& kubelet() { return kubelet_; }
  // For those who write events of their own into the cluster.
  Events& events() { return events_; }

 private:
  Events events_;
  ActorContext context_;
  Kubelet kubelet_;
  NodeLifecycle node_lifecycle_;
  Scheduler scheduler_;
  DeploymentController deployments_;
  ReplicaSetController replica_sets_;
  DaemonSetController daemon_sets_;
  StatefulSetController stateful_sets_;
  JobController jobs_;
  VolumeController volumes_;
  AttachController attachments_;
  DisruptionBudgetController disruption_budgets_;
  GarbageCollector garbage_;
};

}  // namespace sim
