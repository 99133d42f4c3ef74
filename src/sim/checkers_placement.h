// Which pods wait though there is a place for them: on a node that is there, or on a new machine of
// a NodePool, by the filters of judge and what the cloud has in stock.
//
// A new machine is tried as a Node that has the labels and taints of the pool and the labels and
// resources of the type, with the DaemonSets' pods on it. Labels that a pool leaves open (Exists)
// are taken from the type alone.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "sim/sim_cloud.h"
#include "sim/store.h"

namespace sim {

// One sentence for each pod that could be placed and has waited since before `since`: a younger one
// may wait for a machine that boots.
std::vector<std::string> pods_that_could_be_placed(const Store& store, const SimCloud& cloud,
                                                   base::Time since);

}  // namespace sim
