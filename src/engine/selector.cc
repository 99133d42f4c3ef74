#include "engine/selector.h"

#include <fmt/format.h>

#include <algorithm>
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

std::vector<std::string> Selector::keys() const {
  std::vector<std::string> keys;
  for (const Expression& expression : expressions_) {
    keys.push_back(expression.key);
  }
  return keys;
}

}  // namespace engine
