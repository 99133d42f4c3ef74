#include "sim/faults.h"

#include <fmt/format.h>

namespace sim {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

std::string_view take_part(std::string_view& text) {
  std::size_t dot = text.find('.');
  std::string_view part = text.substr(0, dot);
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return part;
}

}  // namespace

bool matches_location(std::string_view pattern, std::string_view location) {
  while (!pattern.empty() && !location.empty()) {
    std::string_view wanted = take_part(pattern);
    std::string_view part = take_part(location);
    if (wanted != "*" && wanted != part) return false;
  }
  return pattern.empty() && location.empty();
}

Faults::Faults(const base::Random& random, FaultChances chances)
    : random_(random.fork("faults")), chances_(std::move(chances)) {}

Faults::Location& Faults::at(std::string_view name) {
  auto found = locations_.find(name);
  if (found != locations_.end()) return found->second;
  Location location{random_.fork(name), {}};
  for (const auto& [pattern, chance] : chances_) {
    if (!matches_location(pattern, name)) continue;
    bool is_armed = location.random.chance(1, 2);
    if (is_armed) location.chance = chance;
    break;
  }
  return locations_.emplace(std::string(name), std::move(location)).first->second;
}

bool Faults::strikes(std::string_view name) {
  if (is_calm_) return false;
  Location& location = at(name);
  ++location.passed;
  if (location.chance.millionths == 0) return false;
  if (!location.random.chance(location.chance.millionths, kMillion)) return false;
  ++location.struck;
  ++count_;
  return true;
}

base::Duration Faults::draw(std::string_view location, const Range& range) {
  return base::Duration(at(location).random.between(range.least.count(), range.most.count()));
}

std::vector<std::string> Faults::report() const {
  std::vector<std::string> lines;
  for (const auto& [name, location] : locations_) {
    if (location.chance.millionths == 0) continue;
    lines.push_back(fmt::format("{}: {} of {}", name, location.struck, location.passed));
  }
  return lines;
}

}  // namespace sim
