#include "engine/amounts.h"

#include <algorithm>

namespace engine {

using Nanos = base::Quantity::Nanos;

void AmountScale::note(const model::ResourceList& list) {
  for (const auto& [resource, quantity] : list) {
    take(noted_[resource], quantity);
  }
}

void AmountScale::note_room(const model::ResourceList& list) {
  for (const auto& [resource, quantity] : list) {
    auto found = noted_.find(resource);
    if (found != noted_.end()) take(found->second, quantity);
  }
}

void AmountScale::take(Noted& noted, const base::Quantity& quantity) {
  Nanos amount = quantity.nanos() < 0 ? -quantity.nanos() : quantity.nanos();
  noted.largest = std::max(noted.largest, amount);
  while (amount % noted.unit != 0) {
    noted.unit /= 1000;
  }
}

void AmountScale::freeze() {
  for (auto& [resource, noted] : noted_) {
    while (noted.largest / noted.unit > kLargest) {
      noted.unit *= 1000;
    }
    names_.push_back(resource);
    units_.push_back(noted.unit);
  }
}

std::size_t AmountScale::column(std::string_view resource) const {
  auto found = std::ranges::lower_bound(names_, resource);
  bool is_there = found != names_.end() && *found == resource;
  return is_there ? static_cast<std::size_t>(found - names_.begin()) : kNoColumn;
}

Amounts AmountScale::convert(const model::ResourceList& list, Round round) const {
  Amounts row(columns(), 0);
  for (const auto& [resource, quantity] : list) {
    std::size_t at = column(resource);
    if (at == kNoColumn) continue;
    Nanos whole = quantity.nanos() / units_[at];
    Nanos rest = quantity.nanos() % units_[at];
    if (rest > 0 && round == Round::up) ++whole;
    if (rest < 0 && round == Round::down) --whole;
    row[at] = static_cast<std::int64_t>(std::clamp(whole, Nanos{-kLargest}, Nanos{kLargest}));
  }
  return row;
}

bool fits(const Amounts& requests, const Amounts& room) {
  for (std::size_t column = 0; column < room.size(); ++column) {
    if (room[column] < 0 || requests[column] > room[column]) return false;
  }
  return true;
}

void add(Amounts& sum, const Amounts& more) {
  for (std::size_t column = 0; column < sum.size(); ++column) {
    sum[column] += more[column];
  }
}

void subtract(Amounts& sum, const Amounts& less) {
  for (std::size_t column = 0; column < sum.size(); ++column) {
    sum[column] -= less[column];
  }
}

}  // namespace engine
