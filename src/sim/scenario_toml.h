// TOML as JSON values, so that a file of either form is read by the one reader of described structs.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace sim {

// Error: invalid, with line and column, for what is no TOML 1.0, and for dates and times, which
// JSON does not have.
base::Result<base::Json> parse_toml(std::string_view text);

}  // namespace sim
