// Manifests from files into the embedded cluster, as `kubectl apply` would bring them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/store.h"

namespace app {

struct Applied {
  std::vector<std::string> done;      // "nodepool.karpenter.sh/default created"
  std::vector<std::string> warnings;  // of the server
};

// Creates or changes every object of a YAML or JSON text, Lists unfolded. Unknown fields are
// refused. Nothing is written if an object of the text cannot be read; the first object that the
// server refuses ends it, and those before it stay, as with kubectl.
base::Result<Applied> apply_manifests(sim::Store& store, std::string_view text);

}  // namespace app
