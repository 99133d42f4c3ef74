// OpenAPI schemas of described structs.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/describe.h"
#include "base/json.h"

namespace apiserver {

// The schema of a type. Objects are referred to; their own schemas are added to `schemas`, by the
// names that the references use.
base::Json schema_of(const base::Type& type, boost::json::object& schemas);

}  // namespace apiserver
