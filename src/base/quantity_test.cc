#include "base/quantity.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace base {
namespace {

Quantity quantity(std::string_view text) {
  const auto parsed = Quantity::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Quantity());
}

std::string canonical(std::string_view text) { return quantity(text).to_string(); }

TEST(Quantity, API_018_canonical_text_of_each_form) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0", "0"},
      {"-0", "0"},
      {"0Ki", "0"},
      {"0e3", "0"},
      {"0m", "0"},
      {"1", "1"},
      {"+5", "5"},
      {"5.", "5"},
      {"007", "7"},
      {".5", "500m"},
      {"0.5", "500m"},
      {"-0.5", "-500m"},
      {"00.50", "500m"},
      {"2.50", "2500m"},
      {"1.0", "1"},
      {"1000m", "1"},
      {"1000", "1k"},
      {"1024", "1024"},
      {"1500", "1500"},
      {"1500k", "1500k"},
      {"1000000", "1M"},
      {"100u", "100u"},
      {"1500u", "1500u"},
      {"1000000000n", "1"},
      {"5000000000000n", "5k"},
      {"5000000000001n", "5000000000001n"},
      {"1.1E", "1100P"},
      {"5E", "5E"},
      {"100E", "100E"},
      {"1000000E", "1000000E"},
      {"9.3E", "9300P"},
      {"9223372036854775.807k", "9223372036854775807"},
      {"1024Ki", "1Mi"},
      {"1.5Gi", "1536Mi"},
      {"+1.5Gi", "1536Mi"},
      {"-1.5Gi", "-1536Mi"},
      {"1024Gi", "1Ti"},
      {"1536Gi", "1536Gi"},
      {"1048576Ki", "1Gi"},
      {"7.5Ei", "7680Pi"},
      {"1000Ki", "1000Ki"},
      {"0.5Ki", "512"},
      {"0.9765625Ki", "1k"},
      {"1.1Ki", "1126400m"},
      {"0.001Ki", "1024m"},
      {"1.1Gi", "1181116006400m"},
      {"0.0001Ki", "102400u"},
      {"1e3", "1e3"},
      {"1E3", "1e3"},
      {"1e+3", "1e3"},
      {"1e03", "1e3"},
      {"12e6", "12e6"},
      {"1e0", "1"},
      {"1e1", "10"},
      {"1e2", "100"},
      {"100e1", "1e3"},
      {"1e4", "10e3"},
      {"1E5", "100e3"},
      {"1.5e3", "1500"},
      {"1.2345e2", "123450e-3"},
      {"1e-3", "1e-3"},
      {"1e-1", "100e-3"},
      {"0.001e3", "1"},
      {"1e19", "10e18"},
      {"1e21", "1e21"},
      {"0.00000000001e10", "100e-3"},
      {"12e-9", "12e-9"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(canonical(text), expected) << text;
  }
}

TEST(Quantity, API_018_refuses_what_is_no_quantity) {
  for (const std::string text : {"",     "+",   "-",     ".",     "-.",   "e3",
                                 "Ki",   "--1", "+-1",   "1.5.5", " 1",   "1 ",
                                 "1e",   "1e+", "1e+-3", "1e3.5", "1ee3", "1e3Ki",
                                 "1K",   "1i",  "1Kib",  "1ki",   "1m3",  "1Mi5",
                                 "0x10", "1,5", "1_000", "NaN",   "inf",  "1e99999999999999999999",
                                 "½"}) {
    const auto parsed = Quantity::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid);
    EXPECT_NE(parsed.error().message.find('"' + text + '"'), std::string::npos);
  }
}

TEST(Quantity, fractions_below_nano_round_away_from_zero) {
  EXPECT_EQ(canonical("0.1n"), "1n");
  EXPECT_EQ(canonical("-0.1n"), "-1n");
  EXPECT_EQ(canonical("1.5n"), "2n");
  EXPECT_EQ(canonical("12e-10"), "2e-9");
  EXPECT_EQ(canonical("1e-400"), "1e-9");
  EXPECT_EQ(canonical("0.9999999999"), "1");
  EXPECT_EQ(canonical("0.1234567890123456789"), "123456790n");
  EXPECT_EQ(canonical("1.0000000000000000000000000000000000000000000000000001"), "1000000001n");
  EXPECT_EQ(canonical("0.00097656249Ki"), "999999990n");
  EXPECT_EQ(canonical("8191.9999999999Pi"), "9223372036854663218009315738n");
}

TEST(Quantity, binary_amounts_are_capped_and_decimal_ones_are_not) {
  EXPECT_EQ(canonical("8Ei"), "9223372036854775807");
  EXPECT_EQ(canonical("-9Ei"), "-9223372036854775807");
  EXPECT_EQ(canonical("7.9999999999999999999Ei"), "9223372036854775807");
  EXPECT_EQ(canonical("1000000000000000000000000Ki"), "9223372036854775807");
  EXPECT_EQ(canonical("9223372036854775808"), "9223372036854775808");
  EXPECT_EQ(canonical("9223372036854775808.5"), "9223372036854775808500m");
}

TEST(Quantity, amounts_saturate_at_ten_to_the_29_units) {
  EXPECT_EQ(quantity("1e29").nanos(), Quantity::kLargest);
  EXPECT_EQ(quantity("1e30").nanos(), Quantity::kLargest);
  EXPECT_EQ(quantity("-1e2147483648").nanos(), -Quantity::kLargest);
  EXPECT_EQ(quantity(std::string(500, '9')).nanos(), Quantity::kLargest);
  EXPECT_EQ(quantity(std::string(500, '0') + "1").nanos(), Quantity::kNanosPerUnit);
  EXPECT_EQ(quantity("0." + std::string(500, '0') + "1e501"), Quantity::from_units(1));
  EXPECT_EQ(canonical("1e9223372036854775807"), "100e27");
  EXPECT_EQ(canonical("1e-9223372036854775808"), "1e-9");
  const Quantity most = quantity("1e29");
  EXPECT_EQ(most + most, most);
  EXPECT_EQ(-most - most, -most);
  EXPECT_EQ(most - most, Quantity());
}

TEST(Quantity, the_left_family_wins_unless_the_left_is_zero) {
  const auto sum = [](std::string_view a, std::string_view b) {
    return (quantity(a) + quantity(b)).to_string();
  };
  const auto difference = [](std::string_view a, std::string_view b) {
    return (quantity(a) - quantity(b)).to_string();
  };
  EXPECT_EQ(sum("0", "1Ki"), "1Ki");
  EXPECT_EQ(sum("1", "1Ki"), "1025");
  EXPECT_EQ(sum("1024k", "1Mi"), "2072576");
  EXPECT_EQ(sum("1Mi", "1024k"), "2024Ki");
  EXPECT_EQ(sum("1Ki", "0"), "1Ki");
  EXPECT_EQ(sum("0Ki", "1k"), "1k");
  EXPECT_EQ(sum("1e3", "1k"), "2e3");
  EXPECT_EQ(sum("500m", "500m"), "1");
  EXPECT_EQ(sum("7Ei", "7Ei"), "14Ei");
  EXPECT_EQ(sum("1Gi", "0.1"), "1073741824100m");
  EXPECT_EQ(sum("1n", "1"), "1000000001n");
  EXPECT_EQ(difference("0", "1Ki"), "-1Ki");
  EXPECT_EQ(difference("1.5Gi", "512Mi"), "1Gi");
  EXPECT_EQ(difference("1Ki", "1Ki"), "0");
  Quantity total = Quantity::from_bytes(512 << 20);
  total += Quantity::from_bytes(512 << 20);
  total -= Quantity::from_units(1 << 20);
  EXPECT_EQ(total.to_string(), "1023Mi");
}

TEST(Quantity, amounts_are_compared_whatever_their_family) {
  EXPECT_EQ(quantity("1Ki"), quantity("1024"));
  EXPECT_EQ(quantity("1e3"), quantity("1k"));
  EXPECT_LT(quantity("999m"), quantity("1"));
  EXPECT_GT(quantity("1Mi"), quantity("1M"));
  EXPECT_LT(quantity("-2"), quantity("-1"));
  EXPECT_TRUE(quantity("-1n").is_negative());
  EXPECT_FALSE(quantity("-0").is_negative());
  EXPECT_TRUE(quantity("0Gi").is_zero());
}

TEST(Quantity, whole_and_milli_units_round_away_from_zero) {
  EXPECT_EQ(quantity("1.1Ki").value(), 1127);
  EXPECT_EQ(quantity("1n").value(), 1);
  EXPECT_EQ(quantity("-500m").value(), -1);
  EXPECT_EQ(quantity("5").value(), 5);
  EXPECT_EQ(quantity("0.1234567").milli_value(), 124);
  EXPECT_EQ(quantity("-1501u").milli_value(), -2);
  EXPECT_EQ(quantity("2.5").milli_value(), 2500);
  EXPECT_EQ(quantity("100E").value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(quantity("-1E").milli_value(), std::numeric_limits<std::int64_t>::min());
}

TEST(Quantity, made_from_integers) {
  EXPECT_EQ(Quantity::from_units(2000).to_string(), "2k");
  EXPECT_EQ(Quantity::from_milli(1500).to_string(), "1500m");
  EXPECT_EQ(Quantity::from_bytes(3LL << 30).to_string(), "3Gi");
  EXPECT_EQ(Quantity::from_nanos(1).to_string(), "1n");
  EXPECT_EQ(Quantity::from_units(std::numeric_limits<std::int64_t>::min()).value(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Quantity().to_string(), "0");
}

TEST(Quantity, what_is_printed_reads_back_as_the_same_amount_and_text) {
  const std::vector<std::string> suffixes = {"n", "u",  "m",  "",   "k",  "M",   "G",  "T",  "P",
                                             "E", "Ki", "Mi", "Gi", "Ti", "e-4", "e5", "e13"};
  for (const std::string& suffix : suffixes) {
    for (const std::string number : {"1", "-7", "12.5", "1023", "1024.25", "999999999", "0.0001"}) {
      const Quantity once = quantity(number + suffix);
      const Quantity twice = quantity(once.to_string());
      EXPECT_EQ(once, twice) << number << suffix;
      EXPECT_EQ(once.to_string(), twice.to_string()) << number << suffix;
    }
  }
}

}  // namespace
}  // namespace base
