// The JSONPaths of printer columns, as far as columns use them: members (".spec.nodeName", dots of
// a name escaped as in ".metadata.labels.karpenter\.sh/nodepool"), elements (".items[0]"; of all,
// ".items[*]", a column shows the first) and the elements of a list that have a member with a text
// (".conditions[?(@.type==\"Ready\")]").
#pragma once

#include <string_view>

#include "base/json.h"

namespace apiserver {

// The first value at the path, or nullptr. A path that is not understood finds nothing.
const base::Json* find_json_path(const base::Json& value, std::string_view path);

}  // namespace apiserver
