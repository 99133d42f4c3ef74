// `joiner catalog`: the instance types as Joiner sees them, with what pods get of each and what it
// costs where.
#pragma once

#include <string>

#include "app/machine_types.h"
#include "base/json.h"
#include "model/instance_type.h"

namespace app {

struct CatalogCommand {
  MachineTypesOptions types;
  std::string output = "table";  // table, wide, json
};

// Returns the exit code: 2 if there is no such catalogue.
int run_catalog(const CatalogCommand& command);

// {name, labels, capacity, allocatable, offerings: [{zone, capacityType, pricePerHour, available}]}.
// Labels are those of which the type has one value; resources of which it has none are left out.
base::Json catalog_json(const model::InstanceTypes& types);

// A line for each type, by name; `wide` tells more of it.
std::string catalog_table(const model::InstanceTypes& types, bool wide);

}  // namespace app
