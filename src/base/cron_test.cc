#include "base/cron.h"

#include <gtest/gtest.h>

namespace base {
namespace {

Time at(std::string_view text) { return parse_time(text).value(); }

std::string next(std::string_view schedule, std::string_view after) {
  Result<Cron> cron = Cron::parse(schedule);
  if (!cron) return cron.error().message;
  std::optional<Time> hit = cron->next(at(after));
  return hit ? print_time(*hit) : "never";
}

TEST(Cron, finds_the_first_hit_strictly_after) {
  EXPECT_EQ(next("@daily", "2026-03-01T00:00:00Z"), "2026-03-02T00:00:00Z");
  EXPECT_EQ(next("@daily", "2026-02-28T23:59:59Z"), "2026-03-01T00:00:00Z");
  EXPECT_EQ(next("*/15 9-17 * * mon-fri", "2026-11-20T17:46:00Z"), "2026-11-23T09:00:00Z");
  EXPECT_EQ(next("5/20 * * * *", "2026-01-01T10:06:00Z"), "2026-01-01T10:25:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "2026-01-01T00:00:00Z"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("@yearly", "2026-01-01T00:00:00Z"), "2027-01-01T00:00:00Z");
}

TEST(Cron, API_073_either_day_field_matches_when_both_are_restricted) {
  EXPECT_EQ(next("0 0 13 * FRI", "2026-11-01T00:00:00Z"), "2026-11-06T00:00:00Z");
  EXPECT_EQ(next("0 0 13 * FRI", "2026-11-07T00:00:00Z"), "2026-11-13T00:00:00Z");
  EXPECT_EQ(next("0 0 13 * ?", "2026-11-01T00:00:00Z"), "2026-11-13T00:00:00Z");
  EXPECT_EQ(next("0 0 */9 * fri", "2026-11-02T00:00:00Z"), "2026-11-06T00:00:00Z");
  EXPECT_EQ(next("0 0 */9 * fri", "2026-11-06T00:00:00Z"), "2026-11-10T00:00:00Z");
  EXPECT_EQ(next("0 0 1,* * fri", "2026-11-02T00:00:00Z"), "2026-11-06T00:00:00Z");
  EXPECT_EQ(next("0 0 1,* * fri", "2026-11-06T00:00:00Z"), "2026-11-13T00:00:00Z");
}

TEST(Cron, API_073_any_blanks_stand_between_fields_and_steps_may_be_long) {
  EXPECT_EQ(next(" 0\t9  *\t*\t* ", "2026-11-02T00:00:00Z"), "2026-11-02T09:00:00Z");
  EXPECT_EQ(next("5/2147483647 * * * *", "2026-11-02T00:06:00Z"), "2026-11-02T01:05:00Z");
}

TEST(Cron, DIS_098_a_schedule_that_never_fires_says_so) {
  EXPECT_EQ(next("0 0 31 2 *", "2026-01-01T00:00:00Z"), "never");
}

TEST(Cron, API_073_errors_name_the_field) {
  for (std::string_view wrong :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 7", "* * * * tue-mon", "*/0 * * * *", "a * * * *", "1-2-3 * * * *",
        "TZ=UTC 0 0 * * *", "-1 * * * *", "@fortnightly"}) {
    EXPECT_FALSE(Cron::parse(wrong)) << wrong;
  }
  EXPECT_EQ(Cron::parse("* 24 * * *").error().message,
            "schedule: hour \"24\" is not a value, range or step of 0 to 23");
}

}  // namespace
}  // namespace base
