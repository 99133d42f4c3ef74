// What a claim of the solve becomes in the plan (scheduling.md section 21).
#pragma once

#include <expected>

#include "engine/claims.h"
#include "engine/pack.h"
#include "engine/problem.h"

namespace engine {

// The claim with its daemons (SCH-266) and its types, cheapest first, cut to the number that the
// settings allow. Where that cut leaves too few values for `minValues`, and they are strict, there
// is no claim, and the reason is that of all its pods (SCH-267).
std::expected<PlannedClaim, model::Reason> finalise(Problem& problem, const Claim& claim);

}  // namespace engine
