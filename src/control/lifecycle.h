// The life of a NodeClaim up to its deletion (lifecycle.md sections 4.1 to 4.6 and 5): finalizer,
// launch, registration, initialisation, time limits, pod events, Consolidatable, expiry.
//
// Every step reads what is there and writes what follows from it; a step that was done before is
// seen to be done, so a restart at any point goes on where it stopped. The order of the steps is
// that of LIF-055; one look can take a claim through several of them.
#pragma once

#include "control/action.h"
#include "control/world.h"

namespace control {

Decision decide_lifecycle(World& world, base::Time now);

}  // namespace control
