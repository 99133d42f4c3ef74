// A provisioning decision as the judge sees it: what it was made from, and what was decided. These
// are the judge's own structs, so that nothing of the engine is needed to judge it.
//
// Pods are spoken of by their index in Decision::pods, nodes by theirs in Decision::nodes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "judge/placement.h"
#include "model/cluster.h"
#include "model/instance_type.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/reason.h"
#include "model/requirements.h"
#include "model/workload.h"

namespace judge {

struct DecisionSettings {
  bool respects_preferences = true;
  bool strict_min_values = true;  // false: BestEffort
  bool ignores_dra = true;
  bool uses_reservations = true;
  bool waits_for_reservations = true;  // SCH-186; false: SCH-187
  std::string reservation_id_label;
  std::size_t max_instance_types = 600;
  std::vector<std::string> well_known;          // labels that no NodePool need declare
  std::vector<std::string> restricted_domains;  // beside karpenter.sh
};

struct PoolOffer {
  std::shared_ptr<const model::NodePool> pool;
  model::InstanceTypes types;
};

// A node, or the claim of one that has not joined yet, and what follows from both (SCH-085 to
// SCH-088, SCH-116, SCH-118).
struct NodeInput {
  std::shared_ptr<const model::Node> node;        // null before it joins
  std::shared_ptr<const model::NodeClaim> claim;  // null if unmanaged
  std::vector<std::shared_ptr<const model::Pod>> pods;

  bool is_registered() const;
  bool is_initialized() const;
  const std::string& name() const;
  const model::Labels& labels() const;
  std::string hostname() const;
  std::vector<model::Taint> taints() const;
  model::ResourceList capacity() const;  // with one of resource `nodes`
  model::ResourceList allocatable() const;
};

struct DaemonSource {
  std::shared_ptr<const model::DaemonSet> daemon_set;
  std::shared_ptr<const model::Pod> newest_pod;  // may be null
};

struct Decision {
  std::vector<PoolOffer> pools;
  std::vector<NodeInput> nodes;
  std::vector<NodeInput> leaving;  // take nothing, but their pods count for topology
  std::vector<std::shared_ptr<const model::Pod>> pods;
  std::vector<DaemonSource> daemons;
  Surroundings surroundings;
  DecisionSettings settings;
};

struct DecidedClaim {
  std::string nodepool;
  std::vector<std::size_t> pods;
  model::Requirements requirements;
  std::vector<std::string> types;  // cheapest first
  model::ResourceList requests;
  bool min_values_relaxed = false;
};

struct DecidedNode {
  std::size_t node = 0;
  std::vector<std::size_t> pods;
};

struct DecidedRefusal {
  std::size_t pod = 0;
  model::Reason reason;
};

struct Plan {
  std::vector<DecidedClaim> claims;  // in order of opening
  std::vector<DecidedNode> nodes;    // in order of SCH-115
  std::vector<DecidedRefusal> refusals;
};

}  // namespace judge
