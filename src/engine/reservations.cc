#include "engine/reservations.h"

#include <algorithm>

#include "base/check.h"
#include "model/labels.h"

namespace engine {

std::string reservation_of(const model::Requirements& offering, const Settings& settings) {
  const model::Requirement* capacity_type = offering.find(model::kCapacityTypeLabel);
  bool is_reserved = capacity_type != nullptr && capacity_type->op() == model::Operator::In &&
                     capacity_type->values().front() == model::kReserved;
  if (!is_reserved) return "";
  const model::Requirement* id = offering.find(settings.reservation_id_label);
  return id == nullptr ? "" : id->any_value();
}

Reservations::Reservations(const std::vector<CompiledTypesPointer>& types,
                           const Settings& settings) {
  if (!settings.reserved_capacity) return;
  for (const CompiledTypesPointer& of_pool : types) {
    for (const model::Offering* offering : of_pool->reserved()) {
      std::string name = reservation_of(offering->requirements, settings);
      if (name.empty()) continue;
      std::int64_t capacity = offering->reservation_capacity.value_or(0);
      auto [place, is_new] = by_name_.try_emplace(name, static_cast<ReservationId>(ids_.size()));
      if (is_new) ids_.push_back({name, capacity});
      std::int64_t& left = ids_[place->second].left;
      left = std::min(left, capacity);
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
