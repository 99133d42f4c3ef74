#include "engine/limits.h"

#include <algorithm>

#include "model/resources.h"

namespace engine {

PoolLimits::PoolLimits(const model::ResourceList& limits, const model::ResourceList& used,
                       const TypeTable& types) {
  for (const auto& [resource, quantity] : limits) {
    base::Quantity remaining = quantity - model::quantity_of(used, resource);
    if (resource == model::kNodes) {
      nodes_ = remaining;
      continue;
    }
    Limit& limit = limits_.emplace_back(Limit{remaining, {}});
    for (std::size_t row = 0; row < types.rows(); ++row) {
      const model::InstanceType& type = *types.types()[types.type_of(row)];
      limit.capacity.push_back(model::quantity_of(type.capacity, resource));
    }
  }
}

void PoolLimits::keep_allowed(Rows& rows) const {
  if (nodes_ && nodes_->is_negative()) rows = Rows(rows.size());
  for (const Limit& limit : limits_) {
    Rows excluded(rows.size());
    rows.for_each([&](std::size_t row) {
      if (limit.capacity[row] > limit.remaining) excluded.set(row);
    });
    rows.and_not(excluded);
  }
}

void PoolLimits::charge(const Rows& rows) {
  for (Limit& limit : limits_) {
    base::Quantity largest;
    rows.for_each([&](std::size_t row) { largest = std::max(largest, limit.capacity[row]); });
    limit.remaining -= largest;
  }
  if (nodes_) *nodes_ -= base::Quantity::from_units(1);
}

}  // namespace engine
