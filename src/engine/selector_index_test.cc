#include "engine/selector_index.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

using Numbers = std::vector<std::size_t>;

Selector selecting(model::Labels labels) {
  model::LabelSelector selector;
  selector.matchLabels = std::move(labels);
  return Selector(selector);
}

model::Labels labels(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  model::Labels made;
  for (auto [key, value] : pairs)
    made[key] = value;
  return made;
}

TEST(SelectorIndex, SCH_361_only_selectors_that_might_match_are_asked) {
  SelectorIndex index;
  model::LabelSelector exists;
  exists.matchExpressions.push_back({"app", "Exists", {}});
  index.add(0, selecting(labels({{"app", "web"}})));
  index.add(1, selecting(labels({{"app", "db"}})));
  index.add(2, Selector(exists));
  index.add(3, selecting(labels({{"app", "web"}, {"tier", "front"}})));
  index.add(4, selecting({}));
  index.add(5, Selector(std::nullopt));
  EXPECT_EQ(index.candidates(labels({{"app", "web"}}), 0), (Numbers{0, 2, 3, 4, 5}));
  EXPECT_EQ(index.candidates(labels({{"app", "db"}, {"tier", "front"}}), 0), (Numbers{1, 2, 4, 5}));
  EXPECT_EQ(index.candidates({}, 0), (Numbers{2, 4, 5}));
  EXPECT_EQ(index.candidates(labels({{"app", "web"}}), 3), (Numbers{3, 4, 5}));
}

}  // namespace
}  // namespace engine
