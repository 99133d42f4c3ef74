#include "base/money.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

#include "base/check.h"
#include "base/scan.h"

namespace base {
namespace {

constexpr std::int64_t kMicrosPerDollar = 1'000'000;
constexpr int kDecimals = 6;
constexpr std::int64_t kLargestExponent = 40;  // more would only be a way to waste time

// Collects the digits of a decimal number as micro-dollars. `point` is how many digits stand
// before the decimal point once micro-dollars are the unit; the digit after them rounds.
std::optional<std::int64_t> micros_of(std::string_view whole, std::string_view fraction,
                                      std::int64_t exponent) {
  const auto point = static_cast<std::int64_t>(whole.size()) + exponent + kDecimals;
  const std::string digits = std::string(whole) + std::string(fraction);
  const auto digit_at = [&](std::int64_t i) {
    return i >= 0 && i < static_cast<std::int64_t>(digits.size())
               ? digits[static_cast<std::size_t>(i)] - '0'
               : 0;
  };
  std::int64_t micros = 0;
  for (std::int64_t i = 0; i < point; ++i) {
    if (__builtin_mul_overflow(micros, std::int64_t{10}, &micros) ||
        __builtin_add_overflow(micros, std::int64_t{digit_at(i)}, &micros)) {
      return std::nullopt;
    }
  }
  if (digit_at(point) >= 5 && __builtin_add_overflow(micros, std::int64_t{1}, &micros)) {
    return std::nullopt;
  }
  return micros;
}

// "e-3" to -3; nothing at all to 0.
std::optional<std::int64_t> exponent_of(std::string_view text) {
  if (text.empty()) return 0;
  if (!take(text, 'e') && !take(text, 'E')) return std::nullopt;
  if (take(text, '+') && text.starts_with('-')) return std::nullopt;
  const auto exponent = to_integer<std::int64_t>(text);
  if (!exponent || std::abs(*exponent) > kLargestExponent) return std::nullopt;
  return exponent;
}

}  // namespace

Result<Money> Money::from_dollars(std::string_view text) {
  std::string_view left = text;
  const bool negative = take(left, '-');
  const std::string_view whole = take_digits(left);
  const std::string_view fraction = take(left, '.') ? take_digits(left) : std::string_view();
  const auto exponent = exponent_of(left);
  if (whole.size() + fraction.size() == 0 || !exponent) {
    return invalid(fmt::format("\"{}\" is no amount of money: write a decimal number", text));
  }
  const auto micros = micros_of(whole, fraction, *exponent);
  if (!micros) {
    return invalid(fmt::format("\"{}\" is too much money to be counted", text));
  }
  return Money(negative ? -*micros : *micros);
}

std::string Money::to_string() const {
  const std::string_view sign = micros_ < 0 ? "-" : "";
  const std::uint64_t magnitude =
      micros_ < 0 ? 0 - static_cast<std::uint64_t>(micros_) : static_cast<std::uint64_t>(micros_);
  const std::uint64_t dollars = magnitude / kMicrosPerDollar;
  const std::uint64_t rest = magnitude % kMicrosPerDollar;
  return rest % 100 == 0 ? fmt::format("{}${}.{:04}", sign, dollars, rest / 100)
                         : fmt::format("{}${}.{:06}", sign, dollars, rest);
}

Money Money::scaled(std::int64_t numerator, std::int64_t denominator) const {
  check(denominator > 0, "money is scaled by a fraction with a positive denominator");
  const __int128 product = __int128{micros_} * numerator;
  const __int128 half = denominator / 2;
  // |product| < 2^126, so adding half a denominator cannot overflow.
  return saturated((product < 0 ? product - half : product + half) / denominator);
}

}  // namespace base
