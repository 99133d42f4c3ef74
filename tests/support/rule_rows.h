// The rows of tests/manifests/*.yaml (see their README).
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"

namespace support {

// The changes that a row has under `passes` or `fails`: one, or a list of them.
std::vector<base::Json> changes_of(const base::Json& row, std::string_view member);

}  // namespace support
