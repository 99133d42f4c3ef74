// Label selectors in one form, so that selectors that say the same are the same (SCH-196, SCH-208).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/meta.h"

namespace engine {

class Selector {
 public:
  // An absent selector selects no pod (SCH-209). `more` are labels that are asked for beside it.
  explicit Selector(const std::optional<model::LabelSelector>& selector,
                    const model::Labels& more = {});

  // An invalid selector matches nothing.
  bool matches(const model::Labels& labels) const;

  bool is_absent() const { return is_absent_; }

  // A label without which nothing matches, if there is one.
  std::optional<std::pair<std::string_view, std::string_view>> required_label() const;

  // Equal for selectors that say the same.
  const std::string& text() const { return text_; }

 private:
  struct Expression {
    std::string key;
    std::string operator_;
    std::vector<std::string> values;  // sorted, without repetition

    auto operator<=>(const Expression&) const = default;
  };

  static bool is_valid(const Expression& expression);
  static bool matches(const Expression& expression, const model::Labels& labels);

  bool is_absent_ = false;
  bool is_valid_ = true;
  std::vector<Expression> expressions_;  // sorted, without repetition
  std::string text_;
};

using SelectorId = std::uint32_t;

class Selectors {
 public:
  // Equal numbers for selectors that say the same. Requires: `selector` outlives this.
  SelectorId intern(const std::optional<model::LabelSelector>& selector,
                    const model::Labels& more = {});
  const Selector& operator[](SelectorId id) const { return all_[id]; }

 private:
  SelectorId intern(Selector selector);

  std::deque<Selector> all_;
  std::map<std::string, SelectorId> by_text_;
  // Those that were met as they were written, so that they need not be brought into form again.
  boost::unordered_flat_map<std::size_t,
                            std::vector<std::pair<const model::LabelSelector*, SelectorId>>>
      written_;
};

}  // namespace engine
