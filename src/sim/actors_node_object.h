// The Node object that a machine registers with, and how its status changes: what kubelet, the
// node's bootstrap and the cloud's node controller write, in one place.
#pragma once

#include <optional>

#include "base/json.h"
#include "base/random.h"
#include "model/node_claim.h"
#include "sim/sim_cloud.h"

namespace sim {

// Registered by the bootstrap with the taints and the labels of its NodeClaim that a kubelet may
// set (AWL-234, AWL-235), with karpenter.sh/unregistered, and with node.kubernetes.io/not-ready if
// it is not ready yet. An instance that no NodeClaim asked for has neither; a claim that is gone
// leaves the instance's own nodepool and capacity type.
base::Json node_object(const RunningInstance& instance, const model::NodeClaim* claim,
                       const model::Labels& further_labels, base::Random& random, base::Time now);

enum class NodeHealth { ready, starting, silent };

// Writes the conditions that a kubelet reports, or that follow from its silence.
void set_node_conditions(boost::json::object& status, NodeHealth health, base::Time now);

}  // namespace sim
