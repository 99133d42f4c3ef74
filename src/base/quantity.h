// A Kubernetes resource quantity ("500m", "1.5Gi", "12e6"), exact.
//
// The amount is a 128-bit count of nano units, so arithmetic and comparison never round. The suffix
// family in which the amount was written is kept, because it decides how the amount is printed.
// What is accepted, rounded, capped and printed follows Kubernetes:
//  - Fractions finer than a nano unit are rounded away from zero.
//  - An amount with a binary suffix is capped at +-(2^63 - 1) units, and becomes DecimalSI if it is
//    smaller than one unit. Decimal amounts may be larger than that.
//  - The printed form is canonical: no fraction, and the largest suffix that allows it.
//  - Where amounts of different families meet, the left family wins, unless that amount is zero.
// Three things differ on purpose. The text is never remembered: "+5" and "05" print as "5".
// Amounts beyond 10^29 units saturate there. Conversions to int64 saturate where Kubernetes wraps.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

class Quantity {
 public:
  using Nanos = __int128;

  enum class Family : std::uint8_t {
    DecimalSI,        // n u m (none) k M G T P E
    BinarySI,         // Ki Mi Gi Ti Pi Ei
    DecimalExponent,  // e3, E-6
  };

  // Zero, DecimalSI.
  constexpr Quantity() = default;

  // Reads any form that Kubernetes accepts (API-018). Error: invalid, with the text quoted.
  static Result<Quantity> parse(std::string_view text);

  static constexpr Quantity from_units(std::int64_t units) {
    return {Nanos{units} * kNanosPerUnit, Family::DecimalSI};
  }
  static constexpr Quantity from_milli(std::int64_t milli_units) {
    return {Nanos{milli_units} * kNanosPerMilli, Family::DecimalSI};
  }
  // Like from_units, but printed with binary suffixes.
  static constexpr Quantity from_bytes(std::int64_t bytes) {
    return {Nanos{bytes} * kNanosPerUnit, Family::BinarySI};
  }
  // Saturates beyond +-kLargest.
  static constexpr Quantity from_nanos(Nanos nanos, Family family = Family::DecimalSI) {
    return {clamp(nanos), family};
  }

  constexpr Nanos nanos() const { return nanos_; }
  constexpr Family family() const { return family_; }
  constexpr bool is_zero() const { return nanos_ == 0; }
  constexpr bool is_negative() const { return nanos_ < 0; }

  // Whole units, rounded away from zero, saturated to int64.
  std::int64_t value() const;
  // Whole milli units, rounded away from zero, saturated to int64.
  std::int64_t milli_value() const;

  // The canonical text, for example "500m", "1536Mi", "10e3".
  std::string to_string() const;

  constexpr Quantity operator-() const { return {-nanos_, family_}; }
  constexpr Quantity& operator+=(const Quantity& other) { return *this = *this + other; }
  constexpr Quantity& operator-=(const Quantity& other) { return *this = *this - other; }

  // Sums and differences saturate at +-kLargest.
  friend constexpr Quantity operator+(const Quantity& a, const Quantity& b) {
    Nanos sum = 0;
    if (__builtin_add_overflow(a.nanos_, b.nanos_, &sum)) {
      sum = a.nanos_ < 0 ? -kLargest : kLargest;
    }
    return {clamp(sum), a.is_zero() ? b.family_ : a.family_};
  }
  friend constexpr Quantity operator-(const Quantity& a, const Quantity& b) { return a + -b; }

  // Amounts are compared; families are not: 1024 == 1Ki.
  friend constexpr bool operator==(const Quantity& a, const Quantity& b) {
    return a.nanos_ == b.nanos_;
  }
  friend constexpr std::weak_ordering operator<=>(const Quantity& a, const Quantity& b) {
    return a.nanos_ <=> b.nanos_;
  }

  static constexpr Nanos kNanosPerMilli = 1'000'000;
  static constexpr Nanos kNanosPerUnit = 1'000'000'000;
  // The greatest magnitude, 10^38 nano units.
  static constexpr Nanos kLargest =
      Nanos{10'000'000'000'000'000'000ULL} * Nanos{10'000'000'000'000'000'000ULL};

 private:
  constexpr Quantity(Nanos nanos, Family family) : nanos_(nanos), family_(family) {}

  static constexpr Nanos clamp(Nanos nanos) {
    return nanos > kLargest ? kLargest : nanos < -kLargest ? -kLargest : nanos;
  }

  Nanos nanos_ = 0;
  Family family_ = Family::DecimalSI;
};

}  // namespace base
