#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace base {
namespace {

TEST(Random, draws_never_change) {
  Random random(42);
  const std::array<std::uint64_t, 3> expected = {1546998764402558742ULL, 6990951692964543102ULL,
                                                 12544586762248559009ULL};
  for (const std::uint64_t draw : expected) {
    EXPECT_EQ(random.next(), draw);
  }
  EXPECT_EQ(random.below(1'000'000), 924'692U);
  EXPECT_EQ(random.between(-50, 50), 50);
  EXPECT_EQ(uuid(random), "c50da531-0179-4238-b821-54855a65ddb2");
  EXPECT_EQ(random.fork("cloud").next(), 15984726275644796159U);
  EXPECT_EQ(Random(0).next(), 11091344671253066420U);
}

TEST(Random, forks_depend_on_seed_and_label_alone) {
  Random random(7);
  const std::uint64_t before = random.fork("cloud").next();
  random.next();
  EXPECT_EQ(random.fork("cloud").next(), before);
  EXPECT_NE(random.fork("kube").next(), before);
  EXPECT_NE(Random(8).fork("cloud").next(), before);
  EXPECT_NE(Random(7).next(), before);
  EXPECT_NE(random.fork("a").fork("b").next(), random.fork("b").fork("a").next());
  EXPECT_NE(Random(0).fork("").next(), Random(0).next());
}

TEST(Random, below_is_uniform_and_stays_in_range) {
  Random random(1);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) {
    const std::uint64_t draw = random.below(7);
    ASSERT_LT(draw, 7U);
    ++counts[draw];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 10'000, 400);  // four standard deviations
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(random.below(1), 0U);
  }
}

// With 3 * 2^62 a plain remainder would land in the first third half of the time.
TEST(Random, below_has_no_bias_for_large_bounds) {
  Random random(2);
  constexpr std::uint64_t kBound = 3ULL << 62;
  int first_third = 0;
  for (int i = 0; i < 30'000; ++i) {
    first_third += random.below(kBound) < kBound / 3 ? 1 : 0;
  }
  EXPECT_NEAR(first_third, 10'000, 400);
}

TEST(Random, between_includes_both_ends_and_spans_all_integers) {
  Random random(3);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    seen.insert(random.between(-2, 2));
  }
  EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(random.between(5, 5), 5);
  using Limits = std::numeric_limits<std::int64_t>;
  int negative = 0;
  for (int i = 0; i < 1'000; ++i) {
    negative += random.between(Limits::min(), Limits::max()) < 0 ? 1 : 0;
  }
  EXPECT_NEAR(negative, 500, 80);
}

TEST(Random, chance_keeps_its_odds) {
  Random random(4);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    hits += random.chance(1, 20) ? 1 : 0;
    EXPECT_FALSE(random.chance(0, 20));
    EXPECT_TRUE(random.chance(20, 20));
  }
  EXPECT_NEAR(hits, 500, 90);
}

TEST(Random, shuffle_reaches_every_order) {
  Random random(5);
  std::set<std::vector<int>> orders;
  for (int i = 0; i < 500; ++i) {
    std::vector<int> items = {1, 2, 3, 4};
    random.shuffle(std::span(items));
    orders.insert(items);
  }
  EXPECT_EQ(orders.size(), 24U);
}

TEST(Random, uuids_have_the_form_of_version_4) {
  Random random(6);
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string text = uuid(random);
    ASSERT_EQ(text.size(), 36U);
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      ASSERT_EQ(text[at] == '-', dash) << text;
      ASSERT_TRUE(dash || std::string_view("0123456789abcdef").contains(text[at])) << text;
    }
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_TRUE(std::string_view("89ab").contains(text[19])) << text;
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 1'000U);
}

}  // namespace
}  // namespace base
