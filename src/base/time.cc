#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "base/scan.h"

namespace base {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr int kNanoDigits = 9;

// Exactly `count` digits as a number.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  std::string_view rest = text;
  const std::string_view digits = take_digits(rest).substr(0, count);
  if (digits.size() < count) return std::nullopt;
  text.remove_prefix(count);
  return to_integer<int>(digits);
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year{*year},
                            std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<minutes> take_hours_and_minutes(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return hours{*hour} + minutes{*minute};
}

// ".5" to 500,000,000 ns; nothing to 0.
std::optional<Duration> take_decimals(std::string_view& text) {
  if (!take(text, '.')) return Duration{0};
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t nanos = 0;
  for (std::size_t i = 0; i < kNanoDigits; ++i) {
    nanos = nanos * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  return Duration{nanos};
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return minutes{0};
  const bool west = take(text, '-');
  if (!west && !take(text, '+')) return std::nullopt;
  const auto offset = take_hours_and_minutes(text);
  if (!offset) return std::nullopt;
  return west ? -*offset : *offset;
}

// Whole seconds and the rest of a second, kept apart: they may not fit a Time.
std::optional<std::pair<std::chrono::sys_seconds, Duration>> take_time(std::string_view& text) {
  const auto date = take_date(text);
  if (!date || !take(text, 'T')) return std::nullopt;
  const auto minute_of_day = take_hours_and_minutes(text);
  if (!minute_of_day || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 59) return std::nullopt;
  const auto decimals = take_decimals(text);
  if (!decimals) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset) return std::nullopt;
  return std::pair{*date + *minute_of_day + seconds{*second} - *offset, *decimals};
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
// Both of Unicode's letters for micro are in use.
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\u00b5s", 1'000},
                                         {"\u03bcs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", kNanosPerSecond},
                                         {"m", 60 * kNanosPerSecond},
                                         {"h", 3600 * kNanosPerSecond}}};

constexpr __int128 kFurthest = __int128{std::numeric_limits<std::int64_t>::max()} + 1;

// One number with its unit, as nanoseconds of at most kFurthest + 1; what is wrong otherwise.
std::expected<__int128, std::string> take_part(std::string_view& text) {
  const std::string_view whole = take_digits(text);
  const std::string_view fraction = take(text, '.') ? take_digits(text) : std::string_view();
  if (whole.empty() && fraction.empty()) return std::unexpected("a number is expected");
  const std::string_view name =
      text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
  text.remove_prefix(name.size());
  const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
  if (unit == kUnits.end()) {
    return std::unexpected(name.empty() ? "a unit is missing (ns, us, ms, s, m, h)"
                                        : fmt::format("unknown unit \"{}\"", name));
  }
  __int128 nanos = 0;
  for (const char c : whole) {
    nanos = std::min(nanos * 10 + (c - '0') * unit->nanos, kFurthest + 1);
  }
  std::int64_t below = 0;  // from the last digit to the first: nested floor division is exact
  for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit) {
    below = (below + (*digit - '0') * unit->nanos) / 10;
  }
  return std::min(nanos + below, kFurthest + 1);
}

// "1.5s" from 1,500 ms: the amount in units of 10^digits, without zeros at its end.
std::string print_decimal(std::uint64_t amount, int digits, std::string_view unit) {
  std::uint64_t one = 1;
  for (int i = 0; i < digits; ++i) {
    one *= 10;
  }
  std::string text = fmt::format("{}", amount / one);
  if (amount % one != 0) {
    std::string decimals = fmt::format("{:0{}}", amount % one, digits);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += '.' + decimals;
  }
  return text.append(unit);
}

struct SplitTime {
  std::chrono::sys_seconds whole;
  std::int64_t nanos;  // 0 to 999,999,999
};

// By hand, because chrono's floor overflows in the first second that a Time can hold.
SplitTime split(Time time) {
  const std::int64_t count = time.time_since_epoch().count();
  std::int64_t whole = count / kNanosPerSecond;
  std::int64_t nanos = count % kNanosPerSecond;
  if (nanos < 0) {
    --whole;
    nanos += kNanosPerSecond;
  }
  return {std::chrono::sys_seconds(seconds{whole}), nanos};
}

std::string print_calendar(std::chrono::sys_seconds time) {
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// "4d2h", or "4d" if there is no small part.
std::string print_pair(std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
  return small == 0 ? fmt::format("{}{}", large, large_unit)
                    : fmt::format("{}{}{}{}", large, large_unit, small, small_unit);
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
  std::string_view left = text;
  const auto parts = take_time(left);
  if (!parts || !left.empty()) {
    return invalid(fmt::format("\"{}\" is no time: write it as in \"2026-01-02T03:04:05Z\"", text));
  }
  const __int128 nanos =
      __int128{parts->first.time_since_epoch().count()} * kNanosPerSecond + parts->second.count();
  if (nanos < std::numeric_limits<std::int64_t>::min() ||
      nanos > std::numeric_limits<std::int64_t>::max()) {
    return invalid(fmt::format("\"{}\" lies outside of the years 1678 to 2261", text));
  }
  return Time{Duration{static_cast<std::int64_t>(nanos)}};
}

std::string print_time(Time time) { return print_calendar(split(time).whole) + 'Z'; }

std::string print_micro_time(Time time) {
  const SplitTime parts = split(time);
  return fmt::format("{}.{:06}Z", print_calendar(parts.whole), parts.nanos / 1'000);
}

Result<Duration> parse_duration(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return invalid(fmt::format("\"{}\" is no duration: {}", text, why));
  };
  std::string_view left = text;
  const bool negative = take(left, '-');
  if (!negative) take(left, '+');
  if (left == "0") return Duration{0};
  __int128 nanos = 0;
  do {
    const auto part = take_part(left);
    if (!part) return refuse(part.error());
    nanos = std::min(nanos + *part, kFurthest + 1);
  } while (!left.empty());
  if (nanos > kFurthest - (negative ? 0 : 1)) return refuse("it is longer than 292 years");
  return Duration{static_cast<std::int64_t>(negative ? -nanos : nanos)};
}

std::string print_duration(Duration duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  const std::string sign = count < 0 ? "-" : "";
  const std::uint64_t nanos =
      count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  if (nanos < 1'000) return fmt::format("{}{}ns", sign, nanos);
  if (nanos < 1'000'000) return sign + print_decimal(nanos, 3, "\u00b5s");
  if (nanos < kNanosPerSecond) return sign + print_decimal(nanos, 6, "ms");
  const std::uint64_t minute = 60 * kNanosPerSecond;
  const std::string rest = print_decimal(nanos % minute, kNanoDigits, "s");
  const std::uint64_t whole_minutes = nanos / minute;
  if (whole_minutes == 0) return sign + rest;
  if (whole_minutes < 60) return fmt::format("{}{}m{}", sign, whole_minutes, rest);
  return fmt::format("{}{}h{}m{}", sign, whole_minutes / 60, whole_minutes % 60, rest);
}

std::string human_duration(Duration duration) {
  constexpr std::int64_t kDaysPerYear = 365;
  const std::int64_t second = duration.count() / kNanosPerSecond;  // towards zero
  if (second < -1) return "<invalid>";
  if (second < 0) return "0s";
  if (second < 120) return fmt::format("{}s", second);
  const std::int64_t minute = second / 60;
  if (minute < 10) return print_pair(minute, 'm', second % 60, 's');
  if (minute < 180) return fmt::format("{}m", minute);
  const std::int64_t hour = minute / 60;
  if (hour < 8) return print_pair(hour, 'h', minute % 60, 'm');
  if (hour < 48) return fmt::format("{}h", hour);
  const std::int64_t day = hour / 24;
  if (day < 8) return print_pair(day, 'd', hour % 24, 'h');
  if (day < 2 * kDaysPerYear) return fmt::format("{}d", day);
  if (day < 8 * kDaysPerYear) {
    return print_pair(day / kDaysPerYear, 'y', day % kDaysPerYear, 'd');
  }
  return fmt::format("{}y", day / kDaysPerYear);
}

}  // namespace base
