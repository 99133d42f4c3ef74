#include "base/hash.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <string>

namespace base {
namespace {

TEST(Hash, values_never_change) {
  EXPECT_EQ(hash64(""), 17665956581633026203ULL);
  EXPECT_EQ(hash64("a"), 198367012849983736ULL);
  EXPECT_EQ(hash64("default/web-0"), 16528692666949124871ULL);
  EXPECT_EQ(hash64(std::string("\0\xff", 2)), 12036976751835366523ULL);
  EXPECT_EQ(hash64("b", hash64("a")), 5761690805720942695ULL);
}

TEST(Hash, chains_depend_on_order_and_division) {
  const auto chain = [](std::string_view first, std::string_view second) {
    return hash64(second, hash64(first));
  };
  EXPECT_NE(chain("a", "b"), chain("b", "a"));
  EXPECT_NE(chain("ab", ""), chain("a", "b"));
  EXPECT_NE(chain("ab", "c"), hash64("abc"));
  EXPECT_NE(chain("", ""), hash64(""));
}

TEST(Hash, similar_texts_differ_in_about_half_of_the_bits) {
  std::set<std::uint64_t> seen;
  int changed_bits = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t hash = hash64("pod-" + std::to_string(i));
    const std::uint64_t next = hash64("pod-" + std::to_string(i + 1));
    seen.insert(hash >> 16);
    changed_bits += std::popcount(hash ^ next);
  }
  EXPECT_EQ(seen.size(), 10'000U);
  EXPECT_NEAR(changed_bits / 10'000.0, 32.0, 0.2);
}

}  // namespace
}  // namespace base
