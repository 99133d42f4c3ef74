// From what `joiner plan` is given to the snapshot that the engine plans on.
//
// What a manifest has not been given yet counts as given: a NodePool or node class without conditions
// is ready, an unbound pod without conditions is unschedulable. Where conditions exist they decide.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/plan_input.h"
#include "engine/snapshot.h"
#include "model/instance_type.h"

namespace app {

// Whether the pod waits for a node.
bool is_pending(const model::Pod& pod);

// Whether the pod has no node, nor waits for one: gated, nominated, or not yet looked at.
bool is_left_out(const model::Pod& pod);

// All that the input says; pods of nodes that are being deleted are planned like pending ones, and so
// are those of workloads that have none and those of capacity buffers, which come last. `types` are
// offered to every NodePool, as NodeOverlays make them appear there.
engine::Snapshot snapshot_of(const PlanInput& input, const model::InstanceTypes& types,
                             engine::Settings settings);

// What of the input takes no part in planning although a person might expect it to, in sentences.
std::vector<std::string> left_out(const PlanInput& input);

// Of the NodeOverlays those that are not valid, conflict, or match nothing, in sentences.
std::vector<std::string> overlay_notes(const PlanInput& input, const model::InstanceTypes& types,
                                       const engine::Settings& settings);

}  // namespace app
