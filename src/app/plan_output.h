// The result of `joiner plan` as JSON: the contract that docs/plan.md describes and
// docs/plan.schema.json checks. Machines come in the order in which they were opened and pods in the
// order in which they joined; existing nodes as planning tries them; pending pods by name. The virtual
// pods of capacity buffers stand in lists of their own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

namespace app {

base::Json plan_json(const engine::Plan& plan, const engine::Snapshot& snapshot);

// "shop/web-1"
std::string key_of(const engine::Snapshot& snapshot, std::size_t pod);

// How many of the pods are virtual.
std::size_t count_virtual(const engine::Snapshot& snapshot, const std::vector<std::size_t>& pods);
std::size_t count_virtual(const engine::Snapshot& snapshot);

}  // namespace app
