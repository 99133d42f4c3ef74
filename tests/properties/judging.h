// The engine before its judge: what it was given and what it decided, in the judge's own terms, and
// how two decisions differ.
#pragma once

#include <string>
#include <vector>

#include "engine/pack.h"
#include "engine/snapshot.h"
#include "judge/decision.h"

namespace properties {

judge::Decision decision_of(const engine::Snapshot& snapshot);
judge::Plan plan_of(const engine::Plan& plan, const engine::Snapshot& snapshot);

// One sentence for each difference: claims with their pods, requirements, types and requests, pods
// on nodes, and refused pods with the code of their reason for each NodePool. None if both are the
// same.
std::vector<std::string> differences(const judge::Plan& expected, const judge::Plan& actual,
                                     const judge::Decision& decision);

// The whole plan as text.
std::string to_string(const judge::Plan& plan, const judge::Decision& decision);

}  // namespace properties
