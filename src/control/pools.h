// What NodePools show of themselves (lifecycle.md section 8): conditions, hash, counters.
#pragma once

#include <map>
#include <string>

#include "control/action.h"
#include "control/world.h"

namespace control {

class Pools {
 public:
  Decision decide(World& world, base::Time now);

 private:
  // When the counters of a pool were last written, by name (LIF-188).
  std::map<std::string, base::Time, std::less<>> counted_at_;
};

}  // namespace control
