#include "app/version.h"

#include <fmt/format.h>

namespace app {
namespace {

// Whose API, labels and metrics Joiner speaks.
constexpr std::string_view kKarpenterVersion = "1.14.1";

}  // namespace

std::string_view version() { return JOINER_VERSION; }

int print_version(bool as_json) {
  if (as_json) {
    fmt::print("{{\"version\":\"{}\",\"karpenter\":\"{}\"}}\n", version(), kKarpenterVersion);
  } else {
    fmt::print("joiner {} (speaks the API of Karpenter {})\n", version(), kKarpenterVersion);
  }
  return 0;
}

}  // namespace app
