// Looks a plan over for whatever must not be, without solving anything itself: every hard constraint
// for every instance type that a claim may still become, limits, counts, and that no pod is lost or
// placed twice.
//
// What it takes for granted, because planning is meant to be so: preferences may be violated; a
// label that a pod's NotIn has put on a node counts as defined there (SCH-072); a reservation
// replaces the claim's capacity type (SCH-190). What a spread has counted is known for certain only
// where all counted pods are bound by it, and what would have fitted only for pods without rules
// about other pods; elsewhere the reference solver has the say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "judge/decision.h"

namespace judge {

enum class Fault : std::uint8_t {
  pod_lost,        // neither placed nor refused
  pod_twice,       // placed or refused more than once
  not_there,       // a pod, node, NodePool or type that the input does not have
  taint,           // not tolerated
  labels,          // what pod or NodePool require of labels is not assured
  volumes,         // out of reach
  attach_limit,    // too many volumes
  host_port,       // taken by another pod or a daemon
  instance_type,   // a type is too small, not sold, or has other labels
  resources,       // too little left on a node
  limits,          // the NodePool's
  min_values,      // too little diversity
  order_of_types,  // not cheapest first, or too many
  requests,        // not what pods and daemons ask for
  spread,          // skew beyond maxSkew
  affinity,        // nobody there that a pod has to be with
  anti_affinity,   // with somebody that it must not be with
  reservation,     // more claims than instances are left
  fits_after_all,  // refused, but there is room
};

struct Finding {
  Fault fault{};
  std::string sentence;
};

std::string_view to_string(Fault fault);

// None if the plan is sound.
std::vector<Finding> check(const Decision& decision, const Plan& plan);

}  // namespace judge
