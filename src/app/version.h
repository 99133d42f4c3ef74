// The version of this program.
#pragma once

#include <string_view>

namespace app {

std::string_view version();

// Prints it, with the version of Karpenter's API that is spoken.
int print_version(bool as_json);

}  // namespace app
