// NodeOverlays (scheduling.md section 24): what the cloud says of instance types, as users know it
// better. All overlays are evaluated together, on the types of all NodePools, whenever an overlay,
// NodePool or node class has changed, or other types were fetched; FetchedTypes::types is then what
// planning and disruption see (SCH-302).
//
// The cloud is told as well, since it launches by these prices and capacities (AWL-160).
//
// A NodePool whose types nobody has evaluated yet is passed over by planning (SCH-303). In a look of
// the controller this loop comes before those that read types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/action.h"
#include "control/world.h"

namespace control {

class Overlays {
 public:
  // Does nothing unless the gate is open.
  Decision decide(World& world, base::Time now);

 private:
  void evaluate(World& world, Decision& decision);
  void show_verdicts(const World& world, base::Time now, Decision& decision) const;

  using Generations = std::vector<std::pair<std::string, std::int64_t>>;  // by UID
  static Generations generations_of(const World& world);

  Generations evaluated_;
  std::optional<base::Time> fetched_at_;  // when types were last asked for
  std::map<std::string, engine::OverlayVerdict, std::less<>> verdicts_;  // by UID
  bool is_cloud_told_ = false;  // of overlays that there are, or were
};

// The types ready for planning. Those that are the same as before, or as those of another NodePool,
// are not compiled again.
engine::CompiledTypesPointer compiled_types(const World& world, const model::InstanceTypes& types);

}  // namespace control
