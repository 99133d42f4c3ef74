#include "sim/actors.h"

namespace sim {

Actors::Actors(Store& store, ports::Clock& clock, const base::Random& random,
               const ActorOptions& options)
    : events_(store, clock),
      context_{store, clock, events_},
      kubelet_(context_, random.fork("kubelet"), options.kubelet),
      node_lifecycle_(context_, random.fork("node-lifecycle")),
      scheduler_(context_, random.fork("scheduler")),
      deployments_(context_, random.fork("deployment")),
      replica_sets_(context_, random.fork("replica-set")),
      daemon_sets_(context_, random.fork("daemon-set")),
      stateful_sets_(context_, random.fork("stateful-set")),
      jobs_(context_, random.fork("job")),
      volumes_(context_, random.fork("volumes")),
      attachments_(context_, random.fork("attachments")),
      disruption_budgets_(context_, random.fork("disruption-budget")),
      garbage_(context_, random.fork("garbage")) {}

void Actors::serve(SimCloud& cloud) {
  cloud.on_join([this](const RunningInstance& instance) { kubelet_.join(instance); });
  cloud.on_gone([this](const RunningInstance& instance) { kubelet_.leave(instance); });
}

}  // namespace sim
