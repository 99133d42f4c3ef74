// Characters of UTF-8 text, one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace base {

struct Character {
  char32_t code = 0;
  std::size_t size = 0;  // in bytes, 1 to 4

  bool operator==(const Character&) const = default;
};

// The character that begins at `at`, or nullopt if the bytes there are not UTF-8 (cut short,
// longer than needed, a surrogate, or beyond U+10FFFF). Requires: at < text.size().
constexpr std::optional<Character> character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) return std::nullopt;
  char32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3fU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[size] || surrogate || code > 0x10ffff) return std::nullopt;
  return Character{code, size};
}

}  // namespace base
