// What may be done to a pod when its node goes (disruption.md section 1).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "control/action.h"
#include "control/world.h"
#include "model/pdb.h"
#include "model/pod.h"

namespace control {

// DIS-001: neither terminal nor terminating.
bool is_active(const model::Pod& pod);

// DIS-003: must run somewhere else when the node goes.
bool is_reschedulable(const model::Pod& pod);

// How many pods of a node must run somewhere else when it goes.
std::size_t reschedulable_on(const World& world, std::string_view node);

// DIS-004.
bool tolerates_disruption(const model::Pod& pod);

// DIS-010 to DIS-012: the annotation protects the pod now. A value that cannot be read protects
// nothing (DIS-013).
bool is_protected(const model::Pod& pod, base::Time now);

// DIS-013, DIS-014: what a pod's owner should know of its do-not-disrupt annotation: that it cannot
// be read, when it ends, that it has ended.
std::optional<Notice> protection_notice(const std::shared_ptr<const model::Pod>& pod,
                                        base::Time now);

// DIS-006.
bool is_evictable(const model::Pod& pod, base::Time now);

// DIS-008, DIS-009: the drain waits for it.
bool is_waited_for(const model::Pod& pod, base::Time now, base::Duration stuck_after);

// DIS-260: priority classes that are drained last.
bool is_critical(const model::Pod& pod);

// The budgets that select the pod (DIS-017), by namespace/name.
std::vector<const model::PodDisruptionBudget*> budgets_of(const World& world,
                                                          const model::Pod& pod);

// Why budgets do not let the pod go now, as users read it; "" if they do (DIS-018 to DIS-021).
std::string budget_obstacle(const World& world, const model::Pod& pod, base::Time now);

// LIF-176: the server refused an eviction since several budgets select the pod, which it calls an
// internal error.
bool says_several_budgets(const base::Error& error);

// DIS-023: capacity elsewhere makes sense for it.
bool is_currently_reschedulable(const World& world, const model::Pod& pod, base::Time now);

}  // namespace control
