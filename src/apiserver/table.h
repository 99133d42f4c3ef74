// Answers in the form that `kubectl get` asks for: a Table of meta.k8s.io/v1, computed here, so
// that kubectl needs to know nothing of the kinds that it shows.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <vector>

#include "apiserver/columns.h"
#include "sim/store.h"

namespace apiserver {

// What a row carries beside its cells.
enum class IncludeObject { none, metadata, object };

// The metadata of an object, as a PartialObjectMetadata.
base::Json partial_object(const base::Json& object);

class TableWriter {
 public:
  TableWriter(const sim::Resource& resource, IncludeObject include);

  // metadata: of the table, as that of a list.
  base::Json write(std::span<const sim::StoredPtr> objects, base::Json metadata,
                   base::Time now) const;

 private:
  boost::json::object row(const base::Json& value, base::Time now) const;

  std::vector<Column> columns_;
  IncludeObject include_;
};

}  // namespace apiserver
