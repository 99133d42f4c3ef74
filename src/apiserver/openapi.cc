#include "apiserver/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "apiserver/schema.h"
#include "model/kinds.h"

namespace apiserver {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;
using sim::Resource;

constexpr std::string_view kRoot = "/openapi/v3";

// "api/v1", "apis/apps/v1"
std::string group_path(const Resource& resource) {
  std::string_view root = resource.group.empty() ? "api" : "apis";
  return fmt::format("{}/{}", root, resource.api_version());
}

object kind_of(const Resource& resource) {
  return {{"group", resource.group}, {"version", resource.version}, {"kind", resource.kind}};
}

Json schema_reference(const Resource& resource) {
  return object{{"$ref", "#/components/schemas/" + resource.kind}};
}

object operation(const Resource& resource, std::string_view action, bool is_write) {
  object json{{"application/json", object{{"schema", schema_reference(resource)}}}};
  object ok{{"description", "OK"}, {"content", std::move(json)}};
  object result{{"x-kubernetes-action", boost::json::string(action)},
                {"x-kubernetes-group-version-kind", kind_of(resource)},
                {"responses", object{{"200", std::move(ok)}}}};
  if (is_write) {
    array parameters;
    for (std::string_view name : {"dryRun", "fieldManager", "fieldValidation"}) {
      parameters.push_back(object{{"name", boost::json::string(name)},
                                  {"in", "query"},
                                  {"schema", object{{"type", "string"}}}});
    }
    result["parameters"] = std::move(parameters);
  }
  return result;
}

void add_paths(const Resource& resource, object& paths) {
  std::string_view place = resource.namespaced ? "/namespaces/{namespace}" : "";
  std::string collection = fmt::format("/{}{}/{}", group_path(resource), place, resource.plural);
  paths[collection] = object{{"get", operation(resource, "list", false)},
                             {"post", operation(resource, "post", true)},
                             {"delete", operation(resource, "deletecollection", true)}};
  paths[collection + "/{name}"] = object{{"get", operation(resource, "get", false)},
                                         {"put", operation(resource, "put", true)},
                                         {"patch", operation(resource, "patch", true)},
                                         {"delete", operation(resource, "delete", true)}};
}

void add_schema(const Resource& resource, object& schemas) {
  if (resource.known) {
    schema_of(model::info(*resource.known).type(), schemas);
  } else {
    object schema{{"type", "object"}};
    schema["description"] = "Stored and shown; nothing here acts on it.";
    schema["x-kubernetes-preserve-unknown-fields"] = true;
    schemas[resource.kind] = std::move(schema);
  }
  object& schema = schemas[resource.kind].as_object();
  schema["x-kubernetes-group-version-kind"] = array{kind_of(resource)};
  object& properties = schema.emplace("properties", object{}).first->value().as_object();
  for (std::string_view name : {"apiVersion", "kind"}) {
    properties[name] = object{{"type", "string"}};
  }
  if (!resource.known) properties["metadata"] = object{{"type", "object"}};
}

Json index(const std::vector<Resource>& resources) {
  object paths;
  for (const Resource& resource : resources) {
    std::string path = group_path(resource);
    paths[path] = object{{"serverRelativeURL", fmt::format("{}/{}", kRoot, path)}};
  }
  return object{{"paths", std::move(paths)}};
}

}  // namespace

std::optional<Json> openapi(const std::vector<Resource>& resources, std::string_view path) {
  if (path == kRoot) return index(resources);
  if (!path.starts_with(kRoot) || path.size() <= kRoot.size() + 1) return std::nullopt;
  path.remove_prefix(kRoot.size() + 1);
  object paths;
  object schemas;
  for (const Resource& resource : resources) {
    if (group_path(resource) != path) continue;
    add_paths(resource, paths);
    add_schema(resource, schemas);
  }
  if (paths.empty()) return std::nullopt;
  return object{{"openapi", "3.0.0"},
                {"info", object{{"title", "Joiner"}, {"version", "v1"}}},
                {"paths", std::move(paths)},
                {"components", object{{"schemas", std::move(schemas)}}}};
}

}  // namespace apiserver
