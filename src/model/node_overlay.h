// NodeOverlay karpenter.sh/v1alpha1 (api.md section 7): prices and capacity of instance types as the
// user knows them better than the cloud's lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"
#include "model/scalars.h"

namespace model {

struct NodeOverlaySpec {
  std::vector<NodeSelectorRequirement> requirements;  // no minValues
  std::optional<std::string> priceAdjustment;         // "-12.5%", "+0.02"
  std::optional<std::string> price;                   // "0.34", dollars an hour
  ResourceList capacity;
  std::optional<std::int32_t> weight;  // absent counts as 0
};
DESCRIBED(NodeOverlaySpec);

struct NodeOverlayStatus {
  std::vector<Condition> conditions;
};
DESCRIBED(NodeOverlayStatus);

struct NodeOverlay {
  ObjectMeta metadata;
  NodeOverlaySpec spec;
  NodeOverlayStatus status;
};
DESCRIBED(NodeOverlay);

}  // namespace model
