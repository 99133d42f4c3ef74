#include "base/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/scan.h"

namespace base {
namespace {

using Nanos = Quantity::Nanos;
using Family = Quantity::Family;

// What a suffix says: shift the decimal point by `exponent` digits, then multiply.
struct Scale {
  Family family = Family::DecimalSI;
  std::int64_t exponent = 0;
  Nanos multiplier = 1;
};

constexpr int kSmallestExponent = -9;
constexpr int kLargestSuffixExponent = 18;
constexpr std::array<std::string_view, 10> kDecimalSuffixes = {"n", "u", "m", "",  "k",
                                                               "M", "G", "T", "P", "E"};
constexpr std::array<std::string_view, 7> kBinarySuffixes = {"",   "Ki", "Mi", "Gi",
                                                             "Ti", "Pi", "Ei"};

std::optional<Scale> exponent_scale(std::string_view suffix) {
  suffix.remove_prefix(1);
  if (take(suffix, '+') && suffix.starts_with('-')) return std::nullopt;
  const auto exponent = to_integer<std::int64_t>(suffix);
  if (!exponent) return std::nullopt;
  return Scale{.family = Family::DecimalExponent, .exponent = *exponent};
}

std::optional<Scale> scale_of(std::string_view suffix) {
  if (const auto at = std::ranges::find(kDecimalSuffixes, suffix); at != kDecimalSuffixes.end()) {
    return Scale{.exponent = 3 * (at - kDecimalSuffixes.begin()) + kSmallestExponent};
  }
  if (const auto at = std::ranges::find(kBinarySuffixes, suffix); at != kBinarySuffixes.end()) {
    return Scale{.family = Family::BinarySI,
                 .multiplier = Nanos{1} << (10 * (at - kBinarySuffixes.begin()))};
  }
  if (suffix.front() == 'e' || suffix.front() == 'E') {
    return exponent_scale(suffix);
  }
  return std::nullopt;
}

// whole.fraction, both digits only, as they were written.
struct Decimal {
  std::string_view whole;
  std::string_view fraction;

  std::int64_t size() const { return static_cast<std::int64_t>(whole.size() + fraction.size()); }
  // The i-th digit from the left; zero outside of what was written.
  int digit(std::int64_t i) const {
    if (i < 0 || i >= size()) {
      return 0;
    }
    const auto at = static_cast<std::size_t>(i);
    return (at < whole.size() ? whole[at] : fraction[at - whole.size()]) - '0';
  }
  // The index of the first digit that is not zero, if there is one.
  std::optional<std::int64_t> first_nonzero() const {
    for (std::int64_t i = 0; i < size(); ++i) {
      if (digit(i) != 0) {
        return i;
      }
    }
    return std::nullopt;
  }
};

// The magnitude in nano units, rounded up, at most kLargest.
Nanos magnitude_of(const Decimal& decimal, const Scale& scale) {
  const auto first = decimal.first_nonzero();
  if (!first) {
    return 0;
  }
  constexpr std::int64_t kFar = 64;  // more digits than any amount between 1n and kLargest has
  const auto written_point = static_cast<std::int64_t>(decimal.whole.size());
  if (scale.exponent > kFar + decimal.size()) {
    return Quantity::kLargest;
  }
  if (scale.exponent < -kFar - written_point) {
    return 1;
  }
  const std::int64_t point = written_point + scale.exponent;  // digits before it are whole units
  if (point - *first > kFar) {
    return Quantity::kLargest;
  }
  const Nanos unit = scale.multiplier * Quantity::kNanosPerUnit;

  Nanos whole = 0;
  for (std::int64_t i = *first; i < point; ++i) {
    whole = std::min(whole * 10 + decimal.digit(i), Quantity::kLargest / 10 - 1);
  }
  // From the last digit to the first: a nested floor division is exact, and the amount is whole
  // exactly if no step left a rest.
  Nanos fraction = 0;
  bool rest = false;
  for (std::int64_t i = decimal.size() - 1; i >= point; --i) {
    fraction += decimal.digit(i) * unit;
    rest = rest || fraction % 10 != 0;
    fraction /= 10;
  }
  if (whole >= Quantity::kLargest / unit) {
    return Quantity::kLargest;
  }
  return whole * unit + fraction + (rest ? 1 : 0);
}

Nanos divide_away_from_zero(Nanos nanos, Nanos divisor) {
  const Nanos quotient = nanos / divisor;
  if (nanos % divisor == 0) {
    return quotient;
  }
  return nanos < 0 ? quotient - 1 : quotient + 1;
}

std::int64_t saturate(Nanos value) {
  using Limits = std::numeric_limits<std::int64_t>;
  return static_cast<std::int64_t>(std::clamp<Nanos>(value, Limits::min(), Limits::max()));
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return invalid(fmt::format("\"{}\" is no quantity: {}", text, why));
  };
  std::string_view left = text;
  const bool negative = take(left, '-');
  if (!negative) take(left, '+');
  Decimal decimal{.whole = take_digits(left), .fraction = {}};
  if (take(left, '.')) decimal.fraction = take_digits(left);
  if (decimal.size() == 0) {
    return refuse("it must begin with a number, as in \"500m\" or \"1.5Gi\"");
  }
  const auto scale = scale_of(left);
  if (!scale) {
    return refuse(
        fmt::format("unknown suffix \"{}\" (n u m k M G T P E, Ki Mi Gi Ti Pi Ei or an "
                    "exponent like e3)",
                    left));
  }
  Nanos magnitude = magnitude_of(decimal, *scale);
  Family family = scale->family;
  if (family == Family::BinarySI) {
    magnitude = std::min(magnitude, std::numeric_limits<std::int64_t>::max() * kNanosPerUnit);
    if (magnitude != 0 && magnitude < kNanosPerUnit) {
      family = Family::DecimalSI;
    }
  }
  return Quantity(negative ? -magnitude : magnitude, family);
}

std::int64_t Quantity::value() const {
  return saturate(divide_away_from_zero(nanos_, kNanosPerUnit));
}

std::int64_t Quantity::milli_value() const {
  return saturate(divide_away_from_zero(nanos_, kNanosPerMilli));
}

std::string Quantity::to_string() const {
  if (nanos_ == 0) {
    return "0";
  }
  const std::string_view sign = nanos_ < 0 ? "-" : "";
  Nanos magnitude = nanos_ < 0 ? -nanos_ : nanos_;

  // Below 1024, and with a fraction, no binary suffix can be exact.
  if (family_ == Family::BinarySI && magnitude % kNanosPerUnit == 0 &&
      magnitude >= 1024 * kNanosPerUnit) {
    Nanos units = magnitude / kNanosPerUnit;
    std::size_t suffix = 0;
    while (units % 1024 == 0 && suffix + 1 < kBinarySuffixes.size()) {
      units /= 1024;
      ++suffix;
    }
    return fmt::format("{}{}{}", sign, units, kBinarySuffixes[suffix]);
  }

  const bool exponents = family_ == Family::DecimalExponent;
  int exponent = kSmallestExponent;
  while (magnitude % 1000 == 0 && (exponents || exponent < kLargestSuffixExponent)) {
    magnitude /= 1000;
    exponent += 3;
  }
  if (!exponents) {
    const auto suffix = static_cast<std::size_t>((exponent - kSmallestExponent) / 3);
    return fmt::format("{}{}{}", sign, magnitude, kDecimalSuffixes[suffix]);
  }
  return exponent == 0 ? fmt::format("{}{}", sign, magnitude)
                       : fmt::format("{}{}e{}", sign, magnitude, exponent);
}

}  // namespace base
