// What NodePools show of themselves (lifecycle.md section 8): conditions, hash, counters.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "control/action.h"
#include "control/world.h"

namespace control {

class Pools {
 public:
  Decision decide(World& world, base::Time now);

 private:
  void recount(const World& world, base::Time now, Decision& decision);
  void show_usage(model::NodePool& pool) const;

  // LIF-188: what the nodes of each pool add up to, as it was last counted.
  std::map<std::string, model::ResourceList, std::less<>> usage_;
  std::optional<std::uint64_t> counted_version_;
  base::Time counted_at_{};
};

}  // namespace control
