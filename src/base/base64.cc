#include "base/base64.h"

#include <cstdint>

namespace base {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits = bits << 8 | (index < group.size() ? static_cast<unsigned char>(group[index]) : 0);
    }
    for (std::size_t index = 0; index < 4; ++index) {
      bool is_padding = index > group.size();
      result += is_padding ? '=' : kLetters[bits >> (18 - 6 * index) & 63];
    }
  }
  return result;
}

}  // namespace base
