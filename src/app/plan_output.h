// The result of `joiner plan` as JSON: the contract that docs/plan.md describes and
// docs/plan.schema.json checks. Machines come in the order in which they were opened and pods in the
// order in which they joined; existing nodes as planning tries them; pending pods by name.
#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

namespace app {

base::Json plan_json(const engine::Plan& plan, const engine::Snapshot& snapshot);

// "shop/web-1"
std::string key_of(const engine::Snapshot& snapshot, std::size_t pod);

}  // namespace app
