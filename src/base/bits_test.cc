#include "base/bits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "base/random.h"

namespace base {
namespace {

std::vector<std::size_t> members(const Bits& bits) {
  std::vector<std::size_t> found;
  bits.for_each([&](std::size_t i) { found.push_back(i); });
  return found;
}

TEST(Bits, set_reset_and_test_single_bits_on_both_sides_of_a_word) {
  Bits bits(130);
  for (const std::size_t i : {0U, 63U, 64U, 127U, 128U, 129U}) {
    EXPECT_FALSE(bits.test(i));
    bits.set(i);
    EXPECT_TRUE(bits.test(i));
  }
  EXPECT_EQ(members(bits), (std::vector<std::size_t>{0, 63, 64, 127, 128, 129}));
  EXPECT_EQ(bits.count(), 6U);
  bits.reset(64);
  bits.reset(64);
  EXPECT_EQ(bits.count(), 5U);
  EXPECT_FALSE(bits.test(64));
  EXPECT_TRUE(bits.test(63));
}

TEST(Bits, full_sets_have_no_bits_beyond_their_size) {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 128U, 200U}) {
    const Bits full(size, true);
    EXPECT_EQ(full.count(), size);
    EXPECT_EQ(full.any(), size > 0);
    EXPECT_EQ(full.none(), size == 0);
    Bits one_by_one(size);
    for (std::size_t i = 0; i < size; ++i) {
      one_by_one.set(i);
    }
    EXPECT_EQ(full, one_by_one);
    one_by_one.clear();
    EXPECT_EQ(one_by_one, Bits(size));
  }
}

TEST(Bits, first_is_the_smallest_member) {
  Bits bits(300);
  EXPECT_EQ(bits.first(), std::nullopt);
  bits.set(299);
  EXPECT_EQ(bits.first(), 299U);
  bits.set(70);
  EXPECT_EQ(bits.first(), 70U);
  EXPECT_EQ(Bits().first(), std::nullopt);
}

TEST(Bits, sets_of_different_size_are_not_equal) { EXPECT_NE(Bits(3), Bits(4)); }

TEST(Bits, members_may_be_reset_while_they_are_visited) {
  Bits bits(100, true);
  bits.for_each([&](std::size_t i) {
    if (i % 2 == 0) bits.reset(i);
  });
  EXPECT_EQ(bits.count(), 50U);
}

TEST(Bits, operations_agree_with_ordered_sets) {
  using Set = std::set<std::size_t>;
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t size = 1 + random.below(200);
    Bits a(size);
    Bits b(size);
    Set in_a;
    Set in_b;
    const std::uint64_t density = 1 + random.below(20);
    for (std::size_t i = 0; i < size; ++i) {
      if (random.chance(density, 20)) a.set(i), in_a.insert(i);
      if (random.chance(density, 40)) b.set(i), in_b.insert(i);
    }
    Set both;
    Set either;
    Set only_a;
    std::ranges::set_intersection(in_a, in_b, std::inserter(both, both.end()));
    std::ranges::set_union(in_a, in_b, std::inserter(either, either.end()));
    std::ranges::set_difference(in_a, in_b, std::inserter(only_a, only_a.end()));
    const auto list = [](const Set& set) { return std::vector(set.begin(), set.end()); };

    EXPECT_EQ(members(a & b), list(both));
    EXPECT_EQ(members(a | b), list(either));
    EXPECT_EQ(members(Bits(a).and_not(b)), list(only_a));
    EXPECT_EQ((a | b).count(), either.size());
    EXPECT_EQ(a.intersects(b), !both.empty());
    EXPECT_EQ(a.is_subset(b), only_a.empty());
    EXPECT_TRUE((a & b).is_subset(a));
    EXPECT_EQ(a == b, in_a == in_b);
  }
}

TEST(BitsDeathTest, misuse_ends_the_process) {
  Bits bits(10);
  EXPECT_DEATH(bits.set(10), "within its set");
  EXPECT_DEATH(bits.test(10), "within its set");
  EXPECT_DEATH(bits &= Bits(11), "one size");
  EXPECT_DEATH(bits.is_subset(Bits(9)), "one size");
}

}  // namespace
}  // namespace base
