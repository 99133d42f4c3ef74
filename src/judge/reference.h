// The sequential definition of provisioning (scheduling.md sections 5 to 21; SCH-355), written down
// as plainly as it is said: each pod is tried on every existing node, every open claim and every
// template in turn, everything is computed anew at each step, and nothing is skipped. It is slow, and
// meant for inputs of a few dozen pods; what it decides is what any faster engine has to decide.
//
// Ties are those of the rules: nodes by SCH-115, claims by SCH-142, templates by SCH-091, domains and
// their combinations by SCH-216, equal prices by name.
//
// Reasons carry their codes and NodePools, but no texts.
#pragma once

#include "judge/decision.h"

namespace judge {

Plan solve(const Decision& decision);

}  // namespace judge
