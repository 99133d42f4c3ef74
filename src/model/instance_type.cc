#include "model/instance_type.h"

#include <algorithm>

#include "model/labels.h"
#include "model/resources.h"

namespace model {
namespace {

// The one value that the offering has for the key, or "".
std::string_view single_value(const Requirements& requirements, std::string_view key) {
  const Requirement* found = requirements.find(key);
  bool is_listed = found != nullptr && found->op() == Operator::In;
  return is_listed ? std::string_view(found->values().front()) : std::string_view();
}

// SCH-078. Overhead of a resource that there is none of does not count.
ResourceList allocatable_of(const ResourceList& capacity, const ResourceList& overhead) {
  ResourceList result = capacity;
  for (auto& [resource, quantity] : result)
    quantity -= quantity_of(overhead, resource);
  auto memory = result.find(kMemory);
  if (memory == result.end()) return result;
  for (const auto& [resource, quantity] : capacity) {
    if (!resource.starts_with("hugepages-")) continue;
    memory->second -= quantity;
    if (memory->second.is_negative()) memory->second -= memory->second;
  }
  return result;
}

// The list with the entries of `replacement` put in place of its own.
ResourceList replaced(ResourceList list, const std::optional<ResourceList>& replacement) {
  if (!replacement) return list;
  for (const auto& [resource, quantity] : *replacement)
    list.insert_or_assign(resource, quantity);
  return list;
}

}  // namespace

std::string_view Offering::zone() const { return single_value(requirements, kZoneLabel); }

std::string_view Offering::capacity_type() const {
  return single_value(requirements, kCapacityTypeLabel);
}

ResourceList Overhead::total() const {
  ResourceList sum = kube_reserved;
  add(sum, system_reserved);
  add(sum, eviction_threshold);
  return sum;
}

ResourceList InstanceType::allocatable() const {
  return allocatable_of(capacity, overhead.total());
}

std::vector<OfferingGroup> InstanceType::groups() const {
  std::vector<OfferingGroup> result;
  result.push_back({allocatable(), {}});
  std::vector<const Offering*> kinds = {nullptr};  // one of each group; none of the first
  for (const Offering& offering : offerings) {
    if (!offering.available) continue;
    bool is_plain = !offering.capacity_override && !offering.overhead_override;
    std::size_t group = 0;
    if (!is_plain) {
      auto found = std::find_if(kinds.begin() + 1, kinds.end(), [&](const Offering* kind) {
        return kind->capacity_override == offering.capacity_override &&
               kind->overhead_override == offering.overhead_override;
      });
      group = static_cast<std::size_t>(found - kinds.begin());
    }
    if (group == kinds.size()) {
      kinds.push_back(&offering);
      result.push_back({allocatable_of(replaced(capacity, offering.capacity_override),
                                       replaced(overhead.total(), offering.overhead_override)),
                        {}});
    }
    result[group].offerings.push_back(&offering);
  }
  return result;
}

std::optional<base::Money> InstanceType::cheapest(const Requirements& wanted) const {
  std::optional<base::Money> lowest;
  for (const Offering& offering : offerings) {
    bool is_candidate = offering.available && (!lowest || offering.price < *lowest) &&
                        wanted.compatible(offering.requirements, Undefined::well_known);
    if (is_candidate) lowest = offering.price;
  }
  return lowest;
}

void order_by_price(InstanceTypes& types, const Requirements& wanted) {
  struct Priced {
    bool is_offered;
    base::Money price;
    std::shared_ptr<const InstanceType> type;
  };
  std::vector<Priced> rows;
  rows.reserve(types.size());
  for (auto& type : types) {
    std::optional<base::Money> price = type->cheapest(wanted);
    rows.push_back({price.has_value(), price.value_or(base::Money()), std::move(type)});
  }
  std::ranges::sort(rows, [](const Priced& a, const Priced& b) {
    if (a.is_offered != b.is_offered) return a.is_offered;
    if (a.price != b.price) return a.price < b.price;
    return a.type->name < b.type->name;
  });
  for (std::size_t index = 0; index < rows.size(); ++index) {
    types[index] = std::move(rows[index].type);
  }
}

}  // namespace model
