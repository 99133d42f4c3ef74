#include "sim/scenario_toml.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace sim {
namespace {

base::Result<base::Json> to_json(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    boost::json::object object;
    for (const auto& [key, value] : *table) {
      base::Result<base::Json> member = to_json(value);
      if (!member) return member;
      object[std::string_view(key.str())] = std::move(*member);
    }
    return object;
  }
  if (const toml::array* list = node.as_array()) {
    boost::json::array array;
    for (const toml::node& value : *list) {
      base::Result<base::Json> element = to_json(value);
      if (!element) return element;
      array.push_back(std::move(*element));
    }
    return array;
  }
  if (const auto* text = node.as_string()) return base::Json(std::string_view(text->get()));
  if (const auto* number = node.as_integer()) return base::Json(number->get());
  if (const auto* number = node.as_floating_point()) return base::Json(number->get());
  if (const auto* flag = node.as_boolean()) return base::Json(flag->get());
  return base::invalid(
      fmt::format("line {}: dates and times are written as texts", node.source().begin.line));
}

}  // namespace

base::Result<base::Json> parse_toml(std::string_view text) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::source_position& place = parsed.error().source().begin;
    return base::invalid(fmt::format("line {}, column {}: {}", place.line, place.column,
                                     parsed.error().description()));
  }
  return to_json(parsed.table());
}

}  // namespace sim
