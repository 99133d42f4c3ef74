// How many nodes of a NodePool voluntary disruption may take at once (disruption.md section 6,
// api.md section 4.4).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "control/world.h"

namespace control {

inline constexpr std::int64_t kUnlimited = 2'147'483'647;

// The smallest allowance of the pool's active budgets that apply to the reason; a budget that
// cannot be read counts as 0 for every reason (DIS-092 to DIS-096). Percentages are of `total`,
// rounded up.
std::int64_t allowed_disruptions(const model::NodePool& pool, std::string_view reason,
                                 std::int64_t total, base::Time now);

// What is left of the allowance per NodePool, after nodes that are not ready or on their way out
// were counted (DIS-090, DIS-091); never negative.
std::map<std::string, std::int64_t, std::less<>> remaining_disruptions(const World& world,
                                                                       std::string_view reason,
                                                                       base::Time now);

}  // namespace control
