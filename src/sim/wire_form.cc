#include "sim/wire_form.h"

#include "base/check.h"

namespace sim {

WireForm::WireForm(base::Json value, std::shared_ptr<OpenForms> forms)
    : form_(std::make_shared<Form>()), forms_(std::move(forms)) {
  form_->value = std::make_unique<const base::Json>(std::move(value));
  forms_->open_.push_back(form_);
}

const base::Json& WireForm::open() const {
  if (form_->value == nullptr) {
    form_->value = std::make_unique<const base::Json>(parsed());
    form_->text = std::string();
    forms_->open_.push_back(form_);
  }
  return *form_->value;
}

std::string WireForm::text() const {
  return form_->value == nullptr ? form_->text : base::print_json(*form_->value);
}

base::Json WireForm::parsed() const {
  base::Result<base::Json> value = base::parse_json(form_->text);
  base::check(value.has_value(), "what was printed as JSON can be read");
  return std::move(*value);
}

void OpenForms::close_surplus() {
  for (; open_.size() > limit_; open_.pop_front()) {
    std::shared_ptr<WireForm::Form> form = open_.front().lock();
    if (form == nullptr || form->value == nullptr) continue;
    form->text = base::print_json(*form->value);
    form->text.shrink_to_fit();
    form->value.reset();
  }
}

}  // namespace sim
