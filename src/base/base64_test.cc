#include "base/base64.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Base64, pads_to_groups_of_four) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("a"), "YQ==");
  EXPECT_EQ(base64("ab"), "YWI=");
  EXPECT_EQ(base64("abc"), "YWJj");
  EXPECT_EQ(base64("abcd"), "YWJjZA==");
}

TEST(Base64, takes_all_bytes) { EXPECT_EQ(base64(std::string_view("\xff\xfe\0", 3)), "//4A"); }

TEST(Base64, reads_back_what_it_writes_and_refuses_the_rest) {
  for (const char* text : {"", "a", "ab", "abc", "abcd", "any carnal pleas"}) {
    EXPECT_EQ(from_base64(base64(text)).value(), text);
  }
  EXPECT_EQ(from_base64(" YW\nJj ").value(), "abc");
  for (const char* text : {"a=bc", "abc", "ab!c", "=abc"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace base
