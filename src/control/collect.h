// Garbage collection in both directions (lifecycle.md section 6): claims whose instance the cloud
// no longer has, and instances of ours whose claim is gone.
#pragma once

#include "control/action.h"
#include "control/world.h"

namespace control {

class Collector {
 public:
  Decision decide(World& world, base::Time now);

 private:
  void collect_claims(World& world, base::Time now, Decision& decision) const;
  void collect_instances(World& world, base::Time now, Decision& decision) const;

  base::Time handled_{};  // the list that was last looked at
  int quick_passes_ = 0;
};

}  // namespace control
