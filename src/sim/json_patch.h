// JSON Patch (RFC 6902): a list of operations on places that JSON pointers (RFC 6901) name.
#pragma once

#include "base/json.h"
#include "base/result.h"

namespace sim {

// The value after all operations. Code::malformed if the patch is none, Code::invalid if an
// operation cannot be done, a test that fails included, or if the value would grow without bounds:
// more than 10,000 operations, copies of more than 16 MiB together, more than 100 levels.
base::Result<base::Json> apply_json_patch(base::Json value, const base::Json& patch);

}  // namespace sim
