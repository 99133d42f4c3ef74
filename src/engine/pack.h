// The provisioning decision: pods go onto existing nodes, then onto machines to be launched
// (scheduling.md sections 5 to 21).
//
// Steps, for each pod in queue order (SCH-135): existing nodes in order (SCH-115), open claims in
// the order of SCH-142, templates in order (SCH-091). The first that accepts wins; prices order
// only the instance types inside a claim (SCH-179, ties by name). Pods that fit nowhere come back
// with a reason.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/money.h"
#include "engine/snapshot.h"
#include "engine/type_list.h"
#include "model/node_claim.h"
#include "model/reason.h"
#include "model/requirements.h"

namespace engine {

// The cheapest way to launch a claim.
struct CheapestOffering {
  std::string instance_type;
  std::string zone;
  std::string capacity_type;
  base::Money price;  // per hour
};

struct PlannedClaim {
  std::shared_ptr<const model::NodePool> pool;
  std::vector<std::size_t> pods;  // indexes into Snapshot::pods, in the order of joining
  base::Shared<model::Requirements> requirements;
  TypeList types;                // cheapest first, at most Settings::max_instance_types
  model::ResourceList requests;  // pods and daemons
  bool min_values_relaxed = false;
  std::optional<CheapestOffering> cheapest;
};

struct PlacedOnNode {
  std::size_t node = 0;           // index into Snapshot::nodes
  std::vector<std::size_t> pods;  // indexes into Snapshot::pods
};

// What a pod gave up for its place, one wish after the other (SCH-153).
struct Relaxed {
  std::size_t pod = 0;  // index into Snapshot::pods
  base::Shared<std::vector<std::string>> dropped;
};

struct Refusal {
  std::size_t pod = 0;  // index into Snapshot::pods
  model::Reason reason;
};

struct Plan {
  std::vector<PlannedClaim> claims;        // in order of opening
  std::vector<PlacedOnNode> existing;      // nodes that received pods, in node order (SCH-115)
  std::vector<Refusal> refusals;           // by pod index
  std::vector<Relaxed> relaxed;            // in the order of the queue
  std::vector<std::string> dropped_pools;  // no compatible instance type at all (SCH-097)
  bool stopped = false;                    // `stop` ended it early (SCH-144)
};

// `stop` is asked before each placement; true ends the solve where it is, keeping what was placed.
Plan pack(const Snapshot& snapshot, const std::function<bool()>& stop = nullptr);

// The NodeClaim to create for a planned claim (SCH-268 to SCH-273), without a name. `settings` are
// those of the snapshot: they say which labels the launch supplies.
model::NodeClaim to_node_claim(const PlannedClaim& claim, const Settings& settings = {});

}  // namespace engine
