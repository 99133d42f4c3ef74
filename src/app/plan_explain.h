// `joiner plan --explain POD`: where the pod goes, and what that costs. The price ladder shows the
// ten cheapest instance types that the machine may become, then, by reason, those that would be
// cheaper and are out; all of it for the machine as planned, with all its pods.
#pragma once

#include <string>
#include <string_view>

#include "app/plan_input.h"
#include "app/plan_text.h"
#include "base/result.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

namespace app {

// `pod` is "namespace/name", or a name that only one namespace has. Error: not_found if there is no
// such pod, with the nearest name; invalid if the name stands for several.
base::Result<std::string> explain_text(std::string_view pod, const PlanInput& input,
                                       const engine::Plan& plan, const engine::Snapshot& snapshot,
                                       const TextOptions& options);

}  // namespace app
