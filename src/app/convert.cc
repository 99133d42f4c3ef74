#include "app/convert.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "app/cli.h"
#include "app/manifests.h"
#include "base/yaml.h"
#include "model/convert.h"

namespace app {
namespace {

// "spec.requirements[3].key" as the JSON pointer "/spec/requirements/3/key".
std::string pointer_of(std::string_view field) {
  std::string pointer = field.empty() ? "" : "/";
  for (char letter : field) {
    if (letter == '.' || letter == '[') {
      pointer += '/';
    } else if (letter != ']') {
      pointer += letter;
    }
  }
  return pointer;
}

void print_errors(const std::string& file, const base::YamlDocument& document,
                  const model::Conversion& conversion) {
  for (const model::Fault& fault : conversion.errors) {
    fmt::print(stderr, "{}:{}: {}: {}: {}\n", file, document.line_of(pointer_of(fault.field)),
               conversion.source, fault.field, fault.message);
  }
}

}  // namespace

int run_convert(const ConvertCommand& command) {
  base::Result<std::string> text = read_file(command.file);
  if (!text) {
    fmt::print(stderr, "joiner: {}\n", text.error().message);
    return kExitBadInput;
  }
  base::Result<std::vector<base::YamlDocument>> documents = base::read_yaml(*text);
  if (!documents) {
    fmt::print(stderr, "joiner: {}: {}\n", command.file, documents.error().message);
    return kExitBadInput;
  }
  model::ConvertOptions options;
  options.node_role = command.node_role;
  options.instance_profile = command.instance_profile;
  std::string output;
  bool failed = false;
  for (const base::YamlDocument& document : *documents) {
    model::Conversion conversion = model::convert(document.value, options);
    for (const std::string& warning : conversion.warnings) {
      fmt::print(stderr, "warning: {}\n", warning);
    }
    print_errors(command.file, document, conversion);
    failed = failed || !conversion.errors.empty();
    for (const base::Json& object : conversion.objects) {
      output += (output.empty() ? "" : "---\n") + base::write_yaml(object);
    }
  }
  if (failed) {
    fmt::print(stderr, "joiner: nothing was converted\n");
    return kExitBadInput;
  }
  fmt::print("{}", output);
  return kExitDone;
}

}  // namespace app
