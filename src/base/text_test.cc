#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {
namespace {

TEST(Texts, ids_are_dense_in_order_of_first_interning) {
  Texts texts;
  EXPECT_EQ(index_of(texts.intern("zone")), 0U);
  EXPECT_EQ(index_of(texts.intern("arch")), 1U);
  EXPECT_EQ(index_of(texts.intern("zone")), 0U);
  EXPECT_EQ(index_of(texts.intern("")), 2U);
  EXPECT_EQ(texts.size(), 3U);
  EXPECT_EQ(texts.view(texts.intern("arch")), "arch");
  EXPECT_EQ(texts.view(Text{2}), "");
}

TEST(Texts, find_does_not_add) {
  Texts texts;
  EXPECT_EQ(texts.find("zone"), std::nullopt);
  const Text zone = texts.intern("zone");
  EXPECT_EQ(texts.find("zone"), zone);
  EXPECT_EQ(texts.find("zon"), std::nullopt);
  EXPECT_EQ(texts.size(), 1U);
}

TEST(Texts, bytes_are_compared_whole) {
  Texts texts;
  const Text with_null = texts.intern(std::string_view("a\0b", 3));
  EXPECT_NE(texts.intern("a"), with_null);
  EXPECT_EQ(texts.view(with_null), std::string_view("a\0b", 3));
}

TEST(Texts, views_stay_valid_while_the_table_grows_and_moves) {
  Texts texts;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20'000; ++i) {
    views.push_back(texts.view(texts.intern("text-" + std::to_string(i))));
  }
  Texts moved = std::move(texts);
  Texts assigned;
  assigned = std::move(moved);
  for (int i = 0; i < 20'000; ++i) {
    const std::string expected = "text-" + std::to_string(i);
    ASSERT_EQ(views[static_cast<std::size_t>(i)], expected);
    ASSERT_EQ(assigned.find(expected), static_cast<Text>(i));
  }
}

TEST(Texts, tables_are_independent) {
  Texts one;
  Texts other;
  one.intern("a");
  EXPECT_EQ(other.intern("b"), one.intern("a"));
}

TEST(TextsDeathTest, a_foreign_id_ends_the_process) {
  Texts texts;
  texts.intern("a");
  EXPECT_DEATH(texts.view(Text{1}), "looked up in the table that it came from");
}

}  // namespace
}  // namespace base
