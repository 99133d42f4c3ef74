// What a NodePool may yet grow by (scheduling.md section 12). Only the resources that its limits
// name count; without limits everything is allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/types.h"
#include "model/scalars.h"

namespace engine {

class PoolLimits {
 public:
  PoolLimits() = default;
  // `used` is the capacity of the NodePool's existing nodes, resource `nodes` included (SCH-126).
  PoolLimits(const model::ResourceList& limits, const model::ResourceList& used,
             const TypeTable& types);

  // The limit of resource `nodes` is reached exactly (SCH-128).
  bool are_nodes_exhausted() const { return nodes_ && nodes_->is_zero(); }

  // Takes those out of `rows` whose capacity of a limited resource is more than what remains; with
  // fewer than no nodes left that is every row (SCH-127, SCH-128).
  void keep_allowed(Rows& rows) const;

  // Charges a new claim with the largest capacity of the types it may become, and one node
  // (SCH-129, SCH-131).
  void charge(const Rows& rows);

 private:
  struct Limit {
    base::Quantity remaining;
    std::vector<base::Quantity> capacity;      // per row
    std::vector<std::uint32_t> largest_first;  // rows by capacity, descending
  };

  std::vector<Limit> limits_;
  std::optional<base::Quantity> nodes_;
};

}  // namespace engine
