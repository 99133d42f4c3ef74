#include "app/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "app/cli.h"
#include "app/documents.h"
#include "base/yaml.h"
#include "model/convert.h"

namespace app {
namespace {

std::optional<model::ConvertOptions> options_of(const ConvertCommand& command) {
  model::ConvertOptions options;
  options.node_role = command.node_role;
  options.instance_profile = command.instance_profile;
  options.ignore_defaults = command.ignore_defaults;
  options.ipv6 = command.ipv6;
  options.strict = command.strict;
  options.keep_runtime = command.keep_runtime;
  for (const std::string& tag : command.tags) {
    std::size_t equals = tag.find('=');
    if (equals == std::string::npos || equals == 0) {
      fmt::print(stderr, "joiner: --tags: \"{}\" is not of the form key=value\n", tag);
      return std::nullopt;
    }
    options.extra_tags[tag.substr(0, equals)] = tag.substr(equals + 1);
  }
  return options;
}

void print(const std::vector<base::Json>& objects, bool as_json) {
  if (!as_json) {
    std::string separator;
    for (const base::Json& object : objects) {
      fmt::print("{}{}", separator, base::write_yaml(object));
      separator = "---\n";
    }
    return;
  }
  base::Json all = objects.front();
  if (objects.size() > 1) {
    boost::json::object list{{"apiVersion", "v1"}, {"kind", "List"}};
    list["items"] = boost::json::array(objects.begin(), objects.end());
    all = std::move(list);
  }
  fmt::print("{}\n", base::print_json_pretty(all));
}

}  // namespace

int run_convert(const ConvertCommand& command) {
  std::optional<model::ConvertOptions> options = options_of(command);
  if (!options) return kExitBadInput;
  Sources sources = read_sources(command.file);
  for (const SourceFault& fault : sources.faults) {
    std::string line = fault.line == 0 ? "" : fmt::format(":{}", fault.line);
    fmt::print(stderr, "joiner: {}{}: {}\n", fault.file, line, fault.message);
  }
  std::vector<base::Json> documents;
  for (const SourceObject& object : sources.objects)
    documents.push_back(object.value());
  bool failed = !sources.faults.empty();
  std::vector<base::Json> objects;
  std::vector<model::Conversion> conversions = model::convert_all(documents, *options);
  for (std::size_t index = 0; index < conversions.size(); ++index) {
    model::Conversion& conversion = conversions[index];
    for (const std::string& warning : conversion.warnings)
      fmt::print(stderr, "warning: {}\n", warning);
    const SourceObject& source = sources.objects[index];
    for (const model::Fault& fault : conversion.errors) {
      fmt::print(stderr, "{}:{}: {}: {}: {}\n", source.file(), source.line_of(fault.field),
                 conversion.source, fault.field, fault.message);
    }
    failed = failed || !conversion.errors.empty();
    std::ranges::move(conversion.objects, std::back_inserter(objects));
  }
  if (!objects.empty()) print(objects, command.output == "json");
  if (failed && objects.empty()) fmt::print(stderr, "joiner: nothing was converted\n");
  return failed ? kExitBadInput : kExitDone;
}

}  // namespace app
