// The hash that EC2NodeClasses carry, so that a change of one can be told from what its claims were
// launched with (api.md section 12, aws-control.md section 17). KWOKNodeClasses have none (API-256).
#pragma once

#include "control/action.h"
#include "control/world.h"

namespace control {

// Writes hash and version onto every EC2NodeClass that shows others (AWC-210). Claims that carry an
// older version follow first (AWC-211); their class is written once none of them is left.
Decision decide_node_classes(const World& world);

}  // namespace control
