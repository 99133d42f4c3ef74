// What an API server refuses of Kubernetes' own kinds: where a person is likely to get it wrong, in
// the API's own words. `before` is what an update replaces, nullptr for a new object.
#pragma once

#include <vector>

#include "model/job.h"
#include "model/node.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "model/stateful_set.h"
#include "model/validate.h"
#include "model/workload.h"

namespace sim {

std::vector<model::Fault> core_faults(const model::Pod& pod, const model::Pod* before);
std::vector<model::Fault> core_faults(const model::Node& node, const model::Node* before);
std::vector<model::Fault> core_faults(const model::Deployment& deployment,
                                      const model::Deployment* before);
std::vector<model::Fault> core_faults(const model::ReplicaSet& set,
                                      const model::ReplicaSet* before);
std::vector<model::Fault> core_faults(const model::DaemonSet& set, const model::DaemonSet* before);
std::vector<model::Fault> core_faults(const model::StatefulSet& set,
                                      const model::StatefulSet* before);
std::vector<model::Fault> core_faults(const model::Job& job, const model::Job* before);
std::vector<model::Fault> core_faults(const model::PodDisruptionBudget& budget,
                                      const model::PodDisruptionBudget* before);

}  // namespace sim
