// What a cloud can launch: instance types, and offerings of them by zone and capacity type
// (lifecycle.md section 3.2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "model/requirements.h"
#include "model/scalars.h"

namespace model {

struct Offering {
  Requirements requirements;  // at least capacity type and zone, each In one value
  base::Money price;          // per hour
  bool available = true;
  std::optional<std::int64_t> reservation_capacity;  // instances left, capacity type reserved
  // Keys that replace those of the type for this offering (SCH-079).
  std::optional<ResourceList> capacity_override;
  std::optional<ResourceList> overhead_override;

  std::string_view zone() const;
  std::string_view capacity_type() const;
};

struct Overhead {
  ResourceList kube_reserved;
  ResourceList system_reserved;
  ResourceList eviction_threshold;

  ResourceList total() const;
};

// Available offerings that leave pods the same resources (SCH-079). The pointers are valid as long
// as the instance type.
struct OfferingGroup {
  ResourceList allocatable;
  std::vector<const Offering*> offerings;  // in the order of InstanceType::offerings
};

struct InstanceType {
  std::string name;
  Requirements requirements;
  ResourceList capacity;
  Overhead overhead;
  std::vector<Offering> offerings;  // available or not

  // SCH-078: capacity less overhead; memory also less hugepages, floored at 0.
  ResourceList allocatable() const;

  // SCH-079: available offerings by equal overrides, in order of first occurrence; the group without
  // overrides comes first, even when it is empty.
  std::vector<OfferingGroup> groups() const;

  // The lowest price of an available offering that is compatible, or nullopt (SCH-179).
  std::optional<base::Money> cheapest(const Requirements& wanted) const;
};

using InstanceTypes = std::vector<std::shared_ptr<const InstanceType>>;

// Cheapest first (SCH-179, LIF-048): by InstanceType::cheapest(wanted), types without such an
// offering last; ties by name.
void order_by_price(InstanceTypes& types, const Requirements& wanted);

}  // namespace model
