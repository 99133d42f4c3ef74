// Base64 (RFC 4648, with padding), as the API and kubeconfigs write bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

std::string base64(std::string_view bytes);

// Blanks and line ends are passed over. Error: invalid, for any other character and for text that ends early.
Result<std::string> from_base64(std::string_view text);

}  // namespace base
