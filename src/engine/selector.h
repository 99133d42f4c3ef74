// Label selectors in one form, so that selectors that say the same compare equal (SCH-196, SCH-208).
#pragma once

#include <optional>
#include <string>
#include <string_view>
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

  // Equal for selectors that say the same.
  const std::string& text() const { return text_; }

  // The label keys that it looks at.
  std::vector<std::string> keys() const;

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

}  // namespace engine
