#include "engine/bin_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace engine {
namespace {

Summary summary(std::int64_t room, unsigned bin_class = 0) {
  Summary made;
  made.room = {room, room, room, room};
  made.classes = std::uint64_t{1} << bin_class;
  return made;
}

Need need(std::int64_t room) {
  Need made;
  made.room = {room, 0, 0, 0};
  return made;
}

// The bins that a search visits, in order.
std::vector<BinTree::BinId> visited(const BinTree& tree, const Need& wanted) {
  std::vector<BinTree::BinId> bins;
  tree.find(wanted, [&](BinTree::BinId bin) {
    bins.push_back(bin);
    return false;
  });
  return bins;
}

TEST(BinTree, bins_come_in_the_order_of_their_keys) {
  BinTree tree;
  tree.insert(0, {2, 5}, summary(1));
  tree.insert(1, {1, 9}, summary(1));
  tree.insert(2, {2, -3}, summary(1));
  EXPECT_EQ(visited(tree, need(1)), (std::vector<BinTree::BinId>{1, 2, 0}));
  tree.erase(1);
  EXPECT_EQ(visited(tree, need(1)), (std::vector<BinTree::BinId>{2, 0}));
}

TEST(BinTree, a_search_ends_with_the_first_that_accepts) {
  BinTree tree;
  for (BinTree::BinId bin = 0; bin < 9; ++bin)
    tree.insert(bin, {bin, 0}, summary(bin));
  int asked = 0;
  EXPECT_TRUE(tree.find(need(5), [&](BinTree::BinId bin) {
    ++asked;
    return bin == 6;
  }));
  EXPECT_EQ(asked, 2);  // 5 and 6: the others have too little room
}

TEST(BinTree, classes_that_are_refused_meanwhile_are_left_out) {
  BinTree tree;
  for (BinTree::BinId bin = 0; bin < 100; ++bin)
    tree.insert(bin, {bin, 0}, summary(1, bin % 2));
  Need wanted = need(1);
  std::vector<BinTree::BinId> bins;
  tree.find(wanted, [&](BinTree::BinId bin) {
    bins.push_back(bin);
    if (bin % 2 == 0) wanted.classes &= ~std::uint64_t{1};
    return bin == 3;
  });
  EXPECT_EQ(bins, (std::vector<BinTree::BinId>{0, 1, 3}));
}

TEST(BinTree, a_rule_closes_bins_but_not_those_that_it_does_not_bind) {
  BinTree tree;
  Summary closed = summary(1);
  closed.closed[1] = 4;
  tree.insert(0, {0, 0}, closed);
  tree.insert(1, {1, 0}, summary(1));
  Need bound = need(1);
  bound.closed_by[1] = 4;
  EXPECT_EQ(visited(tree, bound), (std::vector<BinTree::BinId>{1}));
  EXPECT_EQ(visited(tree, need(1)), (std::vector<BinTree::BinId>{0, 1}));
}

// Whatever is added, moved and taken out, the tree is a sorted list with a filter.
TEST(BinTree, random_operations_agree_with_a_sorted_map) {
  base::Random random(7);
  BinTree tree;
  std::map<BinTree::Key, std::pair<BinTree::BinId, std::int64_t>> list;
  std::map<BinTree::BinId, BinTree::Key> key_of;
  for (int step = 0; step < 3000; ++step) {
    auto bin = static_cast<BinTree::BinId>(random.below(60));
    if (auto old = key_of.find(bin); old != key_of.end()) {
      tree.erase(bin);
      list.erase(old->second);
      key_of.erase(old);
    }
    if (random.below(4) != 0) {
      BinTree::Key key{random.below(5), step};
      auto room = static_cast<std::int64_t>(random.below(10));
      tree.insert(bin, key, summary(room));
      list[key] = {bin, room};
      key_of[bin] = key;
    }
    auto wanted = static_cast<std::int64_t>(random.below(10));
    std::vector<BinTree::BinId> expected;
    for (const auto& [key, entry] : list) {
      if (entry.second >= wanted) expected.push_back(entry.first);
    }
    ASSERT_EQ(visited(tree, need(wanted)), expected) << "step " << step;
  }
}

}  // namespace
}  // namespace engine
