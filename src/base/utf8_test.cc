#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace base {
namespace {

TEST(Utf8, reads_characters_of_each_length) {
  const std::string text = "a\u00e9\u20ac\U0001f600";
  std::vector<char32_t> codes;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    ASSERT_TRUE(character.has_value());
    codes.push_back(character->code);
    at += character->size;
  }
  EXPECT_EQ(codes, (std::vector<char32_t>{'a', 0xe9, 0x20ac, 0x1f600}));
}

TEST(Utf8, borders_of_the_code_space) {
  for (const char32_t code : {U'\u0080', U'\u07ff', U'\u0800', U'\ud7ff', U'\ue000', U'\uffff',
                              U'\U00010000', U'\U0010ffff'}) {
    std::string bytes;
    if (code < 0x800) {
      bytes = {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
    } else if (code < 0x10000) {
      bytes = {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
               static_cast<char>(0x80 | (code & 0x3f))};
    } else {
      bytes = {
          static_cast<char>(0xf0 | (code >> 18)), static_cast<char>(0x80 | (code >> 12 & 0x3f)),
          static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
    }
    const auto character = character_at(bytes, 0);
    ASSERT_TRUE(character.has_value()) << static_cast<unsigned>(code);
    EXPECT_EQ(character->code, code);
    EXPECT_EQ(character->size, bytes.size());
  }
}

TEST(Utf8, refuses_what_is_not_UTF_8) {
  for (const std::string_view bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3\x28", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xff"}) {
    EXPECT_EQ(character_at(bytes, 0), std::nullopt);
  }
}

}  // namespace
}  // namespace base
