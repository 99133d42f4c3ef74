#include "base/time.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace base {
namespace {

using namespace std::chrono_literals;

constexpr Time kMoment = std::chrono::sys_days{std::chrono::January / 2 / 2026} + 3h + 4min + 5s;

Time time_of(std::string_view text) {
  const auto parsed = parse_time(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Time{});
}

Duration duration_of(std::string_view text) {
  const auto parsed = parse_duration(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Duration{-1});
}

TEST(Time, reads_RFC_3339) {
  EXPECT_EQ(time_of("1970-01-01T00:00:00Z"), Time{});
  EXPECT_EQ(time_of("2026-01-02T03:04:05Z"), kMoment);
  EXPECT_EQ(time_of("2026-01-02T03:04:05.000000Z"), kMoment);
  EXPECT_EQ(time_of("2026-01-02T03:04:05.1Z"), kMoment + 100ms);
  EXPECT_EQ(time_of("2026-01-02T03:04:05.1234567899Z"), kMoment + 123456789ns);
  EXPECT_EQ(time_of("2026-01-02T05:04:05+02:00"), kMoment);
  EXPECT_EQ(time_of("2026-01-01T03:05:05-23:59"), kMoment);
  EXPECT_EQ(time_of("2024-02-29T00:00:00Z") + 24h, time_of("2024-03-01T00:00:00Z"));
  EXPECT_EQ(time_of("1969-12-31T23:59:59.5Z"), Time{} - 500ms);
  EXPECT_EQ(time_of("2262-04-11T23:47:16.854775807Z"), Time::max());
  EXPECT_EQ(time_of("1677-09-21T00:12:43.145224192Z"), Time::min());
}

TEST(Time, refuses_what_is_no_time) {
  for (const std::string text : {"",
                                 "now",
                                 "2026-01-02",
                                 "2026-01-02T03:04:05",
                                 "2026-01-02t03:04:05z",
                                 "2026-01-02 03:04:05Z",
                                 "2026-1-02T03:04:05Z",
                                 "2026-01-02T3:04:05Z",
                                 "2026-02-29T00:00:00Z",
                                 "2026-13-01T00:00:00Z",
                                 "2026-00-01T00:00:00Z",
                                 "2026-01-00T00:00:00Z",
                                 "2026-01-02T24:00:00Z",
                                 "2026-01-02T23:60:00Z",
                                 "2026-01-02T23:59:60Z",
                                 "2026-01-02T03:04:05.Z",
                                 "2026-01-02T03:04:05,5Z",
                                 "2026-01-02T03:04:05+0200",
                                 "2026-01-02T03:04:05+24:00",
                                 "2026-01-02T03:04:05Z ",
                                 "0001-01-01T00:00:00Z",
                                 "2262-04-11T23:47:16.854775808Z",
                                 "1677-09-21T00:12:43.145224191Z",
                                 "9999-12-31T23:59:59Z",
                                 "12026-01-02T03:04:05Z"}) {
    const auto parsed = parse_time(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid);
  }
}

TEST(Time, prints_seconds_and_microseconds_cutting_off_the_rest) {
  EXPECT_EQ(print_time(kMoment), "2026-01-02T03:04:05Z");
  EXPECT_EQ(print_time(kMoment + 999ms), "2026-01-02T03:04:05Z");
  EXPECT_EQ(print_micro_time(kMoment), "2026-01-02T03:04:05.000000Z");
  EXPECT_EQ(print_micro_time(kMoment + 1999ns), "2026-01-02T03:04:05.000001Z");
  EXPECT_EQ(print_time(Time{} - 1ns), "1969-12-31T23:59:59Z");
  EXPECT_EQ(print_micro_time(Time{} - 1ns), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(print_micro_time(Time::max()), "2262-04-11T23:47:16.854775Z");
  EXPECT_EQ(print_micro_time(Time::min()), "1677-09-21T00:12:43.145224Z");
}

TEST(Time, every_day_of_four_centuries_reads_back) {
  for (Time day = time_of("1800-01-01T00:00:00Z"); day < time_of("2200-01-01T00:00:00Z");
       day += 24h) {
    ASSERT_EQ(time_of(print_time(day)), day) << print_time(day);
  }
}

TEST(Duration, reads_Go_durations) {
  const std::vector<std::pair<std::string, Duration>> cases = {
      {"0", 0ns},
      {"-0", 0ns},
      {"0s", 0ns},
      {"1h30m5s", 1h + 30min + 5s},
      {"300ms", 300ms},
      {"1.5h", 90min},
      {"-1.5h", -90min},
      {"+5s", 5s},
      {".5s", 500ms},
      {"5.s", 5s},
      {"1us", 1us},
      {"1\u00b5s", 1us},
      {"1\u03bcs", 1us},
      {"1.9ns", 1ns},
      {"1m1h", 61min},
      {"1h1h", 2h},
      {"720h", 720h},
      {"0.100000000000000000000000000001s", 100ms},
      {"2562047h47m16.854775807s", Duration::max()},
      {"-2562047h47m16.854775808s", Duration::min()},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(duration_of(text), expected) << text;
  }
}

TEST(Duration, refuses_what_is_no_duration) {
  for (const std::string text : {"",
                                 "+",
                                 "-",
                                 "1",
                                 "1.5",
                                 "s",
                                 ".s",
                                 "1d",
                                 "1h30",
                                 "1h -30m",
                                 " 1s",
                                 "1s ",
                                 "1e3s",
                                 "--1s",
                                 "0 ",
                                 "00",
                                 "1S",
                                 "Never",
                                 "9223372036854775808ns",
                                 "-9223372036854775809ns",
                                 "3000000h",
                                 "2562047h47m16.854775808s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid);
  }
  EXPECT_EQ(parse_duration("1d").error().message, "\"1d\" is no duration: unknown unit \"d\"");
}

TEST(Duration, prints_as_Go_does) {
  const std::vector<std::pair<Duration, std::string>> cases = {
      {0ns, "0s"},
      {1ns, "1ns"},
      {1500ns, "1.5\u00b5s"},
      {999999ns, "999.999\u00b5s"},
      {250ms, "250ms"},
      {1s, "1s"},
      {1500ms, "1.5s"},
      {90s, "1m30s"},
      {1h, "1h0m0s"},
      {100h, "100h0m0s"},
      {25h + 1min + 1s + 1ns, "25h1m1.000000001s"},
      {-1500ms, "-1.5s"},
      {Duration::max(), "2562047h47m16.854775807s"},
      {Duration::min(), "-2562047h47m16.854775808s"},
  };
  for (const auto& [duration, expected] : cases) {
    EXPECT_EQ(print_duration(duration), expected);
    EXPECT_EQ(duration_of(expected), duration);
  }
}

TEST(Duration, human_form_is_that_of_kubectl_at_each_threshold) {
  const std::vector<std::pair<Duration, std::string>> cases = {
      {-2s, "<invalid>"},
      {-1999ms, "0s"},
      {0s, "0s"},
      {5s, "5s"},
      {5999ms, "5s"},
      {119s, "119s"},
      {120s, "2m"},
      {150s, "2m30s"},
      {10min - 1s, "9m59s"},
      {10min + 59s, "10m"},
      {3h - 1s, "179m"},
      {3h, "3h"},
      {3h + 20min + 59s, "3h20m"},
      {8h - 1s, "7h59m"},
      {8h + 59min, "8h"},
      {48h - 1s, "47h"},
      {48h, "2d"},
      {98h, "4d2h"},
      {8 * 24h - 1s, "7d23h"},
      {8 * 24h + 23h, "8d"},
      {2 * 365 * 24h - 1s, "729d"},
      {2 * 365 * 24h, "2y"},
      {740 * 24h, "2y10d"},
      {8 * 365 * 24h - 1s, "7y364d"},
      {8 * 365 * 24h + 100 * 24h, "8y"},
      {Duration::max(), "292y"},
  };
  for (const auto& [duration, expected] : cases) {
    EXPECT_EQ(human_duration(duration), expected) << print_duration(duration);
  }
}

}  // namespace
}  // namespace base
