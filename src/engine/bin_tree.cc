#include "engine/bin_tree.h"

#include <algorithm>

namespace engine {

namespace {

void add(Summary& all, const Summary& more) {
  for (std::size_t column = 0; column < Summary::kColumns; ++column) {
    all.room[column] = std::max(all.room[column], more.room[column]);
  }
  all.classes |= more.classes;
  for (std::size_t word = 0; word < all.closed.size(); ++word) {
    all.closed[word] &= more.closed[word];
  }
}

}  // namespace

void BinTree::summarise(Node& node) const {
  node.all = node.own;
  if (node.left != kNone) add(node.all, nodes_[node.left].all);
  if (node.right != kNone) add(node.all, nodes_[node.right].all);
}

void BinTree::insert(BinId bin, Key key, const Summary& summary) {
  if (bin >= nodes_.size()) nodes_.resize(bin + 1UL);
  nodes_[bin] = {key, kNone, kNone, summary, summary};
  root_ = inserted(root_, bin);
}

void BinTree::erase(BinId bin) { root_ = erased(root_, bin); }

BinTree::BinId BinTree::inserted(BinId root, BinId bin) {
  if (root == kNone) return bin;
  if (is_above(bin, root)) {
    auto [left, right] = split(root, nodes_[bin].key);
    nodes_[bin].left = left;
    nodes_[bin].right = right;
    summarise(nodes_[bin]);
    return bin;
  }
  Node& node = nodes_[root];
  if (nodes_[bin].key < node.key) {
    node.left = inserted(node.left, bin);
  } else {
    node.right = inserted(node.right, bin);
  }
  summarise(node);
  return root;
}

BinTree::BinId BinTree::erased(BinId root, BinId bin) {
  Node& node = nodes_[root];
  if (root == bin) return merged(node.left, node.right);
  if (nodes_[bin].key < node.key) {
    node.left = erased(node.left, bin);
  } else {
    node.right = erased(node.right, bin);
  }
  summarise(node);
  return root;
}

BinTree::BinId BinTree::merged(BinId left, BinId right) {
  if (left == kNone) return right;
  if (right == kNone) return left;
  if (is_above(left, right)) {
    nodes_[left].right = merged(nodes_[left].right, right);
    summarise(nodes_[left]);
    return left;
  }
  nodes_[right].left = merged(left, nodes_[right].left);
  summarise(nodes_[right]);
  return right;
}

std::pair<BinTree::BinId, BinTree::BinId> BinTree::split(BinId root, const Key& key) {
  if (root == kNone) return {kNone, kNone};
  Node& node = nodes_[root];
  if (node.key < key) {
    auto [left, right] = split(node.right, key);
    node.right = left;
    summarise(node);
    return {root, right};
  }
  auto [left, right] = split(node.left, key);
  node.left = right;
  summarise(node);
  return {left, root};
}

}  // namespace engine
