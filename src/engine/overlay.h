// NodeOverlays (scheduling.md section 24): prices and extra capacity of instance types as the user
// knows them, laid over what the cloud says, NodePool by NodePool.
//
// Overlays are evaluated by weight, then by name, both descending (SCH-295). Of those that match the
// first that sets an offering's price, or one resource of a type, wins; two of equal weight that
// touch the same are a conflict, and the later one then changes nothing anywhere (SCH-299). The
// cloud's types are never changed: what is overlaid is copied (SCH-302).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "engine/label_rules.h"
#include "engine/snapshot.h"
#include "engine/type_list.h"
#include "model/instance_type.h"
#include "model/node_claim.h"
#include "model/node_overlay.h"
#include "model/node_pool.h"

namespace engine {

// Names of types that carry an overlay.
struct OverlaidNames {
  std::set<std::string, std::less<>> priced;
  std::set<std::string, std::less<>> extended;  // in their capacity
};

struct OverlaidPool {
  model::InstanceTypes types;  // in the order given
  OverlaidNames names;
};

// What becomes of condition ValidationSucceeded (SCH-301).
struct OverlayVerdict {
  bool is_valid = true;
  std::string reason;  // RuntimeValidation, Conflict
  std::string message;
  std::size_t matches = 0;  // instance types that it was laid over, counted for each NodePool
};

struct Overlaid {
  std::vector<OverlaidPool> pools;       // as given
  std::vector<OverlayVerdict> verdicts;  // per overlay, as given
};

struct PoolTypes {
  std::shared_ptr<const model::NodePool> pool;
  model::InstanceTypes types;
};

// All overlays on all NodePools. Those that are being deleted count like the others; leave them out.
Overlaid apply_overlays(const std::vector<std::shared_ptr<const model::NodeOverlay>>& overlays,
                        const std::vector<PoolTypes>& pools, const LabelRules& rules);

// The price under an overlay (SCH-298). Error: invalid, if it is no price or adjustment.
base::Result<base::Money> overlaid_price(base::Money price, const model::NodeOverlaySpec& overlay);

// Annotates a claim whose types carry overlays (SCH-274).
void annotate_overlays(model::NodeClaim& claim, const TypeList& types, const OverlaidNames& names);

}  // namespace engine
