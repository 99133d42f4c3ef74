// The result of `joiner plan` as JSON (docs/plan.md describes that contract).
#pragma once

#include "base/json.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

namespace app {

base::Json plan_json(const engine::Plan& plan, const engine::Snapshot& snapshot);

}  // namespace app
