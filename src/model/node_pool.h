// NodePool karpenter.sh/v1 (api.md section 4) and what NodeClaims share with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/node.h"
#include "model/scalars.h"

namespace model {

struct NodeClassReference {
  std::string group;
  std::string kind;
  std::string name;

  bool operator==(const NodeClassReference&) const = default;
};
DESCRIBED(NodeClassReference);

// A requirement on one label of the node, as NodePools and NodeClaims write it.
struct NodeRequirement {
  std::string key;
  std::string operator_;  // In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte
  std::vector<std::string> values;
  std::optional<std::int32_t> minValues;

  bool operator==(const NodeRequirement&) const = default;
};
DESCRIBED(NodeRequirement);

// Empty lists and maps of the template that are given count in its hash (API-326).
struct TemplateMetadata {
  base::Given<Labels> labels;
  base::Given<Labels> annotations;
};
DESCRIBED(TemplateMetadata);

struct NodeClaimTemplateSpec {
  base::Given<std::vector<Taint>> taints;
  base::Given<std::vector<Taint>> startupTaints;
  std::vector<NodeRequirement> requirements;
  NodeClassReference nodeClassRef;
  std::optional<DurationText> terminationGracePeriod;
  std::optional<NillableDuration> expireAfter;
};
DESCRIBED(NodeClaimTemplateSpec);

struct NodeClaimTemplate {
  TemplateMetadata metadata;
  NodeClaimTemplateSpec spec;
};
DESCRIBED(NodeClaimTemplate);

struct Budget {
  std::optional<std::vector<std::string>> reasons;  // set but empty applies to no reason
  base::Given<std::string> nodes;
  std::optional<std::string> schedule;
  std::optional<DurationText> duration;
};
DESCRIBED(Budget);

struct Disruption {
  std::optional<NillableDuration> consolidateAfter;
  base::Given<std::string> consolidationPolicy;  // WhenEmpty, WhenEmptyOrUnderutilized, Balanced
  std::optional<std::vector<Budget>> budgets;
};
DESCRIBED(Disruption);

struct NodePoolSpec {
  NodeClaimTemplate template_;
  std::optional<Disruption> disruption;
  ResourceList limits;
  std::optional<std::int32_t> weight;
  std::optional<std::int64_t> replicas;
};
DESCRIBED(NodePoolSpec);

struct NodePoolStatus {
  ResourceList resources;
  std::int64_t nodes = 0;
  std::int64_t nodeClassObservedGeneration = 0;
  std::vector<Condition> conditions;
};
DESCRIBED(NodePoolStatus);

struct NodePool {
  ObjectMeta metadata;
  NodePoolSpec spec;
  NodePoolStatus status;
};
DESCRIBED(NodePool);

}  // namespace model
