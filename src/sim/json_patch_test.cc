#include "sim/json_patch.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sim {
namespace {

using base::Json;

base::Result<Json> patched(std::string_view value, std::string_view patch) {
  return apply_json_patch(*base::parse_json(value), *base::parse_json(patch));
}

void expect_patched(std::string_view value, std::string_view patch, std::string_view expected) {
  base::Result<Json> result = patched(value, patch);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, *base::parse_json(expected)) << base::print_json(*result);
}

TEST(JsonPatch, adds_removes_and_replaces) {
  expect_patched(R"({"a": {"b/c": 1}})", R"([{"op": "replace", "path": "/a/b~1c", "value": 2}])",
                 R"({"a": {"b/c": 2}})");
  expect_patched(R"({"a": [1, 3]})",
                 R"([{"op": "add", "path": "/a/1", "value": 2},
                     {"op": "add", "path": "/a/-", "value": 4}])",
                 R"({"a": [1, 2, 3, 4]})");
  expect_patched(R"({"a": [1, 2], "b": 3})",
                 R"([{"op": "remove", "path": "/a/0"}, {"op": "remove", "path": "/b"}])",
                 R"({"a": [2]})");
}

TEST(JsonPatch, moves_copies_and_tests) {
  expect_patched(R"({"a": 1})",
                 R"([{"op": "test", "path": "/a", "value": 1},
                     {"op": "copy", "from": "/a", "path": "/b"},
                     {"op": "move", "from": "/a", "path": "/c"}])",
                 R"({"b": 1, "c": 1})");
  EXPECT_EQ(patched(R"({"a": 1})", R"([{"op": "test", "path": "/a", "value": 2}])").error().code,
            base::Code::invalid);
}

TEST(JsonPatch, refuses_what_is_not_there_or_not_understood) {
  EXPECT_FALSE(patched(R"({})", R"([{"op": "remove", "path": "/a"}])"));
  EXPECT_FALSE(patched(R"({"a": [1]})", R"([{"op": "add", "path": "/a/5", "value": 1}])"));
  EXPECT_FALSE(patched(R"({"a": [1]})", R"([{"op": "replace", "path": "/a/01", "value": 1}])"));
  EXPECT_EQ(patched(R"({})", R"([{"op": "melt", "path": ""}])").error().code,
            base::Code::malformed);
  EXPECT_EQ(patched(R"({})", R"({})").error().code, base::Code::malformed);
}

TEST(JsonPatch, does_not_grow_without_bounds) {
  auto is_refused = [](std::string_view value, std::size_t count, std::string_view operation) {
    boost::json::array patch(count, *base::parse_json(operation));
    auto result = apply_json_patch(*base::parse_json(value), Json(std::move(patch)));
    return !result && result.error().code == base::Code::invalid;
  };
  EXPECT_TRUE(is_refused("{}", 200, R"({"op": "copy", "from": "", "path": "/a"})"));
  std::string big = R"({"a": [], "b": ")" + std::string(10'000, 'x') + R"("})";
  EXPECT_TRUE(is_refused(big, 2'000, R"({"op": "copy", "from": "/b", "path": "/a/-"})"));
  EXPECT_TRUE(is_refused("{}", 20'000, R"({"op": "add", "path": "/a", "value": 1})"));
}

}  // namespace
}  // namespace sim
