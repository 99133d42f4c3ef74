#include "base/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <vector>

namespace base {
namespace {

// Schedules repeat after 28 years at the latest, but for century years; longer means never.
constexpr int kDaysSearched = 366 * 40;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr int kLongestStep = 60;  // longer ones hit the first value only, as this one does

struct FieldRange {
  std::string_view name;
  int first;
  int last;
};

constexpr std::array<FieldRange, 5> kFields = {{{"minute", 0, 59},
                                                {"hour", 0, 23},
                                                {"day of month", 1, 31},
                                                {"month", 1, 12},
                                                {"day of week", 0, 6}}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return parts;
    text.remove_prefix(begin);
    std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// A number, or the name of a month or day.
std::optional<int> value_of(std::string_view text, const FieldRange& field) {
  if (auto number = number_of(text)) return number;
  std::string name = lower(text);
  if (field.name == "month") {
    auto found = std::ranges::find(kMonths, name);
    if (found != kMonths.end()) return static_cast<int>(found - kMonths.begin()) + 1;
  }
  if (field.name == "day of week") {
    auto found = std::ranges::find(kDays, name);
    if (found != kDays.end()) return static_cast<int>(found - kDays.begin());
  }
  return std::nullopt;
}

std::unexpected<Error> wrong(std::string_view item, const FieldRange& field) {
  return invalid(fmt::format("schedule: {} \"{}\" is not a value, range or step of {} to {}",
                             field.name, item, field.first, field.last));
}

// One item of a list: *, 5, 1-5, */10, 5/10, 1-30/5.
Result<std::uint64_t> parse_item(std::string_view item, const FieldRange& field) {
  std::vector<std::string_view> parts = split(item, '/');
  if (parts.size() > 2) return wrong(item, field);
  int step = 1;
  if (parts.size() == 2) {
    std::optional<int> number = number_of(parts[1]);
    if (!number || *number == 0) return wrong(item, field);
    step = std::min(*number, kLongestStep);
  }
  int first = field.first;
  int last = field.last;
  if (parts[0] != "*" && parts[0] != "?") {
    std::vector<std::string_view> ends = split(parts[0], '-');
    std::optional<int> low = value_of(ends.front(), field);
    std::optional<int> high = value_of(ends.back(), field);
    if (ends.size() > 2 || !low || !high) return wrong(item, field);
    first = *low;
    bool runs_to_the_end = ends.size() == 1 && parts.size() == 2;  // 5/10 is 5-last/10
    last = runs_to_the_end ? field.last : *high;
    if (first > last || first < field.first || last > field.last) return wrong(item, field);
  }
  std::uint64_t hits = 0;
  for (int value = first; value <= last; value += step)
    hits |= std::uint64_t{1} << value;
  return hits;
}

Result<std::uint64_t> parse_field(std::string_view text, const FieldRange& field) {
  std::uint64_t hits = 0;
  for (std::string_view item : split(text, ',')) {
    Result<std::uint64_t> parsed = parse_item(item, field);
    if (!parsed) return parsed;
    hits |= *parsed;
  }
  return hits;
}

// Whether the field restricts nothing: an item of it is every value. A step of more than 1 does
// restrict, though what it leaves out may be little.
bool is_open(std::string_view field) {
  return std::ranges::any_of(split(field, ','), [](std::string_view item) {
    return item == "*" || item == "?" || item == "*/1" || item == "?/1";
  });
}

bool has(std::uint64_t hits, unsigned value) { return (hits >> value & 1) != 0; }

std::string_view expanded(std::string_view text) {
  if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
  if (text == "@monthly") return "0 0 1 * *";
  if (text == "@weekly") return "0 0 * * 0";
  if (text == "@daily" || text == "@midnight") return "0 0 * * *";
  if (text == "@hourly") return "0 * * * *";
  return text;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  std::vector<std::string_view> fields = words(expanded(text));
  if (fields.size() != kFields.size()) {
    return invalid(fmt::format(
        "schedule \"{}\" has {} fields; it takes five (minute hour day-of-month month day-of-week) "
        "or one of @yearly @monthly @weekly @daily @hourly",
        text, fields.size()));
  }
  std::array<std::uint64_t, kFields.size()> hits{};
  for (std::size_t index = 0; index < kFields.size(); ++index) {
    Result<std::uint64_t> parsed = parse_field(fields[index], kFields[index]);
    if (!parsed) return std::unexpected(parsed.error());
    hits[index] = *parsed;
  }
  Cron cron;
  cron.minutes_ = hits[0];
  cron.hours_ = hits[1];
  cron.days_of_month_ = hits[2];
  cron.months_ = hits[3];
  cron.days_of_week_ = hits[4];
  cron.any_day_of_month_ = is_open(fields[2]);
  cron.any_day_of_week_ = is_open(fields[4]);
  return cron;
}

bool Cron::matches_day(std::chrono::sys_days day) const {
  std::chrono::year_month_day date(day);
  if (!has(months_, static_cast<unsigned>(date.month()))) return false;
  bool of_month = has(days_of_month_, static_cast<unsigned>(date.day()));
  bool of_week = has(days_of_week_, std::chrono::weekday(day).c_encoding());
  bool either = !any_day_of_month_ && !any_day_of_week_;
  return either ? of_month || of_week : of_month && of_week;
}

std::optional<Time> Cron::next(Time after) const {
  using std::chrono::days;
  using std::chrono::minutes;
  auto minute = std::chrono::floor<minutes>(after) + minutes(1);
  auto day = std::chrono::floor<days>(minute);
  for (int searched = 0; searched < kDaysSearched; ++searched, day += days(1), minute = day) {
    if (!matches_day(day)) continue;
    for (; minute < day + days(1); minute += minutes(1)) {
      auto of_day = (minute - day).count();
      if (has(hours_, static_cast<unsigned>(of_day / 60)) &&
          has(minutes_, static_cast<unsigned>(of_day % 60))) {
        return Time(minute);
      }
    }
  }
  return std::nullopt;
}

}  // namespace base
