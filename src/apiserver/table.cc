#include "apiserver/table.h"

#include <fmt/format.h>

namespace apiserver {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kMetaVersion = "meta.k8s.io/v1";

Json definition(const Column& column) {
  bool is_name = column.name == "Name";
  return object{{"name", column.name},
                {"type", column.type},
                {"format", is_name ? "name" : ""},
                {"description", ""},
                {"priority", column.wide ? 1 : 0}};
}

}  // namespace

Json partial_object(const Json& value) {
  return object{{"kind", "PartialObjectMetadata"},
                {"apiVersion", kMetaVersion},
                {"metadata", value.at("metadata")}};
}

TableWriter::TableWriter(const sim::Resource& resource, IncludeObject include)
    : columns_(columns_of(resource)), include_(include) {}

Json TableWriter::write(std::span<const sim::StoredPtr> objects, std::uint64_t version,
                        base::Time now) const {
  array definitions;
  for (const Column& column : columns_) {
    definitions.push_back(definition(column));
  }
  array rows;
  for (const sim::StoredPtr& stored : objects) {
    array cells;
    for (const Column& column : columns_) {
      cells.push_back(column.cell(stored->json, now));
    }
    Json carried;
    if (include_ == IncludeObject::object) carried = stored->json;
    if (include_ == IncludeObject::metadata) carried = partial_object(stored->json);
    rows.push_back(object{{"cells", std::move(cells)}, {"object", std::move(carried)}});
  }
  return object{{"kind", "Table"},
                {"apiVersion", kMetaVersion},
                {"metadata", object{{"resourceVersion", fmt::to_string(version)}}},
                {"columnDefinitions", std::move(definitions)},
                {"rows", std::move(rows)}};
}

}  // namespace apiserver
