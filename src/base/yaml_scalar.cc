#include "base/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "base/scan.h"

namespace base {
namespace {

constexpr std::array<std::string_view, 5> kNulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> kTrues = {"y",  "Y",  "yes",  "Yes",  "YES", "on",
                                                     "On", "ON", "true", "True", "TRUE"};
constexpr std::array<std::string_view, 11> kFalses = {"n",   "N",   "no",    "No",    "NO",   "off",
                                                      "Off", "OFF", "false", "False", "FALSE"};
constexpr std::array<std::string_view, 3> kInfinities = {".inf", ".Inf", ".INF"};
constexpr std::array<std::string_view, 3> kNotNumbers = {".nan", ".NaN", ".NAN"};

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// Takes "0x" and the like; a zero before other digits is octal too.
int take_radix(std::string_view& digits) {
  if (digits.size() < 2 || digits.front() != '0') return 10;
  switch (digits[1]) {
    case 'x':
    case 'X': digits.remove_prefix(2); return 16;
    case 'o':
    case 'O': digits.remove_prefix(2); return 8;
    case 'b':
    case 'B': digits.remove_prefix(2); return 2;
    default: return 8;
  }
}

std::optional<Json> integer(std::string_view digits) {
  const bool negative = take(digits, '-');
  if (!negative) take(digits, '+');
  const int radix = take_radix(digits);
  std::uint64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, magnitude, radix);
  if (error != std::errc{} || stop != end) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative && magnitude > kMost + 1) return std::nullopt;
  if (negative) return Json(static_cast<std::int64_t>(0 - magnitude));
  if (magnitude > kMost) return Json(magnitude);
  return Json(static_cast<std::int64_t>(magnitude));
}

// [sign] digits [. digits] [e [sign] digits], with digits before or after the point.
bool is_decimal(std::string_view text) {
  if (!take(text, '-')) take(text, '+');
  std::size_t digits = take_digits(text).size();
  if (take(text, '.')) digits += take_digits(text).size();
  if (digits == 0) return false;
  if (take(text, 'e') || take(text, 'E')) {
    if (!take(text, '-')) take(text, '+');
    if (take_digits(text).empty()) return false;
  }
  return text.empty();
}

std::optional<Json> decimal(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  take(text, '+');
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) {
    return Json(static_cast<std::int64_t>(value));
  }
  return Json(value);
}

std::optional<Json> number(std::string_view text) {
  std::string_view unsigned_text = text;
  const bool negative = take(unsigned_text, '-');
  if (!negative) take(unsigned_text, '+');
  if (is_one_of(unsigned_text, kInfinities)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return Json(negative ? -kInfinity : kInfinity);
  }
  if (is_one_of(text, kNotNumbers)) return Json(std::numeric_limits<double>::quiet_NaN());
  std::string digits(text);
  std::erase(digits, '_');
  if (auto value = integer(digits)) return value;
  return decimal(digits);
}

}  // namespace

std::optional<Json> plain_value(std::string_view text) {
  if (is_one_of(text, kNulls)) return Json(nullptr);
  if (is_one_of(text, kTrues)) return Json(true);
  if (is_one_of(text, kFalses)) return Json(false);
  if (std::string_view("+-.0123456789").contains(text.front())) return number(text);
  return std::nullopt;
}

}  // namespace base
