// Kubernetes' own patch: as a JSON merge patch, but lists whose elements have a key are merged by
// it, and directives ($patch, $retainKeys, $setElementOrder/…, $deleteFromPrimitiveList/…) say what
// else is to happen. kubectl sends it for the kinds of Kubernetes itself.
//
// Which lists are merged, and by which key, is the API's: containers, volumes and env by name,
// container ports by containerPort, conditions and addresses by type and so on; finalizers are a
// set. Every other list, taints and tolerations among them, is replaced whole.
#pragma once

#include "base/json.h"
#include "base/result.h"

namespace sim {

// Applies the patch to the object. Code::malformed if the patch breaks the rules of its form; the
// target is then of no use. Requires: both are objects.
base::Result<void> apply_strategic_patch(base::Json& target, const base::Json& patch);

}  // namespace sim
