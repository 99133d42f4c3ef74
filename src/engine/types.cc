#include "engine/types.h"

#include <algorithm>
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

}  // namespace

TypeTable::TypeTable(const model::InstanceTypes& types, States& states, const LabelRules& rules,
                     const Settings& settings)
    : types_(types), states_(states), rules_(rules) {
  std::vector<model::OfferingGroup> groups;  // per row
  for (std::size_t type = 0; type < types.size(); ++type) {
    for (model::OfferingGroup& group : types[type]->groups()) {
      type_of_.push_back(type);
      groups.push_back(std::move(group));
    }
  }
  for (std::size_t row = 0; row < rows(); ++row) {
    index_labels(row);
    for (const model::Offering* offering : groups[row].offerings) {
      add_offering(*offering, row);
      std::string reservation = reservation_of(*offering, settings);
      bool counts = settings.reserved_capacity && !reservation.empty();
      if (counts) add_reserved(*offering, reservation, row);
    }
    allocatable_.push_back(std::move(groups[row].allocatable));
  }
}

void TypeTable::index_labels(std::size_t row) {
  for (const auto& [key, requirement] : types_[type_of_[row]]->requirements) {
    auto [place, is_new] = keys_.try_emplace(key);
    KeyIndex& index = place->second;
    if (is_new) index.lacking = all();
    index.lacking.reset(row);
    if (requirement.op() != model::Operator::In) {
      add_row(index.open, requirement, row);
      continue;
    }
    for (const std::string& value : requirement.values()) {
      auto listed = index.listed.try_emplace(value, none()).first;
      listed->second.set(row);
    }
  }
}

void TypeTable::add_row(RequirementRows& list, const model::Requirement& requirement,
                        std::size_t row) {
  auto entry = std::ranges::find(list, requirement, &RequirementRows::value_type::first);
  if (entry == list.end()) entry = list.emplace(entry, requirement, none());
  entry->second.set(row);
}

void TypeTable::add_offering(const model::Offering& offering, std::size_t row) {
  StateId kind = states_.intern(offering.requirements);
  auto [place, is_new] = offer_of_.try_emplace(kind, offers_.size());
  if (is_new) {
    std::vector<base::Money> prices(types_.size(), base::Money::max());
    offers_.push_back({kind, none(), std::move(prices)});
  }
  Offer& offer = offers_[place->second];
  offer.rows.set(row);
  base::Money& price = offer.prices[type_of_[row]];
  price = std::min(price, offering.price);
}

void TypeTable::add_reserved(const model::Offering& offering, const std::string& reservation,
                             std::size_t row) {
  StateId kind = states_.intern(offering.requirements);
  auto found = std::ranges::find(reserved_, kind, &Reserved::kind);
  if (found == reserved_.end()) {
    found = reserved_.insert(found, Reserved{kind, reservation, none()});
  }
  // A type is left while any of its rows is, whichever has the offering.
  for (std::size_t other = 0; other < rows(); ++other) {
    if (type_of_[other] == type_of_[row]) found->rows.set(other);
  }
}

TypeTable::ByState& TypeTable::by_state(StateId state) {
  if (state >= by_state_.size()) by_state_.resize(state + 1);
  if (by_state_[state] == nullptr) by_state_[state] = std::make_unique<ByState>();
  return *by_state_[state];
}

const Rows& TypeTable::labelled(StateId state) {
  std::optional<Rows>& rows = by_state(state).labelled;
  if (!rows) {
    rows = all();
    for (const auto& [key, requirement] : states_[state]) {
      auto index = keys_.find(key);
      if (index != keys_.end()) *rows &= meeting(index->second, requirement);
    }
  }
  return *rows;
}

const Rows& TypeTable::offered(StateId state) {
  std::optional<Rows>& rows = by_state(state).offered;
  if (!rows) {
    rows = none();
    for (const Offer& offer : offers_) {
      if (rules_.compatible(states_[state], states_[offer.kind])) *rows |= offer.rows;
    }
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

const Rows& TypeTable::meeting(KeyIndex& index, const model::Requirement& requirement) {
  auto known = std::ranges::find(index.memo, requirement, &RequirementRows::value_type::first);
  if (known != index.memo.end()) return known->second;
  Rows rows = index.lacking;
  if (requirement.is_complement()) {
    for (const auto& [value, listing] : index.listed) {
      if (requirement.has(value)) rows |= listing;
    }
  } else {
    for (const std::string& value : requirement.values()) {
      auto listing = index.listed.find(value);
      if (listing != index.listed.end()) rows |= listing->second;
    }
  }
  for (const auto& [open, open_rows] : index.open) {
    if (go_together(open, requirement)) rows |= open_rows;
  }
  return index.memo.emplace_back(requirement, std::move(rows)).second;
}

std::size_t TypeTable::count_values(const Rows& rows, std::string_view key) const {
  auto index = keys_.find(key);
  if (index == keys_.end()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      index->second.listed, [&](const auto& listing) { return listing.second.intersects(rows); }));
}

void TypeTable::sort_by_price(StateId state) {
  ByState& sorted = by_state(state);
  if (sorted.by_price != nullptr) return;
  std::vector<base::Money> prices(types_.size(), base::Money::max());
  for (const Offer& offer : offers_) {
    if (!rules_.compatible(states_[state], states_[offer.kind])) continue;
    for (std::size_t type = 0; type < types_.size(); ++type) {
      prices[type] = std::min(prices[type], offer.prices[type]);
    }
  }
  std::vector<std::size_t> order(types_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tie(prices[a], types_[a]->name) < std::tie(prices[b], types_[b]->name);
  });
  model::InstanceTypes by_price;
  sorted.position.resize(types_.size());
  for (std::size_t type : order) {
    sorted.position[type] = by_price.size();
    by_price.push_back(types_[type]);
  }
  sorted.by_price = std::make_shared<const model::InstanceTypes>(std::move(by_price));
}

TypeList TypeTable::cheapest(const Rows& rows, StateId state, std::size_t limit) {
  sort_by_price(state);
  const ByState& sorted = by_state(state);
  base::Bits chosen(types_.size());
  rows.for_each([&](std::size_t row) { chosen.set(sorted.position[type_of_[row]]); });
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
  for (std::size_t row = 0; row < type_of_.size(); ++row) {
    if (is_in.contains(types_[type_of_[row]].get())) rows.set(row);
  }
  return rows;
}

const model::Offering* TypeTable::cheapest_offering(const model::InstanceType& type,
                                                    StateId state) const {
  const model::Offering* best = nullptr;
  auto rank = [](const model::Offering& offering) {
    return std::tuple(offering.price, offering.zone(), offering.capacity_type());
  };
  for (const model::Offering& offering : type.offerings) {
    if (!offering.available) continue;
    if (!rules_.compatible(states_[state], offering.requirements)) continue;
    if (best == nullptr || rank(offering) < rank(*best)) best = &offering;
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
