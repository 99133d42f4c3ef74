#include "engine/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <utility>

namespace engine {

namespace {

template <class T>
void sort_unique(std::vector<T>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

Selector::Selector(const std::optional<model::LabelSelector>& selector, const model::Labels& more) {
  is_absent_ = !selector.has_value();
  if (selector) {
    for (const auto& [key, value] : selector->matchLabels) {
      expressions_.push_back({key, "In", {value}});
    }
    for (const auto& expression : selector->matchExpressions) {
      expressions_.push_back({expression.key, expression.operator_, expression.values});
      sort_unique(expressions_.back().values);
    }
    for (const auto& [key, value] : more) {
      expressions_.push_back({key, "In", {value}});
    }
  }
  sort_unique(expressions_);
  is_valid_ = std::ranges::all_of(expressions_, is_valid);
  text_ = is_absent_ ? "absent" : "";
  for (const Expression& expression : expressions_) {
    text_ += fmt::format("{}|{}|{};", expression.key, expression.operator_,
                         fmt::join(expression.values, "|"));
  }
}

bool Selector::is_valid(const Expression& expression) {
  if (expression.operator_ == "In" || expression.operator_ == "NotIn") {
    return !expression.values.empty();
  }
  return expression.values.empty() &&
         (expression.operator_ == "Exists" || expression.operator_ == "DoesNotExist");
}

bool Selector::matches(const Expression& expression, const model::Labels& labels) {
  auto label = labels.find(expression.key);
  bool is_there = label != labels.end();
  if (expression.operator_ == "Exists") return is_there;
  if (expression.operator_ == "DoesNotExist") return !is_there;
  bool is_listed = is_there && std::ranges::binary_search(expression.values, label->second);
  return expression.operator_ == "In" ? is_listed : !is_listed;
}

bool Selector::matches(const model::Labels& labels) const {
  if (is_absent_ || !is_valid_) return false;
  return std::ranges::all_of(expressions_,
                             [&](const auto& expression) { return matches(expression, labels); });
}

std::optional<std::pair<std::string_view, std::string_view>> Selector::required_label() const {
  if (is_absent_ || !is_valid_) return std::nullopt;
  for (const Expression& expression : expressions_) {
    if (expression.operator_ != "In" || expression.values.size() != 1) continue;
    return std::pair<std::string_view, std::string_view>(expression.key, expression.values.front());
  }
  return std::nullopt;
}

SelectorId Selectors::intern(const std::optional<model::LabelSelector>& selector,
                             const model::Labels& more) {
  if (!selector || !more.empty()) return intern(Selector(selector, more));
  std::size_t hash = selector->matchExpressions.size();
  for (const auto& [key, value] : selector->matchLabels) {
    boost::hash_combine(hash, std::hash<std::string>()(key));
    boost::hash_combine(hash, std::hash<std::string>()(value));
  }
  auto& same_hash = written_[hash];
  for (const auto& [known, id] : same_hash) {
    if (*known == *selector) return id;
  }
  SelectorId id = intern(Selector(selector));
  same_hash.emplace_back(&*selector, id);
  return id;
}

SelectorId Selectors::intern(Selector selector) {
  auto [place, is_new] =
      by_text_.try_emplace(selector.text(), static_cast<SelectorId>(all_.size()));
  if (is_new) all_.push_back(std::move(selector));
  return place->second;
}

}  // namespace engine
