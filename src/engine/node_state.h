// A node as planning and disruption see it: a Node, the NodeClaim that made it, or both, with the
// pods bound to it, and the values derived from them (lifecycle.md section 9.3).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/node.h"
#include "model/node_claim.h"
#include "model/pod.h"

namespace engine {

struct NodeState {
  std::shared_ptr<const model::Node> node;              // null before the machine joins
  std::shared_ptr<const model::NodeClaim> claim;        // null for unmanaged nodes
  std::vector<std::shared_ptr<const model::Pod>> pods;  // bound, not terminal, by namespace/name
  bool marked_for_deletion = false;                     // marked in memory by a disruption command
  // Still within its NodePool's consolidateAfter, in a simulation of consolidation: only pods in
  // phase Pending and those of deleting nodes may be placed there (SCH-125).
  bool is_settling = false;

  bool managed() const { return claim != nullptr; }
  bool registered() const;   // LIF-222
  bool initialized() const;  // LIF-222
  // Marked, claim deleting or its instance terminating; without a claim: Node deleting (LIF-227).
  bool deleting() const;

  // LIF-223: from the claim until the node is registered.
  const std::string& name() const;
  const model::Labels& labels() const;
  const model::Labels& annotations() const;
  std::string hostname() const;
  std::string nodepool() const;  // "" if unmanaged

  // The taints that count now (LIF-224, SCH-085 to SCH-088).
  std::vector<model::Taint> taints() const;

  // LIF-225; capacity always includes one of resource `nodes`.
  model::ResourceList capacity() const;
  model::ResourceList allocatable() const;

  // Sum of the effective requests of the bound pods, and of those of DaemonSets among them.
  model::ResourceList requests() const;
  model::ResourceList daemon_requests() const;
};

// Whether the taint goes away by itself while a node starts (LIF-095).
bool is_ephemeral(const model::Taint& taint);

// Whether a DaemonSet of apps/v1 owns the pod.
bool is_daemon_pod(const model::Pod& pod);

// Whether the pod is a mirror of a static pod (owned by a v1 Node).
bool is_static_pod(const model::Pod& pod);

// Phase Succeeded or Failed.
bool is_terminal(const model::Pod& pod);

// SCH-027.
bool is_provisionable(const model::Pod& pod);

}  // namespace engine
