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

}  // namespace
}  // namespace base
