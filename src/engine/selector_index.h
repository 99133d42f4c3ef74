// Which of many selectors might match a set of labels, without asking each of them: selectors are
// kept by one label that they insist on. Most workloads select by a label of their own.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/selector.h"

namespace engine {

class SelectorIndex {
 public:
  // Requires: larger than the numbers that were added before.
  void add(std::size_t number, const Selector& selector);

  // The numbers from `first` on of selectors that might match, in ascending order.
  std::vector<std::size_t> candidates(const model::Labels& labels, std::size_t first) const;

  static std::string text_of(std::string_view key, std::string_view value);

 private:
  boost::unordered_flat_map<std::string, std::vector<std::size_t>> by_label_;
  std::vector<std::size_t> others_;
};

}  // namespace engine
