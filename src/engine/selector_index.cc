#include "engine/selector_index.h"

#include <algorithm>

namespace engine {

std::string SelectorIndex::text_of(std::string_view key, std::string_view value) {
  std::string text(key);
  text += '=';  // no key has one
  text += value;
  return text;
}

void SelectorIndex::add(std::size_t number, const Selector& selector) {
  auto label = selector.required_label();
  auto& list = label ? by_label_[text_of(label->first, label->second)] : others_;
  list.push_back(number);
}

std::vector<std::size_t> SelectorIndex::candidates(const model::Labels& labels,
                                                   std::size_t first) const {
  std::vector<std::size_t> found;
  auto take = [&](const std::vector<std::size_t>& list) {
    found.insert(found.end(), std::ranges::lower_bound(list, first), list.end());
  };
  take(others_);
  for (const auto& [key, value] : labels) {
    auto list = by_label_.find(text_of(key, value));
    if (list != by_label_.end()) take(list->second);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace engine
