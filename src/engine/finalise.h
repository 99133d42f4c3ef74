// What a claim of the solve becomes in the plan (scheduling.md section 21).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <expected>

#include "engine/claims.h"
#include "engine/pack.h"
#include "engine/problem.h"

namespace engine {

class Finaliser {
 public:
  explicit Finaliser(Problem& problem) : problem_(problem) {}

  // The claim with its daemons (SCH-266) and its types, cheapest first, cut to the number that the
  // settings allow. Where that cut leaves too few values for `minValues`, and they are strict, there
  // is no claim, and the reason is that of all its pods (SCH-267). Takes the claim's pods with it,
  // unless there is no claim.
  std::expected<PlannedClaim, model::Reason> finalise(Claim& claim);

 private:
  StateId reserved_state(const Claim& claim);
  const base::Shared<model::Requirements>& requirements_of(StateId state);

  Problem& problem_;
  boost::unordered_flat_map<StateId, base::Shared<model::Requirements>> requirements_;
};

}  // namespace engine
