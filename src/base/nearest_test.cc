#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace base {
namespace {

constexpr std::array<std::string_view, 7> kWords = {
    "NotIn", "In", "Exists", "DoesNotExist", "nodeSelector", "nodeClassRef", "nodeClassRefs"};

std::optional<std::string> suggestion(std::string_view word) { return nearest(word, kWords); }

TEST(Nearest, finds_the_word_behind_a_slip) {
  EXPECT_EQ(suggestion("nodeSelectr"), "nodeSelector");
  EXPECT_EQ(suggestion("nodeSSelector"), "nodeSelector");
  EXPECT_EQ(suggestion("nodeSelecotr"), "nodeSelector");
  EXPECT_EQ(suggestion("nodeselector"), "nodeSelector");
  EXPECT_EQ(suggestion("Exist"), "Exists");
  EXPECT_EQ(suggestion("NotExists"), "Exists");
  EXPECT_EQ(suggestion("ni"), "In");
  EXPECT_EQ(suggestion("nodeClassReff"), "nodeClassRef");
}

TEST(Nearest, a_known_word_is_its_own_neighbour) {
  for (const std::string_view word : kWords) {
    EXPECT_EQ(suggestion(word), word);
  }
}

TEST(Nearest, finds_nothing_for_a_different_word) {
  EXPECT_EQ(suggestion("Equal"), std::nullopt);
  EXPECT_EQ(suggestion("Gt"), std::nullopt);
  EXPECT_EQ(suggestion("nodePool"), std::nullopt);
  EXPECT_EQ(suggestion(""), std::nullopt);
  EXPECT_EQ(suggestion("x"), std::nullopt);
  EXPECT_EQ(nearest("x", std::array<std::string_view, 1>{"y"}), std::nullopt);
  EXPECT_EQ(suggestion(std::string(100, 'x')), std::nullopt);
  EXPECT_EQ(nearest("In", {}), std::nullopt);
}

TEST(Nearest, of_equally_near_words_the_first_wins) {
  constexpr std::array<std::string_view, 2> kFirst = {"cat", "bat"};
  constexpr std::array<std::string_view, 2> kSecond = {"bat", "cat"};
  EXPECT_EQ(nearest("rat", kFirst), "cat");
  EXPECT_EQ(nearest("rat", kSecond), "bat");
}

}  // namespace
}  // namespace base
