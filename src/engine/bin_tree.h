// Bins in the order in which pods try them, so arranged that the first one that might accept a pod
// is found without looking at those that cannot (SCH-360).
//
// A search tree whose nodes also know, of all bins below them, the most room per resource, which
// classes there are, and which rules on hosts close every one of them. A search leaves out whole
// branches by these. It is a treap: its shape follows from the hashes of the bins' numbers, so equal
// runs build equal trees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "engine/topology.h"

namespace engine {

// What is known of a bin without asking it, and of many bins at once.
struct Summary {
  static constexpr std::size_t kColumns = 4;

  std::array<std::int64_t, kColumns> room{};  // the most that any has
  std::uint64_t classes = 0;                  // bits of the classes that any is of
  Topology::HostBits closed{};                // by which rules all are closed
};

// What a pod needs of a bin.
struct Need {
  std::array<std::int64_t, Summary::kColumns> room{};
  std::uint64_t classes = ~std::uint64_t{0};  // not refused yet
  Topology::HostBits closed_by{};             // rules that bind it
};

inline bool might_accept(const Summary& summary, const Need& need) {
  bool has_room = true;
  for (std::size_t column = 0; column < Summary::kColumns; ++column) {
    has_room &= need.room[column] <= summary.room[column];
  }
  std::uint64_t closed = 0;
  for (std::size_t word = 0; word < summary.closed.size(); ++word) {
    closed |= summary.closed[word] & need.closed_by[word];
  }
  return has_room && closed == 0 && (summary.classes & need.classes) != 0;
}

class BinTree {
 public:
  using Key = std::pair<std::uint64_t, std::int64_t>;
  using BinId = std::uint32_t;

  // Adds a bin. Requires: it is not there yet.
  void insert(BinId bin, Key key, const Summary& summary);
  // Takes a bin out. Requires: it is there.
  void erase(BinId bin);

  // Calls accept(bin) for bins that might accept, in order, until it returns true. `need` may
  // become narrower meanwhile.
  template <class Accept>
  bool find(const Need& need, Accept&& accept) const {
    return find_below(root_, need, accept);
  }

 private:
  static constexpr BinId kNone = std::numeric_limits<BinId>::max();

  struct Node {
    Key key;
    BinId left = kNone;
    BinId right = kNone;
    Summary own;
    Summary all;  // its own and all below it
  };

  template <class Accept>
  bool find_below(BinId bin, const Need& need, Accept& accept) const {
    if (bin == kNone) return false;
    const Node& node = nodes_[bin];
    if (!might_accept(node.all, need)) return false;
    return find_below(node.left, need, accept) || (might_accept(node.own, need) && accept(bin)) ||
           find_below(node.right, need, accept);
  }

  static bool is_above(BinId one, BinId other) { return base::mix64(one) > base::mix64(other); }
  void summarise(Node& node) const;
  BinId inserted(BinId root, BinId bin);
  BinId erased(BinId root, BinId bin);
  BinId merged(BinId left, BinId right);
  std::pair<BinId, BinId> split(BinId root, const Key& key);

  BinId root_ = kNone;
  std::vector<Node> nodes_;  // by bin
};

}  // namespace engine
