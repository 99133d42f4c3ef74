#include "apiserver/schema.h"

#include <string_view>

namespace apiserver {
namespace {

using base::Json;
using base::Type;
using boost::json::array;
using boost::json::object;

object plain(std::string_view type, std::string_view format = "") {
  object schema{{"type", boost::json::string(type)}};
  if (!format.empty()) schema["format"] = boost::json::string(format);
  return schema;
}

void add_object(const Type& type, object& schemas) {
  if (schemas.contains(type.name)) return;
  schemas[type.name] = nullptr;  // ends the recursion of types that contain themselves
  object properties;
  array required;
  for (const base::Field& field : type.fields) {
    properties[field.name] = schema_of(field.type(), schemas);
    if (field.is_required) required.push_back(Json(boost::json::string(field.name)));
  }
  for (std::string_view name : type.not_kept) {
    properties[name] = object{{"description", "Stored and shown; nothing here acts on it."},
                              {"x-kubernetes-preserve-unknown-fields", true}};
  }
  object schema = plain("object");
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schemas[type.name] = std::move(schema);
}

}  // namespace

Json schema_of(const Type& type, object& schemas) {
  switch (type.kind) {
    case Type::Kind::boolean: return plain("boolean");
    case Type::Kind::int32: return plain("integer", "int32");
    case Type::Kind::int64: return plain("integer", "int64");
    case Type::Kind::string: return plain("string");
    case Type::Kind::json: return object{{"x-kubernetes-preserve-unknown-fields", true}};
    case Type::Kind::scalar: {
      object schema = plain("string");
      schema["description"] = "Takes " + type.name + ".";
      return schema;
    }
    case Type::Kind::list: {
      object schema = plain("array");
      schema["items"] = schema_of(type.element(), schemas);
      return schema;
    }
    case Type::Kind::map: {
      object schema = plain("object");
      schema["additionalProperties"] = schema_of(type.element(), schemas);
      return schema;
    }
    case Type::Kind::optional:
    case Type::Kind::shared: return schema_of(type.element(), schemas);
    case Type::Kind::object: break;
  }
  add_object(type, schemas);
  return object{{"$ref", "#/components/schemas/" + type.name}};
}

}  // namespace apiserver
