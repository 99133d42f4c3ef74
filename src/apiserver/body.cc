#include "apiserver/body.h"

#include <fmt/format.h>

#include "apiserver/negotiation.h"
#include "apiserver/protobuf.h"
#include "base/yaml.h"

namespace apiserver {
namespace {

using base::Json;
using base::Result;

std::unexpected<base::Error> unreadable(std::string_view format, const base::Error& error) {
  return base::fail(base::Code::malformed,
                    fmt::format("the body of the request is no {}: {}", format, error.message));
}

Result<Json> read_yaml_body(std::string_view body) {
  Result<std::vector<base::YamlDocument>> documents = base::read_yaml(body);
  if (!documents) return unreadable("YAML", documents.error());
  if (documents->size() > 1) {
    return base::fail(base::Code::malformed, "the body of the request holds several documents");
  }
  return documents->empty() ? Json() : std::move(documents->front().value);
}

}  // namespace

Result<Json> read_body(const net::Request& request) {
  if (request.body.empty()) return Json();
  std::string type = media_type(request.header("content-type").value_or(""));
  if (type == "application/yaml") return read_yaml_body(request.body);
  if (type == "application/vnd.kubernetes.protobuf") return read_protobuf(request.body);
  bool is_json = type.empty() || type == "application/json" || type.ends_with("+json");
  if (!is_json) {
    return base::fail(
        base::Code::unsupported,
        fmt::format("the body of the request was in an unknown format ({}) - accepted media types "
                    "include: application/json, application/yaml, "
                    "application/vnd.kubernetes.protobuf",
                    type));
  }
  Result<Json> value = base::parse_json(request.body);
  if (!value) return unreadable("JSON", value.error());
  return value;
}

}  // namespace apiserver
