// Links: model base
#include "base/check.h"
#include "base/json.h"
#include "model/kinds.h"
#include "support/fuzz_target.h"

// What was read prints to a text that reads as the same; every kind can be asked to read it.
FUZZ_TARGET(json) {
  base::Result<base::Json> value = base::parse_json(text);
  if (!value) return;
  base::Result<base::Json> again = base::parse_json(base::print_json(*value));
  base::check(again.has_value() && *again == *value, "what is printed reads as the same");
  for (const model::KindInfo& kind : model::kinds()) {
    std::vector<std::string> unknown;
    base::Result<model::Object> object = model::read_object(kind.kind, *value, &unknown);
    if (!object) continue;
    base::check(model::read_object(kind.kind, model::to_json(*object)).has_value(),
                "what is written can be read");
  }
}
