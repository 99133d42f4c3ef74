// Slow care for living claims (lifecycle.md sections 5.1, 5.2 and 9.5): labels that older versions
// did not write, Nodes that have less than their claim promised, and a word in the log when the
// cluster stays out of sync.
//
// Each claim is looked at once in ten minutes (LIF-125); a new one is found within ten seconds.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "control/action.h"
#include "control/world.h"

namespace control {

class Upkeep {
 public:
  Decision decide(World& world, base::Time now);

 private:
  void watch_sync(const World& world, base::Time now, Decision& decision);
  void look_after(const World& world, const std::shared_ptr<const model::NodeClaim>& claim,
                  base::Time now, Decision& decision);

  std::map<std::string, base::Time, std::less<>> checked_;  // by UID of claim
  std::uint64_t seen_version_ = 0;
  std::optional<base::Time> looked_at_;
  std::optional<base::Time> next_;  // when the next claim is due
  std::optional<base::Time> unsynced_since_;
  base::Time complained_at_{};
};

}  // namespace control
