// Resource amounts as rows of 64-bit integers, one column per resource name, so that the question
// "does it fit" is a comparison of columns.
//
// Each resource has a unit of its own: the largest of 1, 1m, 1u and 1n that divides every amount
// noted for it, which makes the integers exact. Only if amounts of one resource differ by more
// than a factor of 10^18 does the unit have to be coarser; then requests are rounded up and room
// is rounded down, so that nothing is ever placed where it does not fit.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "model/scalars.h"

namespace engine {

using Amounts = boost::container::small_vector<std::int64_t, 6>;

class AmountScale {
 public:
  enum class Round { up, down };

  static constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);
  // No amount in a row is larger, so the sum of two never overflows.
  static constexpr std::int64_t kLargest = std::int64_t{1} << 61;

  // Notes amounts that will be converted, or added to such amounts.
  void note(const model::ResourceList& list);
  // The same for room, which counts only where something that was noted before asks for it.
  void note_room(const model::ResourceList& list);
  // Chooses the units. Requires: everything is noted.
  void freeze();

  std::size_t columns() const { return names_.size(); }
  const std::string& name(std::size_t column) const { return names_[column]; }
  std::size_t column(std::string_view resource) const;  // kNoColumn if it was never noted

  // A resource that the list lacks is zero, and one that was never noted is left out. Requires:
  // frozen.
  Amounts convert(const model::ResourceList& list, Round round) const;

 private:
  struct Noted {
    base::Quantity::Nanos largest = 0;
    base::Quantity::Nanos unit = base::Quantity::kNanosPerUnit;
  };

  static void take(Noted& noted, const base::Quantity& quantity);

  base::Map<Noted> noted_;
  std::vector<std::string> names_;  // sorted
  std::vector<base::Quantity::Nanos> units_;
};

// Whether each request is at most the room, and no room is negative (SCH-076).
bool fits(const Amounts& requests, const Amounts& room);

void add(Amounts& sum, const Amounts& more);
void subtract(Amounts& sum, const Amounts& less);

}  // namespace engine
