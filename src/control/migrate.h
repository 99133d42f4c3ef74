// The hash annotations of an owner of claims, a NodePool or a node class, and how its claims follow
// when the way of hashing changes (API-315 to API-317, LIF-198, LIF-199, AWC-210, AWC-211).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "control/action.h"
#include "control/world.h"

namespace control {

// What an owner is to carry: the keys of the two annotations, and their values.
struct OwnersHash {
  std::string_view key;
  std::string_view version_key;
  std::string hash;
  std::string_view version;
};

bool is_current(const model::ObjectMeta& owner, const OwnersHash& wanted);

// Claims of another version get the current one, and the hash too unless they have a Drifted
// condition: those keep a hash that differs and so stay drifted. True if none of them is left, and
// always while the owner itself shows the current version.
bool are_claims_migrated(const World& world, const model::ObjectMeta& owner,
                         const OwnersHash& wanted,
                         const std::function<bool(const model::NodeClaim&)>& is_owned,
                         Decision& decision);

void annotate(model::ObjectMeta& owner, const OwnersHash& wanted);

}  // namespace control
