// Pods that cannot be planned at all (scheduling.md section 5).
#pragma once

#include <optional>

#include "engine/label_rules.h"
#include "engine/volumes.h"
#include "model/pod.h"
#include "model/reason.h"

namespace engine {

// Why the pod is left out, with all its faults; nullopt if nothing is wrong with it. A pod that
// asks not to be on managed capacity has a code of its own (SCH-031).
std::optional<model::Reason> refuse_invalid(const model::Pod& pod, const LabelRules& rules,
                                            const Volumes& volumes);

}  // namespace engine
