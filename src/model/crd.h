// CustomResourceDefinitions, made from the same field descriptions that read, write and show the objects
// (base/describe.h), and from the table of admission rules in crd_rules.cc: patterns, limits, enumerations, defaults
// and CEL rules. The checks of validate.h are these rules in C++; a test holds both against a real API server.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "model/kinds.h"

namespace model {

// The kinds that Joiner brings, in the order of their CRDs' names.
std::span<const Kind> kinds_with_crds();

// The CustomResourceDefinition of a kind (API-001 to API-009). Requires: it is one of kinds_with_crds().
base::Json crd_of(Kind kind);

// What a place of a schema demands beyond its type. `where` is a described struct's member ("Budget.nodes"),
// a struct itself ("Budget"), or a path below a kind ("NodePool spec.template.spec.requirements"); `schema` is JSON,
// whose members are put into the schema of that place.
struct SchemaRule {
  std::string where;
  std::string schema;
};
std::span<const SchemaRule> schema_rules();

}  // namespace model
