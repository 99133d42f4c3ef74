// Links: base
#include "base/check.h"
#include "base/yaml.h"
#include "support/fuzz_target.h"

// What was read can be written, and reads back as the same.
FUZZ_TARGET(yaml) {
  base::YamlLimits limits;
  limits.bytes = 1 << 16;
  limits.expansion = 10'000;
  auto documents = base::read_yaml(text, limits);
  if (!documents) return;
  for (const base::YamlDocument& document : *documents) {
    base::check(document.line_of("") >= 0, "every document has a line");
    auto again = base::read_yaml(base::write_yaml(document.value));
    base::check(again.has_value(), "what is written can be read");
  }
}
