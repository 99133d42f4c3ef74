// --feature-gates, a list such as "NodeOverlay=true, CapacityBuffer=false" (SCH-005, LIF-277).
#pragma once

#include <string_view>

#include "base/result.h"
#include "control/settings.h"

namespace control {

// Opens and closes the gates that are named; others keep their state, and names that are not known
// are passed over. Error: invalid, for an entry without a boolean.
base::Result<void> read_feature_gates(std::string_view text, Settings& settings);

}  // namespace control
