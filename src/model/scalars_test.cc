#include "model/scalars.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/json.h"

namespace model {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

// Reads the JSON text as a T and writes it again; the error message if it cannot be read.
template <class T>
std::string round_trip(std::string_view text) {
  base::Result<T> value = base::from_json<T>(base::parse_json(text).value());
  return value ? base::print_json(base::to_json(*value)) : value.error().message;
}

template <class T>
T read(std::string_view text) {
  return base::from_json<T>(base::parse_json(text).value()).value();
}

TEST(Scalars, API_015_durations_keep_the_spelling_of_the_user) {
  EXPECT_EQ(round_trip<DurationText>("\"60m\""), "\"60m\"");
  EXPECT_EQ(read<DurationText>("\"60m\"").value, 1h);
  EXPECT_EQ(round_trip<NillableDuration>("\"720h\""), "\"720h\"");
  EXPECT_EQ(round_trip<NillableDuration>("\"Never\""), "\"Never\"");
}

TEST(Scalars, API_014_never_differs_from_zero) {
  EXPECT_EQ(read<NillableDuration>("\"Never\"").value, std::nullopt);
  EXPECT_EQ(read<NillableDuration>("\"0s\"").value, base::Duration::zero());
  EXPECT_EQ(read<NillableDuration>("\"1h30m5s\"").value, 1h + 30min + 5s);
  EXPECT_FALSE(base::from_json<NillableDuration>("FooNever"));
}

TEST(Scalars, durations_made_by_us_are_printed_as_go_does) {
  EXPECT_EQ(base::print_json(base::to_json(DurationText{90s, ""})), "\"1m30s\"");
  EXPECT_EQ(base::print_json(base::to_json(NillableDuration{1h, ""})), "\"1h0m0s\"");
  EXPECT_EQ(base::print_json(base::to_json(NillableDuration())), "\"Never\"");
}

TEST(Scalars, API_013_a_duration_that_overflows_is_an_error) {
  EXPECT_FALSE(base::from_json<NillableDuration>("99999999999h"));
}

TEST(Scalars, API_018_quantities_are_strings_or_numbers) {
  EXPECT_EQ(round_trip<base::Quantity>("\"1500m\""), "\"1500m\"");
  EXPECT_EQ(round_trip<base::Quantity>("2"), "\"2\"");
  EXPECT_EQ(round_trip<base::Quantity>("1.5"), "\"1500m\"");
  EXPECT_EQ(round_trip<base::Quantity>("\"0.5Gi\""), "\"512Mi\"");
}

TEST(Scalars, integers_and_strings_stay_what_they_are) {
  EXPECT_EQ(round_trip<IntOrString>("3"), "3");
  EXPECT_EQ(round_trip<IntOrString>("\"3\""), "\"3\"");
  EXPECT_EQ(round_trip<IntOrString>("\"30%\""), "\"30%\"");
  EXPECT_EQ(round_trip<IntOrString>("1.5"),
            "expected an integer or a string, found the number 1.5");
}

TEST(Scalars, times_are_whole_seconds_or_microseconds) {
  EXPECT_EQ(round_trip<base::Time>("\"2026-01-02T03:04:05Z\""), "\"2026-01-02T03:04:05Z\"");
  EXPECT_EQ(round_trip<base::Time>("\"2026-01-02T03:04:05.678Z\""), "\"2026-01-02T03:04:05Z\"");
  EXPECT_EQ(round_trip<MicroTime>("\"2026-01-02T03:04:05.678901Z\""),
            "\"2026-01-02T03:04:05.678901Z\"");
  EXPECT_EQ(round_trip<base::Time>("12"), "expected a time in quotes, found the number 12");
}

}  // namespace
}  // namespace model
