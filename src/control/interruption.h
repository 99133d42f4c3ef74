// What the cloud says about instances of its own accord (aws-control.md section 23): spot capacity
// that is taken back, maintenance, instances that stop or end. The NodeClaim of such an instance is
// deleted, so that its Node is closed, drained and replaced in the time that is left; a rebalance
// recommendation is only told.
//
//   delivered ──▶ told, offering marked ──▶ claims deleting or gone ──▶ acknowledged
//
// A notice is acknowledged when nothing is left to be done for it, so one that a crash or a failed
// write interrupts comes again; each step sees what was done before (AWC-277). Notices are handled
// in the order of their IDs, claims of one instance by name.
#pragma once

#include "control/action.h"
#include "control/world.h"

namespace control {

Decision decide_interruption(World& world, base::Time now);

}  // namespace control
