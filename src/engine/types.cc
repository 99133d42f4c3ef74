#include "engine/types.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/reservations.h"

namespace engine {

namespace {

bool is_negative(const model::Requirement& requirement) {
  model::Operator op = requirement.op();
  return op == model::Operator::NotIn || op == model::Operator::DoesNotExist;
}

// SCH-059 for one key.
bool go_together(const model::Requirement& one, const model::Requirement& other) {
  return one.overlaps(other) || (is_negative(one) && is_negative(other));
}

// SCH-052, without reading numbers again and again. Requires: a complement.
bool allows(const model::Requirement& requirement, const CompiledTypes::Key::Listed& listed) {
  bool is_bounded = requirement.gte() || requirement.lte();
  if (!is_bounded || !requirement.values().empty()) return requirement.has(listed.value);
  return listed.number && (!requirement.gte() || *listed.number >= *requirement.gte()) &&
         (!requirement.lte() || *listed.number <= *requirement.lte());
}

}  // namespace

TypeTable::TypeTable(CompiledTypesPointer compiled, States& states, const LabelRules& rules,
                     const Settings& settings)
    : compiled_(std::move(compiled)), states_(states), rules_(rules), met_(compiled_->keys()) {
  for (std::size_t offer = 0; offer < compiled_->offers().size(); ++offer) {
    kinds_.push_back(states_.intern(compiled_->offers()[offer].requirements));
    if (settings.reserved_capacity) add_reserved(offer, settings);
  }
}

void TypeTable::add_reserved(std::size_t offer, const Settings& settings) {
  const CompiledTypes::Offer& offered = compiled_->offers()[offer];
  std::string reservation = reservation_of(offered.requirements, settings);
  if (reservation.empty()) return;
  // A type is left while any of its rows is, whichever has the offering.
  Rows types(this->types().size());
  offered.rows.for_each([&](std::size_t row) { types.set(type_of(row)); });
  Rows with_type = none();
  for (std::size_t row = 0; row < rows(); ++row) {
    if (types.test(type_of(row))) with_type.set(row);
  }
  reserved_.push_back({kinds_[offer], std::move(reservation), std::move(with_type)});
}

TypeTable::ByState& TypeTable::by_state(StateId state) {
  if (state >= by_state_.size()) by_state_.resize(state + 1);
  if (by_state_[state] == nullptr) by_state_[state] = std::make_unique<ByState>();
  return *by_state_[state];
}

const std::vector<std::size_t>& TypeTable::compatible_offers(StateId state) {
  std::optional<std::vector<std::size_t>>& offers = by_state(state).offers;
  if (!offers) {
    offers.emplace();
    for (std::size_t offer = 0; offer < kinds_.size(); ++offer) {
      if (suits(state, kinds_[offer])) offers->push_back(offer);
    }
  }
  return *offers;
}

const Rows& TypeTable::labelled(StateId state) {
  std::optional<Rows>& rows = by_state(state).labelled;
  if (!rows) {
    rows = all();
    for (const auto& [key, requirement] : states_[state]) {
      std::size_t number = compiled_->key_number(key);
      if (number != CompiledTypes::kNoKey) *rows &= meeting(number, requirement);
    }
  }
  return *rows;
}

const Rows& TypeTable::offered(StateId state) {
  std::optional<Rows>& rows = by_state(state).offered;
  if (!rows) {
    rows = none();
    for (std::size_t offer : compatible_offers(state))
      *rows |= compiled_->offers()[offer].rows;
  }
  return *rows;
}

const Rows& TypeTable::usable(StateId state) {
  std::optional<Rows>& rows = by_state(state).usable;
  if (!rows) {
    rows = labelled(state);
    *rows &= offered(state);
  }
  return *rows;
}

const Rows& TypeTable::meeting(std::size_t key, const model::Requirement& requirement) {
  CompiledTypes::RequirementRows& known = met_[key][hash_of(requirement)];
  auto same =
      std::ranges::find(known, requirement, &CompiledTypes::RequirementRows::value_type::first);
  if (same != known.end()) return same->second;
  const CompiledTypes::Key& index = compiled_->key(key);
  Rows rows = index.lacking;
  if (requirement.is_complement()) {
    for (const CompiledTypes::Key::Listed& listed : index.listed) {
      if (allows(requirement, listed)) rows |= listed.rows;
    }
  } else {
    for (const std::string& value : requirement.values()) {
      auto place = index.place.find(value);
      if (place != index.place.end()) rows |= index.listed[place->second].rows;
    }
  }
  for (const auto& [open, open_rows] : index.open) {
    if (go_together(open, requirement)) rows |= open_rows;
  }
  return known.emplace_back(requirement, std::move(rows)).second;
}

std::size_t TypeTable::count_values(const Rows& rows, std::string_view key) const {
  std::size_t number = compiled_->key_number(key);
  if (number == CompiledTypes::kNoKey) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(compiled_->key(number).listed,
                            [&](const auto& listing) { return listing.rows.intersects(rows); }));
}

void TypeTable::sort_by_price(StateId state) {
  ByState& sorted = by_state(state);
  if (sorted.by_price != nullptr) return;
  const model::InstanceTypes& types = this->types();
  std::vector<base::Money> prices(types.size(), base::Money::max());
  for (std::size_t offer : compatible_offers(state)) {
    for (std::size_t type = 0; type < types.size(); ++type) {
      prices[type] = std::min(prices[type], compiled_->offers()[offer].prices[type]);
    }
  }
  std::vector<std::size_t>& order = sorted.order;
  order.resize(types.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tie(prices[a], types[a]->name) < std::tie(prices[b], types[b]->name);
  });
  model::InstanceTypes by_price;
  sorted.position.resize(types.size());
  for (std::size_t type : order) {
    sorted.position[type] = by_price.size();
    by_price.push_back(types[type]);
  }
  sorted.by_price = std::make_shared<const model::InstanceTypes>(std::move(by_price));
}

TypeList TypeTable::cheapest(const Rows& rows, StateId state, std::size_t limit) {
  sort_by_price(state);
  const ByState& sorted = by_state(state);
  base::Bits chosen(types().size());
  rows.for_each([&](std::size_t row) { chosen.set(sorted.position[type_of(row)]); });
  std::size_t left = limit;
  chosen.for_each([&](std::size_t position) {
    if (left == 0) {
      chosen.reset(position);
    } else {
      --left;
    }
  });
  return {sorted.by_price, std::move(chosen)};
}

Rows TypeTable::rows_of(const TypeList& types) const {
  boost::unordered_flat_map<const model::InstanceType*, bool> is_in;
  for (const auto& type : types) {
    is_in.emplace(type.get(), true);
  }
  Rows rows = none();
  for (std::size_t row = 0; row < this->rows(); ++row) {
    if (is_in.contains(this->types()[type_of(row)].get())) rows.set(row);
  }
  return rows;
}

std::optional<TypeTable::Cheapest> TypeTable::cheapest_offering(const TypeList& types,
                                                                StateId state) {
  if (types.empty()) return std::nullopt;
  std::size_t number = by_state(state).order[types.first_position()];
  std::optional<Cheapest> best;
  auto rank = [](const Cheapest& offer) {
    return std::tie(offer.price, offer.zone, offer.capacity_type);
  };
  for (std::size_t index : compatible_offers(state)) {
    const CompiledTypes::Offer& offer = compiled_->offers()[index];
    if (offer.prices[number] == base::Money::max()) continue;
    Cheapest candidate{offer.zone, offer.capacity_type, offer.prices[number]};
    if (!best || rank(candidate) < rank(*best)) best = candidate;
  }
  return best;
}

Rooms::Rooms(std::vector<Amounts> room)
    : room_(std::move(room)), nowhere_negative_(room_.size(), true), nowhere_(room_.size()) {
  columns_.resize(room_.empty() ? 0 : room_.front().size());
  for (std::size_t row = 0; row < room_.size(); ++row) {
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (room_[row][column] < 0) nowhere_negative_.reset(row);
      columns_[column].thresholds.push_back(room_[row][column]);
    }
  }
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    Column& column = columns_[index];
    column.rows.resize(room_.size());
    std::iota(column.rows.begin(), column.rows.end(), 0U);
    std::ranges::sort(column.rows, [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(room_[b][index], a) < std::tuple(room_[a][index], b);
    });
    std::ranges::sort(column.thresholds);
    auto repeated = std::ranges::unique(column.thresholds);
    column.thresholds.erase(repeated.begin(), repeated.end());
    column.at_least.resize(column.thresholds.size());
  }
}

std::uint32_t Rooms::largest(std::size_t column, const Rows& rows, std::uint32_t hint) const {
  const std::vector<std::uint32_t>& by_room = columns_[column].rows;
  std::int64_t most = room_[by_room.front()][column];
  if (rows.test(hint) && room_[hint][column] == most) return hint;
  return *std::ranges::find_if(by_room, [&](std::uint32_t row) { return rows.test(row); });
}

void Rooms::keep_fitting(const Amounts& requests, Rows& rows) {
  rows &= nowhere_negative_;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (requests[column] > 0) rows &= at_least(column, requests[column]);
  }
}

const Rows& Rooms::at_least(std::size_t column, std::int64_t amount) {
  Column& sorted = columns_[column];
  auto threshold = std::ranges::lower_bound(sorted.thresholds, amount);
  if (threshold == sorted.thresholds.end()) return nowhere_;
  auto index = static_cast<std::size_t>(threshold - sorted.thresholds.begin());
  std::optional<Rows>& rows = sorted.at_least[index];
  if (!rows) {
    rows.emplace(room_.size());
    for (std::size_t row = 0; row < room_.size(); ++row) {
      if (room_[row][column] >= *threshold) rows->set(row);
    }
  }
  return *rows;
}

}  // namespace engine
