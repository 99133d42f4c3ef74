#include "engine/compiled_types.h"

#include <algorithm>
#include <utility>

#include "engine/states.h"
#include "model/labels.h"

namespace engine {

CompiledTypes::CompiledTypes(model::InstanceTypes types) : types_(std::move(types)) {
  std::vector<model::OfferingGroup> groups;  // per row
  for (std::size_t type = 0; type < types_.size(); ++type) {
    for (model::OfferingGroup& group : types_[type]->groups()) {
      type_of_.push_back(type);
      groups.push_back(std::move(group));
    }
    for (const model::Offering& offering : types_[type]->offerings) {
      if (offering.capacity_type() == model::kReserved) reserved_.push_back(&offering);
    }
  }
  allocatable_.reserve(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    index_labels(row);
    for (const model::Offering* offering : groups[row].offerings) {
      add_offering(*offering, row);
    }
    allocatable_.push_back(std::move(groups[row].allocatable));
  }
}

void CompiledTypes::index_labels(std::size_t row) {
  for (const auto& [name, requirement] : types_[type_of_[row]]->requirements) {
    auto [number, is_new] = key_numbers_.try_emplace(name, keys_.size());
    if (is_new) keys_.emplace_back().lacking = all();
    Key& key = keys_[number->second];
    key.lacking.reset(row);
    if (requirement.op() != model::Operator::In) {
      auto same = std::ranges::find(key.open, requirement, &RequirementRows::value_type::first);
      if (same == key.open.end()) same = key.open.emplace(same, requirement, none());
      same->second.set(row);
      continue;
    }
    for (const std::string& value : requirement.values()) {
      auto [place, is_first] = key.place.try_emplace(value, key.listed.size());
      if (is_first) {
        model::Requirement at_least(name, model::Operator::Gte, {value});
        key.listed.push_back({value, none(), at_least.gte()});
      }
      key.listed[place->second].rows.set(row);
    }
  }
}

std::size_t CompiledTypes::key_number(std::string_view name) const {
  auto found = key_numbers_.find(name);
  return found == key_numbers_.end() ? kNoKey : found->second;
}

void CompiledTypes::add_offering(const model::Offering& offering, std::size_t row) {
  Offer& offer = offers_[offer_of(offering)];
  offer.rows.set(row);
  base::Money& price = offer.prices[type_of_[row]];
  price = std::min(price, offering.price);
}

// The offerings of one type mostly come in the order of those of the type before it.
std::size_t CompiledTypes::offer_of(const model::Offering& offering) {
  const model::Requirements& requirements = offering.requirements;
  for (std::size_t next : {last_offer_ + 1, std::size_t{0}}) {
    bool is_it = next < offers_.size() && offers_[next].requirements == requirements;
    if (is_it) return last_offer_ = next;
  }
  std::vector<std::size_t>& same_hash = offers_by_hash_[hash_of(requirements)];
  auto same = std::ranges::find_if(same_hash, [&](std::size_t candidate) {
    return offers_[candidate].requirements == requirements;
  });
  if (same != same_hash.end()) return last_offer_ = *same;
  std::vector<base::Money> prices(types_.size(), base::Money::max());
  offers_.push_back(
      {requirements, offering.zone(), offering.capacity_type(), none(), std::move(prices)});
  same_hash.push_back(offers_.size() - 1);
  return last_offer_ = offers_.size() - 1;
}

CompiledTypesPointer compile(const model::InstanceTypes& types,
                             std::span<const CompiledTypesPointer> known) {
  auto same = std::ranges::find_if(known, [&](const CompiledTypesPointer& candidate) {
    return candidate != nullptr && candidate->types() == types;
  });
  return same != known.end() ? *same : std::make_shared<const CompiledTypes>(types);
}

std::vector<CompiledTypesPointer> compiled_types(const Snapshot& snapshot) {
  std::vector<CompiledTypesPointer> compiled;
  for (const PoolInput& pool : snapshot.pools) {
    compiled.push_back(pool.compiled);
  }
  for (std::size_t pool = 0; pool < compiled.size(); ++pool) {
    const model::InstanceTypes& types = snapshot.pools[pool].types;
    bool is_of_these = compiled[pool] != nullptr && compiled[pool]->types() == types;
    if (!is_of_these) compiled[pool] = compile(types, compiled);
  }
  return compiled;
}

}  // namespace engine
