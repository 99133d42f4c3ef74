// What a real API server does to objects before it stores them: defaults and refusals, kind by kind.
//
//   admission_core.cc     the kinds of Kubernetes that actors and kubectl rely on. Defaults are the
//                         API's; refused is what a person is likely to get wrong.
//   admission_custom.cc   NodePool, NodeClaim, NodeOverlay, CapacityBuffer and the node classes: the
//                         schemas' defaults and rules (api.md sections 4, 5 and 7 to 10)
//   admission_retired.cc  the retired kinds: kept as written, converted to those of today (api.md
//                         section 14)
#pragma once

#include "model/convert.h"
#include "sim/store.h"

namespace sim {

void install_core_admission(Store& store);
void install_custom_admission(Store& store);
void install_retired_admission(Store& store, const model::ClassDefaults& class_defaults);

// All of them. Requires: nothing was installed before.
void install_admission(Store& store, const model::ClassDefaults& class_defaults);

}  // namespace sim
