#include "base/money.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace base {
namespace {

Money dollars(std::string_view text) {
  const auto parsed = Money::from_dollars(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Money());
}

TEST(Money, decimal_text_becomes_whole_microdollars) {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"0", 0},
      {"0.096", 96'000},
      {"0.0960000000", 96'000},
      {".5", 500'000},
      {"12", 12'000'000},
      {"-1.25", -1'250'000},
      {"35.49", 35'490'000},
      {"0.0000004", 0},
      {"0.0000005", 1},
      {"-0.0000005", -1},
      {"0.00000049999999", 0},
      {"1e-05", 10},
      {"1.2E+1", 12'000'000},
      {"5e-7", 1},
      {"1e-40", 0},
      {"0000000000000000000000000000001", 1'000'000},
      {"9223372036854.775807", std::numeric_limits<std::int64_t>::max()},
  };
  for (const auto& [text, micros] : cases) {
    EXPECT_EQ(dollars(text).micros(), micros) << text;
  }
}

TEST(Money, refuses_what_is_no_amount) {
  for (const std::string text :
       {"", "-", ".", "$1", "1$", " 1", "1,5", "1e", "e3", "1e+-3", "--1", "N/A", "nan", "1e41",
        "1e99999999999999999999", "9223372036854.775808", "9223372036854.7758075", "1e13"}) {
    const auto parsed = Money::from_dollars(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid) << text;
  }
}

TEST(Money, prints_four_decimals_or_six_if_they_are_needed) {
  EXPECT_EQ(dollars("0.096").to_string(), "$0.0960");
  EXPECT_EQ(dollars("0").to_string(), "$0.0000");
  EXPECT_EQ(dollars("1234.5").to_string(), "$1234.5000");
  EXPECT_EQ(dollars("0.005824").to_string(), "$0.005824");
  EXPECT_EQ(dollars("-1").to_string(), "-$1.0000");
  EXPECT_EQ(dollars("-0.000001").to_string(), "-$0.000001");
  EXPECT_EQ(Money::from_micros(std::numeric_limits<std::int64_t>::min()).to_string(),
            "-$9223372036854.775808");
}

TEST(Money, sums_are_exact_and_saturate) {
  EXPECT_EQ(dollars("0.1") + dollars("0.2"), dollars("0.3"));
  EXPECT_EQ(dollars("0.096") * 3 - dollars("0.3"), -dollars("0.012"));
  EXPECT_EQ(Money::max() + dollars("1"), Money::max());
  EXPECT_EQ(Money::max() * 2, Money::max());
  EXPECT_EQ(-Money::max() - dollars("1"),
            Money::from_micros(std::numeric_limits<std::int64_t>::min()));
  EXPECT_LT(dollars("0.0959"), dollars("0.096"));
  EXPECT_LT(dollars("1000000"), Money::max());
  Money sum;
  EXPECT_TRUE(sum.is_zero());
  sum += dollars("2");
  sum -= dollars("0.5");
  EXPECT_EQ(sum.micros(), 1'500'000);
}

TEST(Money, scaling_rounds_halves_away_from_zero) {
  EXPECT_EQ(dollars("0.096").scaled(9, 10), dollars("0.0864"));
  EXPECT_EQ(Money::from_micros(1).scaled(1, 2).micros(), 1);
  EXPECT_EQ(Money::from_micros(-1).scaled(1, 2).micros(), -1);
  EXPECT_EQ(Money::from_micros(1).scaled(1, 3).micros(), 0);
  EXPECT_EQ(Money::from_micros(2).scaled(1, 3).micros(), 1);
  EXPECT_EQ(Money::from_micros(-2).scaled(-1, 3).micros(), 1);
  EXPECT_EQ(Money::max().scaled(1000, 999), Money::max());
  EXPECT_EQ(Money::max().scaled(450, 1000).micros(), 4150517416584649113);
}

}  // namespace
}  // namespace base
