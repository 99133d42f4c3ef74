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

base::Json to_json(const ListMeta& meta) {
  boost::json::object fields{{"resourceVersion", fmt::to_string(meta.version)}};
  if (!meta.place.empty()) fields["continue"] = meta.place;
  if (meta.remaining) fields["remainingItemCount"] = *meta.remaining;
  return fields;
}

std::string Renderer::one(const sim::StoredPtr& object, base::Time now) const {
  if (table_) {
    ListMeta meta;
    meta.version = object->version;
    return base::print_json(table_->write({&object, 1}, to_json(meta), now));
  }
  return plain(*object);
}

std::string Renderer::plain(const sim::Stored& object) const {
  if (form_ != Form::partial) return object.json.text();
  return object.json.look(
      [](const base::Json& value) { return base::print_json(partial_object(value)); });
}

std::string Renderer::list(std::span<const sim::StoredPtr> objects, const ListMeta& meta,
                           base::Time now) const {
  if (table_) return base::print_json(table_->write(objects, to_json(meta), now));
  bool is_partial = form_ == Form::partial;
  std::string text = fmt::format(R"({{"kind":"{}List","apiVersion":"{}","metadata":{},"items":[)",
                                 is_partial ? "PartialObjectMetadata" : resource_.kind,
                                 is_partial ? "meta.k8s.io/v1" : resource_.api_version(),
                                 base::print_json(to_json(meta)));
  std::string_view separator;
  for (const sim::StoredPtr& object : objects) {
    text += separator;
    text += plain(*object);
    separator = ",";
  }
  return text + "]}";
}

}  // namespace apiserver
