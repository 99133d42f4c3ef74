// The domains of topology keys: which values of a label there are, whoever has them, and which
// NodePools offer them behind which taints (SCH-200, SCH-201).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/compiled_types.h"
#include "engine/snapshot.h"
#include "model/node.h"
#include "model/requirements.h"

namespace engine {

struct Domain {
  std::string value;
  // The taints of each NodePool that offers it; one empty list makes it open to everybody.
  std::vector<std::vector<model::Taint>> taint_lists;
};

// The domains that NodePools and their types offer for the key, by value. Each value counts that is
// left of NodePool and type together, and each that the NodePool itself lists; what a requirement
// excludes is no domain.
// `types` are those of the NodePools of the snapshot.
std::vector<Domain> offered_domains(const Snapshot& snapshot,
                                    const std::vector<CompiledTypesPointer>& types,
                                    std::string_view key);

}  // namespace engine
