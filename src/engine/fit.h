// Whether a bin accepts a pod: one function a rule. A refusal is a code; its text is made once, for
// what is reported (explain.h).
#pragma once

#include <expected>
#include <string>

#include "engine/claims.h"
#include "engine/problem.h"
#include "model/reason.h"

namespace engine {

using Code = model::Reason::Code;

// A shape in one of its forms, trying to get a place.
struct Candidate {
  Shape& shape;
  const Form& form;
};

// SCH-082.
bool tolerates(const Form& form, const std::vector<model::Taint>& taints);

// What becomes of an existing node that accepts the candidate: its labels as they are narrowed
// (SCH-123).
std::expected<StateId, Code> fit_node(Problem& problem, const ExistingNode& node,
                                      const Candidate& candidate);

// What becomes of a claim that accepts the candidate.
struct Narrowed {
  StateId state = 0;
  Rows rows;
  bool min_values_relaxed = false;
};

// The bins that are not nodes yet share their rules (SCH-156): an open claim, or one that would be
// opened from a template, which holds nothing yet.
std::expected<Narrowed, Code> fit_claim(Problem& problem, const Claim& claim,
                                        const Candidate& candidate);

// What becomes of a claim, joined by the candidate's own requirements, when its volumes are to be
// reached in this way, topology included.
std::expected<Narrowed, Code> fit_volumes(Problem& problem, const Claim& claim,
                                          const Candidate& candidate, StateId joined,
                                          const Wanted& volumes);

// The types that suit a claim in this state once the pod joins it (SCH-168 to SCH-173).
std::expected<Narrowed, Code> fit_types(Problem& problem, const Claim& claim, const Shape& shape,
                                        StateId state);

// A claim without pods, less the types that the limits of the NodePool exclude (SCH-127, SCH-128).
std::expected<Claim, Code> empty_claim(Problem& problem, Template& from, std::size_t host);

// Rows of the claim's types in daemon groups whose host ports the pod can share (SCH-107).
Rows rows_with_free_ports(const Claim& claim, const Shape& shape);

// hostname-placeholder-0001
std::string placeholder(std::size_t host);

}  // namespace engine
