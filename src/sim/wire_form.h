// The wire form of a stored object. Open, it is a tree of values, which takes several times the
// memory of its text; so a store keeps only those open that were written or read last, and the
// others as text. Whoever reads one opens it.
//
// A reference to an open form holds until the store's event loop runs its next turn: nothing but
// OpenForms::close_surplus() closes a form, and that is called at the beginning of a turn.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace sim {

class OpenForms;

class WireForm {
 public:
  WireForm() = default;
  WireForm(base::Json value, std::shared_ptr<OpenForms> forms);

  // Requires for all: the form was made from a value.
  const base::Json& open() const;
  operator const base::Json&() const { return open(); }
  const base::Json& at(std::string_view member) const { return open().at(member); }

  // Compact text, as base::print_json() prints it.
  std::string text() const;

  // Calls `look` with the value, which is there until it returns. A form that is closed stays so.
  template <class Function>
  auto look(Function look) const {
    if (form_->value != nullptr) return look(*form_->value);
    const base::Json value = parsed();
    return look(value);
  }

 private:
  friend class OpenForms;

  // Has a value or a text.
  struct Form {
    std::unique_ptr<const base::Json> value;
    std::string text;
  };

  base::Json parsed() const;

  std::shared_ptr<Form> form_;
  std::shared_ptr<OpenForms> forms_;
};

class OpenForms {
 public:
  // limit: how many stay open beyond a turn.
  explicit OpenForms(std::size_t limit) : limit_(limit) {}

  // Closes those that have been open the longest.
  void close_surplus();

 private:
  friend class WireForm;

  std::size_t limit_;
  std::deque<std::weak_ptr<WireForm::Form>> open_;  // in the order of opening
};

}  // namespace sim
