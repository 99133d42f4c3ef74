#include "model/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

#include "base/scan.h"
#include "model/labels.h"

namespace model {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

// The order is that of the enumeration.
constexpr std::array<std::string_view, 8> kOperatorNames = {"In", "NotIn", "Exists", "DoesNotExist",
                                                            "Gt", "Lt",    "Gte",    "Lte"};

// A leading '+' and leading zeros are fine here.
std::optional<std::int64_t> integer_of(std::string_view text) {
  if (text.starts_with("+-")) return std::nullopt;
  base::take(text, '+');
  return base::to_integer<std::int64_t>(text);
}

// The larger (or with std::less the smaller) of both; one that is not set loses.
template <class T, class Wins>
std::optional<T> stronger(std::optional<T> a, std::optional<T> b, Wins wins) {
  if (!a || !b) return a ? a : b;
  return wins(*a, *b) ? a : b;
}

bool contains(const std::vector<std::string>& sorted, std::string_view value) {
  auto found = std::ranges::lower_bound(sorted, value);
  return found != sorted.end() && *found == value;
}

}  // namespace

base::Result<Operator> parse_operator(std::string_view name) {
  auto found = std::ranges::find(kOperatorNames, name);
  if (found == kOperatorNames.end()) {
    return base::invalid(fmt::format("unknown operator \"{}\", valid ones are {}", name,
                                     fmt::join(kOperatorNames, ", ")));
  }
  return static_cast<Operator>(found - kOperatorNames.begin());
}

std::string_view to_string(Operator op) { return kOperatorNames[static_cast<std::size_t>(op)]; }

Requirement::Requirement(std::string_view key, Operator op, std::vector<std::string> values,
                         std::optional<std::int32_t> min_values)
    : key_(normalized_label(key)), min_values_(min_values) {
  switch (op) {
    case Operator::In:
    case Operator::NotIn:
      complement_ = op == Operator::NotIn;
      values_ = std::move(values);
      std::ranges::sort(values_);
      values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
      return;
    case Operator::Exists: complement_ = true; return;
    case Operator::DoesNotExist: return;
    case Operator::Gt:
    case Operator::Lt:
    case Operator::Gte:
    case Operator::Lte: set_bound(op, values.empty() ? std::string_view() : values.front()); return;
  }
}

void Requirement::set_bound(Operator op, std::string_view value) {
  std::optional<std::int64_t> bound = integer_of(value);
  bool is_impossible = !bound || (op == Operator::Gt && *bound == kLargest) ||
                       (op == Operator::Lt && *bound == kSmallest);
  if (is_impossible) {
    min_values_ = std::nullopt;
    return;
  }
  complement_ = true;
  if (op == Operator::Gt) gte_ = *bound + 1;
  if (op == Operator::Gte) gte_ = *bound;
  if (op == Operator::Lt) lte_ = *bound - 1;
  if (op == Operator::Lte) lte_ = *bound;
}

Operator Requirement::op() const {
  if (complement_) return values_.empty() ? Operator::Exists : Operator::NotIn;
  return values_.empty() ? Operator::DoesNotExist : Operator::In;
}

std::int64_t Requirement::length() const {
  auto count = static_cast<std::int64_t>(values_.size());
  return complement_ ? kLargest - count : count;
}

bool Requirement::within_bounds(std::string_view value) const {
  if (!gte_ && !lte_) return true;
  std::optional<std::int64_t> number = integer_of(value);
  return number && (!gte_ || *number >= *gte_) && (!lte_ || *number <= *lte_);
}

bool Requirement::has(std::string_view value) const {
  return contains(values_, value) != complement_ && within_bounds(value);
}

Requirement Requirement::intersection(const Requirement& other) const {
  Requirement result;
  result.key_ = key_;
  result.min_values_ = stronger(min_values_, other.min_values_, std::greater<>());
  result.gte_ = stronger(gte_, other.gte_, std::greater<>());
  result.lte_ = stronger(lte_, other.lte_, std::less<>());
  if (result.gte_ && result.lte_ && *result.gte_ > *result.lte_) {
    result.gte_ = result.lte_ = std::nullopt;
    return result;
  }
  result.complement_ = complement_ && other.complement_;
  auto out = std::back_inserter(result.values_);
  if (result.complement_) {
    std::ranges::set_union(values_, other.values_, out);
  } else if (complement_) {
    std::ranges::set_difference(other.values_, values_, out);
  } else if (other.complement_) {
    std::ranges::set_difference(values_, other.values_, out);
  } else {
    std::ranges::set_intersection(values_, other.values_, out);
  }
  std::erase_if(result.values_,
                [&](const std::string& value) { return !result.within_bounds(value); });
  if (!result.complement_) result.gte_ = result.lte_ = std::nullopt;
  return result;
}

bool Requirement::overlaps(const Requirement& other) const {
  std::optional<std::int64_t> gte = stronger(gte_, other.gte_, std::greater<>());
  std::optional<std::int64_t> lte = stronger(lte_, other.lte_, std::less<>());
  if (gte && lte && *gte > *lte) return false;
  if (complement_ && other.complement_) return true;
  // A concrete requirement has no bounds, so having the value on both sides is all there is to ask.
  const Requirement& listed = complement_ ? other : *this;
  const Requirement& asked = complement_ ? *this : other;
  return std::ranges::any_of(listed.values_,
                             [&](const std::string& value) { return asked.has(value); });
}

std::string Requirement::any_value() const {
  if (!complement_) return values_.empty() ? std::string() : values_.front();
  // A label value cannot start with a minus sign.
  std::int64_t candidate = std::max<std::int64_t>(gte_.value_or(0), 0);
  const std::int64_t last = lte_.value_or(kLargest);
  for (; candidate <= last; ++candidate) {
    std::string text = fmt::to_string(candidate);
    if (!contains(values_, text)) return text;
    if (candidate == last) break;  // the next one might not be a number
  }
  return {};
}

std::string Requirement::to_string() const {
  constexpr std::size_t kShown = 5;
  std::string text = fmt::format("{} {}", key_, model::to_string(op()));
  if (!values_.empty()) {
    std::span<const std::string> shown = std::span(values_).first(std::min(values_.size(), kShown));
    text += fmt::format(" [{}", fmt::join(shown, " "));
    if (values_.size() > kShown) text += fmt::format(" and {} others", values_.size() - kShown);
    text += ']';
  }
  if (gte_) text += fmt::format(" >={}", *gte_);
  if (lte_) text += fmt::format(" <={}", *lte_);
  if (min_values_) text += fmt::format(" minValues {}", *min_values_);
  return text;
}

}  // namespace model
