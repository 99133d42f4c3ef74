#include "engine/limits.h"

#include <algorithm>
#include <tuple>

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
    Limit& limit = limits_.emplace_back(Limit{remaining, {}, {}});
    for (std::uint32_t row = 0; row < types.rows(); ++row) {
      const model::InstanceType& type = *types.types()[types.type_of(row)];
      limit.capacity.push_back(model::quantity_of(type.capacity, resource));
      limit.largest_first.push_back(row);
    }
    std::ranges::sort(limit.largest_first, [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(limit.capacity[b], a) < std::tie(limit.capacity[a], b);
    });
  }
}

void PoolLimits::keep_allowed(Rows& rows) const {
  if (nodes_ && nodes_->is_negative()) rows = Rows(rows.size());
  for (const Limit& limit : limits_) {
    for (std::uint32_t row : limit.largest_first) {
      if (limit.capacity[row] <= limit.remaining) break;
      rows.reset(row);
    }
  }
}

void PoolLimits::charge(const Rows& rows) {
  for (Limit& limit : limits_) {
    auto largest = std::ranges::find_if(limit.largest_first,
                                        [&](std::uint32_t row) { return rows.test(row); });
    if (largest != limit.largest_first.end()) limit.remaining -= limit.capacity[*largest];
  }
  if (nodes_) *nodes_ -= base::Quantity::from_units(1);
}

}  // namespace engine
