#include "engine/selector.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

model::LabelSelector of(model::Labels labels,
                        std::vector<model::LabelSelectorRequirement> expressions = {}) {
  return {std::move(labels), std::move(expressions)};
}

TEST(Selector, SCH_196_what_says_the_same_is_the_same) {
  Selector by_label(of({{"app", "web"}}));
  EXPECT_EQ(by_label.text(), Selector(of({}, {{"app", "In", {"web", "web"}}})).text());
  EXPECT_EQ(by_label.text(), Selector(of({{"app", "web"}}, {{"app", "In", {"web"}}})).text());
  EXPECT_NE(by_label.text(), Selector(of({{"app", "other"}})).text());
  EXPECT_NE(Selector(of({})).text(), Selector(std::nullopt).text());
}

TEST(Selector, SCH_208_labels_that_are_added) {
  Selector selector(of({{"app", "web"}}), {{"revision", "2"}});
  EXPECT_TRUE(selector.matches({{"app", "web"}, {"revision", "2"}}));
  EXPECT_FALSE(selector.matches({{"app", "web"}, {"revision", "1"}}));
  // The API server may have put them there already.
  EXPECT_EQ(
      selector.text(),
      Selector(of({{"app", "web"}}, {{"revision", "In", {"2"}}}), {{"revision", "2"}}).text());
}

TEST(Selector, SCH_209_empty_absent_and_invalid) {
  EXPECT_TRUE(Selector(of({})).matches({{"any", "thing"}}));
  EXPECT_FALSE(Selector(std::nullopt).matches({{"any", "thing"}}));
  EXPECT_FALSE(Selector(of({}, {{"app", "In", {}}})).matches({{"app", ""}}));
  EXPECT_FALSE(Selector(of({}, {{"app", "NotIn", {}}})).matches({}));
  EXPECT_FALSE(Selector(of({}, {{"app", "Resembles", {"web"}}})).matches({{"app", "web"}}));
}

TEST(Selector, operators) {
  EXPECT_TRUE(Selector(of({}, {{"app", "Exists", {}}})).matches({{"app", ""}}));
  EXPECT_FALSE(Selector(of({}, {{"app", "DoesNotExist", {}}})).matches({{"app", ""}}));
  EXPECT_TRUE(Selector(of({}, {{"app", "NotIn", {"web"}}})).matches({}));
  EXPECT_FALSE(Selector(of({}, {{"app", "NotIn", {"web"}}})).matches({{"app", "web"}}));
}

}  // namespace
}  // namespace engine
