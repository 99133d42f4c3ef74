// NodeClaim karpenter.sh/v1 (api.md section 5): one machine asked for, and what became of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/node_pool.h"

namespace model {

struct NodeClaimResources {
  ResourceList requests;
};
DESCRIBED(NodeClaimResources);

struct NodeClaimSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startupTaints;
  std::vector<NodeRequirement> requirements;
  NodeClaimResources resources;
  NodeClassReference nodeClassRef;
  std::optional<DurationText> terminationGracePeriod;
  std::optional<NillableDuration> expireAfter;
};
DESCRIBED(NodeClaimSpec);

struct NodeClaimStatus {
  std::string nodeName;
  std::string providerID;
  std::string imageID;
  ResourceList capacity;
  ResourceList allocatable;
  std::vector<Condition> conditions;
  std::optional<base::Time> lastPodEventTime;
};
DESCRIBED(NodeClaimStatus);

struct NodeClaim {
  ObjectMeta metadata;
  NodeClaimSpec spec;
  NodeClaimStatus status;
};
DESCRIBED(NodeClaim);

}  // namespace model
