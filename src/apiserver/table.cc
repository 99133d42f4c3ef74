#include "apiserver/table.h"

#include <utility>

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

object TableWriter::row(const Json& value, base::Time now) const {
  array cells;
  for (const Column& column : columns_) {
    cells.push_back(column.cell(value, now));
  }
  Json carried;
  if (include_ == IncludeObject::object) carried = value;
  if (include_ == IncludeObject::metadata) carried = partial_object(value);
  return {{"cells", std::move(cells)}, {"object", std::move(carried)}};
}

Json TableWriter::write(std::span<const sim::StoredPtr> objects, Json metadata,
                        base::Time now) const {
  array definitions;
  for (const Column& column : columns_) {
    definitions.push_back(definition(column));
  }
  array rows;
  for (const sim::StoredPtr& stored : objects) {
    rows.push_back(stored->json.look([&](const Json& value) { return row(value, now); }));
  }
  return object{{"kind", "Table"},
                {"apiVersion", kMetaVersion},
                {"metadata", std::move(metadata)},
                {"columnDefinitions", std::move(definitions)},
                {"rows", std::move(rows)}};
}

}  // namespace apiserver
