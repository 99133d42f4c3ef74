// OpenAPI v3 as far as kubectl needs it: one document a group and version, whose operations carry
// the kind they are for and the query parameter fieldValidation (without which kubectl refuses to
// apply), and whose schemas are the fields of the kinds that Joiner knows, for `kubectl explain`.
//
// PATCH operations name no media types on purpose: kubectl then computes strategic merge patches
// from what it knows of the built-in kinds, and not from schemas without merge keys.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/resources.h"

namespace apiserver {

// The answer for /openapi/v3 and /openapi/v3/GROUP_PATH; nullopt for other paths.
std::optional<base::Json> openapi(const std::vector<sim::Resource>& resources,
                                  std::string_view path);

}  // namespace apiserver
