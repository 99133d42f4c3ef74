#include "apiserver/render.h"

#include <fmt/format.h>

namespace apiserver {
namespace {

IncludeObject include_of(const Call& call) {
  std::string_view value = call.parameter("includeObject");
  if (value == "None") return IncludeObject::none;
  return value == "Object" ? IncludeObject::object : IncludeObject::metadata;
}

}  // namespace

Renderer::Renderer(const Call& call, Form form) : resource_(*call.resource), form_(form) {
  if (form == Form::table) table_.emplace(resource_, include_of(call));
}

std::string Renderer::one(const sim::StoredPtr& object, base::Time now) const {
  if (table_) return base::print_json(table_->write({&object, 1}, object->version, now));
  return base::print_json(form_ == Form::partial ? partial_object(object->json) : object->json);
}

std::string Renderer::list(std::span<const sim::StoredPtr> objects, std::uint64_t version,
                           base::Time now) const {
  if (table_) return base::print_json(table_->write(objects, version, now));
  bool is_partial = form_ == Form::partial;
  std::string text = fmt::format(
      R"({{"kind":"{}List","apiVersion":"{}","metadata":{{"resourceVersion":"{}"}},"items":[)",
      is_partial ? "PartialObjectMetadata" : resource_.kind,
      is_partial ? "meta.k8s.io/v1" : resource_.api_version(), version);
  std::string_view separator;
  for (const sim::StoredPtr& object : objects) {
    text += separator;
    text += base::print_json(is_partial ? partial_object(object->json) : object->json);
    separator = ",";
  }
  return text + "]}";
}

}  // namespace apiserver
