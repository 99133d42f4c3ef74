// Money as a whole number of micro-dollars: prices per hour, and sums and differences of them.
//
// Integers make every comparison and tie-break the same on every machine. Prices enter as decimal
// text, rounded once to the nearest micro-dollar, halves away from zero. The currency is whatever
// the price list has; it is never converted. Sums saturate, so Money::max() can stand for "no price
// is known" and stays the greatest.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

class Money {
 public:
  constexpr Money() = default;

  static constexpr Money from_micros(std::int64_t microdollars) { return Money(microdollars); }

  // Dollars as decimal text: "0.096", "-1", "1.2e-3". Error: invalid for anything else, and for
  // amounts that do not fit.
  static Result<Money> from_dollars(std::string_view text);

  static constexpr Money max() { return Money(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t micros() const { return micros_; }
  constexpr bool is_zero() const { return micros_ == 0; }

  // "$0.0960"; all six decimals only where four would not be exact: "$0.005824", "-$1.0000".
  std::string to_string() const;

  // This amount times numerator / denominator, rounded to the nearest micro-dollar, halves away
  // from zero. Requires: denominator > 0.
  Money scaled(std::int64_t numerator, std::int64_t denominator) const;

  constexpr Money operator-() const { return Money() - *this; }
  constexpr Money& operator+=(Money other) { return *this = *this + other; }
  constexpr Money& operator-=(Money other) { return *this = *this - other; }

  friend constexpr Money operator+(Money a, Money b) {
    return saturated(__int128{a.micros_} + b.micros_);
  }
  friend constexpr Money operator-(Money a, Money b) {
    return saturated(__int128{a.micros_} - b.micros_);
  }
  friend constexpr Money operator*(Money a, std::int64_t count) {
    return saturated(__int128{a.micros_} * count);
  }
  friend constexpr Money operator*(std::int64_t count, Money a) { return a * count; }

  friend constexpr bool operator==(Money, Money) = default;
  friend constexpr std::strong_ordering operator<=>(Money, Money) = default;

 private:
  explicit constexpr Money(std::int64_t micros) : micros_(micros) {}

  static constexpr Money saturated(__int128 micros) {
    using Limits = std::numeric_limits<std::int64_t>;
    return Money(micros > Limits::max()   ? Limits::max()
                 : micros < Limits::min() ? Limits::min()
                                          : static_cast<std::int64_t>(micros));
  }

  std::int64_t micros_ = 0;
};

}  // namespace base
