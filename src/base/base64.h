// Base64 (RFC 4648, with padding), as the API writes bytes.
#pragma once

#include <string>
#include <string_view>

namespace base {

std::string base64(std::string_view bytes);

}  // namespace base
