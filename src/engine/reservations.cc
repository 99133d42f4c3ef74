#include "engine/reservations.h"

#include <algorithm>

#include "base/check.h"
#include "model/labels.h"

namespace engine {

std::string reservation_of(const model::Offering& offering, const Settings& settings) {
  if (offering.capacity_type() != model::kReserved) return "";
  const model::Requirement* id = offering.requirements.find(settings.reservation_id_label);
  return id == nullptr ? "" : id->any_value();
}

Reservations::Reservations(const Snapshot& snapshot) {
  if (!snapshot.settings.reserved_capacity) return;
  const model::InstanceTypes* last_types = nullptr;
  for (const PoolInput& pool : snapshot.pools) {
    // NodePools mostly share their types.
    if (last_types != nullptr && *last_types == pool.types) continue;
    last_types = &pool.types;
    for (const auto& type : pool.types) {
      for (const model::Offering& offering : type->offerings) {
        std::string name = reservation_of(offering, snapshot.settings);
        if (name.empty()) continue;
        std::int64_t capacity = offering.reservation_capacity.value_or(0);
        auto [place, is_new] = by_name_.try_emplace(name, static_cast<ReservationId>(ids_.size()));
        if (is_new) ids_.push_back({name, capacity});
        std::int64_t& left = ids_[place->second].left;
        left = std::min(left, capacity);
      }
    }
  }
}

ReservationId Reservations::find(const std::string& name) const {
  auto found = by_name_.find(name);
  base::check(found != by_name_.end(), "a reservation is known before it is asked for");
  return found->second;
}

bool Reservations::exchange(const ReservationIds& before, const ReservationIds& after) {
  bool is_freed = false;
  for (ReservationId id : before) {
    if (std::ranges::binary_search(after, id)) continue;
    ++ids_[id].left;
    is_freed = true;
  }
  for (ReservationId id : after) {
    if (std::ranges::binary_search(before, id)) continue;
    base::check(ids_[id].left > 0, "a reservation that is taken has an instance left");
    --ids_[id].left;
  }
  return is_freed;
}

}  // namespace engine
