#include "base/base64.h"

#include <cstdint>

namespace base {

namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
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

Result<std::string> from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int digits = 0;
  int padding = 0;
  for (char character : text) {
    if (character == ' ' || character == '\n' || character == '\r' || character == '\t') continue;
    std::size_t value = kLetters.find(character);
    bool is_padding = character == '=' && digits >= 2;
    if ((value == std::string_view::npos && !is_padding) || (padding > 0 && !is_padding)) {
      return invalid("this is not base64");
    }
    bits = bits << 6 | static_cast<std::uint32_t>(is_padding ? 0 : value);
    padding += is_padding ? 1 : 0;
    if (++digits < 4) continue;
    for (int i = 0; i < 3 - padding; ++i)
      bytes += static_cast<char>(bits >> (16 - 8 * i) & 255U);
    digits = 0;
    bits = 0;
  }
  if (digits != 0) return invalid("this base64 ends early");
  return bytes;
}

}  // namespace base
