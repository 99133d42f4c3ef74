// What form a client wants its answer in (Accept) and what form its body has (Content-Type).
// Answers are always JSON; most clients take it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace apiserver {

enum class Form {
  object,   // the object itself, or the list
  table,    // meta.k8s.io/v1 Table
  partial,  // only metadata
};

// The first of the accepted forms that is served; nullopt if there is none. Forms that carry
// another "as" or "g" (aggregated discovery) are passed over.
std::optional<Form> accepted_form(std::string_view accept);

// The media type in lower case, without parameters: "application/json".
std::string media_type(std::string_view content_type);

}  // namespace apiserver
