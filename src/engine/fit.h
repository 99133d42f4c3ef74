// Whether a bin accepts a pod, as far as bins of one class differ: room, host ports, volumes, the
// hostname. What a class has in common is in ways.h.
#pragma once

#include <expected>
#include <optional>

#include "engine/claims.h"
#include "engine/problem.h"
#include "engine/ways.h"

namespace engine {

// What becomes of a bin that accepts the candidate.
struct Narrowed {
  StateId state = 0;
  Rows rows;  // types that a claim may yet become
  bool min_values_relaxed = false;
  ReservationIds reservations;  // that it would hold
};

// The state of an existing node once the candidate joins it (SCH-123); nullopt if it may not.
std::optional<StateId> fit_node(const Problem& problem, const ExistingNode& node,
                                const Candidate& candidate, const Topology::View& view,
                                const Ways& ways);

// An open claim, or one that would be opened and holds nothing yet, once the candidate joins it
// (SCH-156); nullopt if it may not.
std::optional<Narrowed> fit_claim(Problem& problem, const Claim& claim, const Candidate& candidate,
                                  const Topology::View& view, const Ways& ways);

// Why a claim does not accept the candidate: the error of the last volume alternative, and there of
// the first way to choose domains (SCH-156, SCH-216). Code::none if it does accept.
Code refusal_of(Problem& problem, const Claim& claim, const Candidate& candidate,
                const Topology::View& view, const Ways& ways);

// The types that suit a claim in this state once the pod joins it, and the reservations that they
// leave to it (SCH-168 to SCH-173, SCH-183 to SCH-187).
std::expected<Narrowed, Code> fit_types(Problem& problem, const Claim& claim, const Shape& shape,
                                        StateId state);

// A claim without pods, less the types that the limits of the NodePool exclude (SCH-127, SCH-128).
std::expected<Claim, Code> empty_claim(Problem& problem, Template& from, std::size_t placeholder);

// Rows of the claim's types in daemon groups whose host ports the pod can share (SCH-107).
Rows rows_with_free_ports(const Claim& claim, const Shape& shape);

}  // namespace engine
