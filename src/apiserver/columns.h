// The columns of `kubectl get`, as data: what users of Kubernetes are used to see for its own
// kinds, and the printer columns of custom resources (API-008). A kind without columns of its own
// shows name and age.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "sim/resources.h"

namespace apiserver {

struct Column {
  std::string name;
  std::string type = "string";  // string, integer, date
  bool wide = false;            // only with -o wide
  // The cell of an object: a text or a number, or null for an empty one.
  std::function<base::Json(const base::Json& object, base::Time now)> cell;
};

// The first column is the name.
std::vector<Column> columns_of(const sim::Resource& resource);

}  // namespace apiserver
