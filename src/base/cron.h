// Schedules of five fields in UTC (API-073): minute, hour, day of month, month, day of week, each
// `*`, `?`, a list, a range or a step; names of months and days in any case; days of the week 0 to
// 6 from Sunday. If both day fields are restricted, either may match. Also @yearly, @annually,
// @monthly, @weekly, @daily, @midnight and @hourly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace base {

class Cron {
 public:
  // Errors name the field and what it may hold. A time zone prefix and a reversed range are errors.
  static Result<Cron> parse(std::string_view text);

  // The first hit strictly after the moment; nullopt if the schedule never fires (30 February).
  std::optional<Time> next(Time after) const;

 private:
  bool matches_day(std::chrono::sys_days day) const;

  // Bit n is set if the value n is a hit.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_of_month_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t days_of_week_ = 0;
  bool any_day_of_month_ = false;  // the field is * or ?
  bool any_day_of_week_ = false;
};

}  // namespace base
