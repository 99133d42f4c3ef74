// Cluster default spread constraints (scheduling.md section 19): pods without a spread constraint of
// their own get copies of those that the operator configured, with a selector deduced from their
// Services and their controller. Only the copy of a pod that is planned with is changed.
//
// Services count in the order of their names; of several values for one label the last one holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/snapshot.h"
#include "model/pod.h"

namespace engine {

// Reads --scheduler-config, a YAML or JSON document with podTopologySpread.defaultConstraints; an
// empty text is none. Error: invalid, for whatever SCH-006 and SCH-007 do not allow.
base::Result<std::vector<model::TopologySpreadConstraint>> read_default_spreads(
    std::string_view document);

// What the pod's Services and controller select by (SCH-249); nullopt if that is nothing (SCH-250).
// Requires: `selectors` are sorted by name.
std::optional<model::LabelSelector> deduced_selector(
    const model::Pod& pod, const std::vector<WorkloadSelector>& selectors);

// The snapshot with the constraints of its settings on its pods (SCH-248).
Snapshot with_default_spreads(Snapshot snapshot);

}  // namespace engine
