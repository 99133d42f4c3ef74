// How machines leave: the finalizers of NodeClaims and Nodes (lifecycle.md sections 4.8 and 7.1 to
// 7.3, disruption.md sections 20 to 22).
//
// A deleting Node is tainted, drained by eviction in tiers, and its instance terminated; only when
// the cloud says that the instance is gone is the finalizer removed. A deleting claim deletes its
// Node and waits for that. Deleting either one leads to the other.
//
// Safety: only instances of our own claims are terminated; evictions respect budgets until the
// deadline that terminationGracePeriod sets; a claim whose launch is under way is held until the
// cloud has answered, so that no instance is forgotten.
#pragma once

#include "control/action.h"
#include "control/world.h"

namespace control {

Decision decide_termination(World& world, base::Time now);

}  // namespace control
