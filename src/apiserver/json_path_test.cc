#include "apiserver/json_path.h"

#include <gtest/gtest.h>

namespace apiserver {
namespace {

std::string at(std::string_view path) {
  static const base::Json kObject = *base::parse_json(R"({
    "metadata": {"labels": {"karpenter.sh/nodepool": "default"}},
    "spec": {"weight": 7, "list": ["a", "b"]},
    "status": {"conditions": [{"type": "Drifted", "status": "False"},
                              {"type": "Ready", "status": "True"}]}})");
  const base::Json* found = find_json_path(kObject, path);
  return found == nullptr ? "nothing" : base::print_json(*found);
}

TEST(JsonPath, finds_what_columns_ask_for) {
  EXPECT_EQ(at(".spec.weight"), "7");
  EXPECT_EQ(at(".metadata.labels.karpenter\\.sh/nodepool"), "\"default\"");
  EXPECT_EQ(at(".status.conditions[?(@.type==\"Ready\")].status"), "\"True\"");
  EXPECT_EQ(at(".status.conditions[?(@.type=='Drifted')].status"), "\"False\"");
  EXPECT_EQ(at(".spec.list[1]"), "\"b\"");
  EXPECT_EQ(at(".status.conditions[*].type"), "\"Drifted\"");
}

TEST(JsonPath, finds_nothing_where_nothing_is) {
  for (std::string_view path :
       {".spec.none", ".spec.weight.deeper", ".status.conditions[?(@.type==\"None\")].status",
        ".spec.list[2]", ".spec.list[x]", "spec", ".spec[", ".spec.list[?(@.a==b)]", ".a\\"}) {
    EXPECT_EQ(at(path), "nothing") << path;
  }
}

}  // namespace
}  // namespace apiserver
