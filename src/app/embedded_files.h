// The manifests of the documents whose walks the demo plays (tests/data/seeds/README.md).
#pragma once

#include <string_view>

namespace app {

// The bytes of src/app/data/<name>; an empty view with data() == nullptr for unknown names.
std::string_view embedded_file(std::string_view name);

}  // namespace app
