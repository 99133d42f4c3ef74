#include "model/crd.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <string>
#include <vector>

#include "base/check.h"

namespace model {
namespace {

using base::Json;
using base::Type;
using boost::json::array;
using boost::json::object;

// API-018
constexpr std::string_view kQuantity =
    R"(^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$)";
constexpr std::string_view kDuration = "^([0-9]+(s|m|h))+$";                  // API-016
constexpr std::string_view kNillableDuration = "^(([0-9]+(s|m|h))+|Never)$";  // API-014

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return result;
}

object plain(std::string_view type) { return {{"type", type}}; }

object scalar_schema(const Type& type) {
  if (type.name == "a quantity") {
    array forms{plain("integer"), plain("string")};
    return {
        {"anyOf", std::move(forms)}, {"pattern", kQuantity}, {"x-kubernetes-int-or-string", true}};
  }
  if (type.name == "an integer or a string") return {{"x-kubernetes-int-or-string", true}};
  object schema = plain("string");
  if (type.name == "a time") schema["format"] = "date-time";
  if (type.name == "a duration") schema["pattern"] = kDuration;
  if (type.name == "a duration or Never") schema["pattern"] = kNillableDuration;
  return schema;
}

void put_members(object& schema, std::string_view rules) {
  base::Result<Json> read = base::parse_json(rules);
  base::check(read && read->is_object(), "the table of schema rules holds JSON objects");
  for (auto& member : read->as_object()) {
    Json* rule_list = schema.if_contains(member.key());
    bool joins = member.key() == "x-kubernetes-validations" && rule_list != nullptr;
    if (!joins) {
      schema[member.key()] = std::move(member.value());
      continue;
    }
    for (Json& rule : member.value().as_array())
      rule_list->as_array().push_back(std::move(rule));
  }
}

// Builds the schemas of one kind.
class Builder {
 public:
  explicit Builder(const KindInfo& info) : info_(info) {}

  object root() {
    object properties;
    for (std::string_view name : {"apiVersion", "kind"})
      properties[name] = plain("string");
    properties["metadata"] = plain("object");
    for (const base::Field& field : info_.type().fields) {
      if (field.name == "metadata") continue;
      properties[field.name] = schema_of(field.type(), std::string(field.name),
                                         fmt::format("{}.{}", info_.name, field.name));
    }
    object schema = plain("object");
    schema["properties"] = std::move(properties);
    add_rules(schema, info_.type().name, "");
    return schema;
  }

 private:
  // `path` leads here from the object ("spec.template"); `place` is the struct's member that stands here
  // ("NodePoolSpec.template"). Elements of lists and maps have both with "[]" or "{}" behind.
  object schema_of(const Type& type, const std::string& path, const std::string& place) {
    object schema = of_type(type, path, place);
    add_rules(schema, place, path);
    return schema;
  }

  object of_type(const Type& type, const std::string& path, const std::string& place) {
    switch (type.kind) {
      case Type::Kind::boolean: return plain("boolean");
      case Type::Kind::int32: return {{"type", "integer"}, {"format", "int32"}};
      case Type::Kind::int64: return {{"type", "integer"}, {"format", "int64"}};
      case Type::Kind::string: return plain("string");
      case Type::Kind::json:
        return {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
      case Type::Kind::scalar: return scalar_schema(type);
      case Type::Kind::list: {
        object schema = plain("array");
        schema["items"] = schema_of(type.element(), path + "[]", place + "[]");
        return schema;
      }
      case Type::Kind::map: {
        object schema = plain("object");
        schema["additionalProperties"] = schema_of(type.element(), path + "{}", place + "{}");
        return schema;
      }
      case Type::Kind::optional:
      case Type::Kind::shared: return of_type(type.element(), path, place);
      case Type::Kind::object: break;
    }
    object properties;
    for (const base::Field& field : type.fields) {
      properties[field.name] = schema_of(field.type(), fmt::format("{}.{}", path, field.name),
                                         fmt::format("{}.{}", type.name, field.name));
    }
    object schema = plain("object");
    schema["properties"] = std::move(properties);
    add_rules(schema, type.name, "");
    return schema;
  }

  void add_rules(object& schema, std::string_view type_place, std::string_view path) {
    std::string kind_place = fmt::format("{} {}", info_.name, path);
    for (const SchemaRule& rule : schema_rules()) {
      bool is_here = (!type_place.empty() && rule.where == type_place) ||
                     (!path.empty() && rule.where == kind_place);
      if (is_here) put_members(schema, rule.schema);
    }
  }

  const KindInfo& info_;
};

array printer_columns(const KindInfo& info) {
  array columns;
  for (const PrinterColumn& column : info.columns) {
    object made{{"jsonPath", column.path}, {"name", column.name}, {"type", column.type}};
    if (column.wide) made["priority"] = 1;
    columns.push_back(std::move(made));
  }
  return columns;
}

array texts(const std::vector<std::string_view>& list) {
  array result;
  for (std::string_view text : list)
    result.push_back(boost::json::string(text));
  return result;
}

}  // namespace

std::span<const Kind> kinds_with_crds() {
  static constexpr Kind kKinds[] = {Kind::CapacityBuffer, Kind::EC2NodeClass, Kind::KWOKNodeClass,
                                    Kind::NodeClaim,      Kind::NodeOverlay,  Kind::NodePool};
  return kKinds;
}

Json crd_of(Kind kind) {
  const KindInfo& described = info(kind);
  std::string_view name = described.name;
  object names{{"kind", name},
               {"listKind", fmt::format("{}List", name)},
               {"plural", described.plural},
               {"singular", lower(name)}};
  if (!described.categories.empty()) names["categories"] = texts(described.categories);
  if (!described.short_names.empty()) names["shortNames"] = texts(described.short_names);
  object version{{"name", described.version}, {"served", true}, {"storage", true}};
  if (!described.columns.empty()) version["additionalPrinterColumns"] = printer_columns(described);
  version["schema"] = {{"openAPIV3Schema", Builder(described).root()}};
  object subresources;
  if (described.has_status) subresources["status"] = object();
  if (kind == Kind::NodePool) {  // API-009
    subresources["scale"] = {{"specReplicasPath", ".spec.replicas"},
                             {"statusReplicasPath", ".status.nodes"}};
  }
  version["subresources"] = std::move(subresources);
  object spec{{"group", described.group},
              {"names", std::move(names)},
              {"scope", described.namespaced ? "Namespaced" : "Cluster"},
              {"versions", array{std::move(version)}}};
  return object{{"apiVersion", "apiextensions.k8s.io/v1"},
                {"kind", "CustomResourceDefinition"},
                {"metadata", {{"name", fmt::format("{}.{}", described.plural, described.group)}}},
                {"spec", std::move(spec)}};
}

}  // namespace model
