// The part of the checker that looks at where pods are in relation to each other (scheduling.md
// section 18), from the end of the plan alone.
#pragma once

#include <vector>

#include "judge/checker.h"
#include "judge/decision.h"

namespace judge {

// Skews, missing companions and forbidden ones.
std::vector<Finding> topology_findings(const Decision& decision, const Plan& plan);

// Whether a hard rule ties the pod to other pods, or other pods to it: a spread, (anti-)affinity, or
// the required anti-affinity of another pod of the cluster or the batch.
bool is_bound_by_others(const Decision& decision, const model::Pod& pod);

}  // namespace judge
