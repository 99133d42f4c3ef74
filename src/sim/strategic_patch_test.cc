#include "sim/strategic_patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace sim {
namespace {

using base::Json;

Json parsed(std::string_view text) {
  base::Result<Json> value = base::parse_json(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : Json();
}

void expect_patched(std::string_view target, std::string_view patch, std::string_view expected) {
  Json value = parsed(target);
  base::Result<void> applied = apply_strategic_patch(value, parsed(patch));
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(value, parsed(expected)) << base::print_json(value);
}

// The patches below are what kubectl sends.

TEST(StrategicPatch, set_resources_changes_one_container_of_two) {
  expect_patched(
      R"({"spec": {"template": {"spec": {"containers": [
           {"name": "app", "image": "a", "resources": {"limits": {"cpu": "1"}}},
           {"name": "log", "image": "b"}]}}}})",
      R"({"spec": {"template": {"spec": {
           "$setElementOrder/containers": [{"name": "app"}, {"name": "log"}],
           "containers": [{"name": "log", "resources": {"requests": {"cpu": "100m"}}}]}}}})",
      R"({"spec": {"template": {"spec": {"containers": [
           {"name": "app", "image": "a", "resources": {"limits": {"cpu": "1"}}},
           {"name": "log", "image": "b", "resources": {"requests": {"cpu": "100m"}}}]}}}})");
}

TEST(StrategicPatch, cordon_and_uncordon) {
  expect_patched(R"({"spec": {"providerID": "p"}})", R"({"spec": {"unschedulable": true}})",
                 R"({"spec": {"providerID": "p", "unschedulable": true}})");
  expect_patched(R"({"spec": {"providerID": "p", "unschedulable": true}})",
                 R"({"spec": {"unschedulable": null}})", R"({"spec": {"providerID": "p"}})");
}

TEST(StrategicPatch, taints_are_replaced_whole) {
  expect_patched(
      R"({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"},
                              {"key": "b", "effect": "NoExecute"}]}})",
      R"({"spec": {"taints": [{"key": "b", "effect": "NoExecute"}]}})",
      R"({"spec": {"taints": [{"key": "b", "effect": "NoExecute"}]}})");
}

TEST(StrategicPatch, a_container_is_deleted_by_its_name) {
  expect_patched(R"({"containers": [{"name": "a"}, {"name": "b"}]})",
                 R"({"$setElementOrder/containers": [{"name": "b"}],
          "containers": [{"$patch": "delete", "name": "a"}]})",
                 R"({"containers": [{"name": "b"}]})");
}

TEST(StrategicPatch, the_order_is_as_asked_and_others_keep_their_place) {
  expect_patched(R"({"containers": [{"name": "a"}, {"name": "mesh"}, {"name": "b"}]})",
                 R"({"$setElementOrder/containers": [{"name": "new"}, {"name": "b"}, {"name": "a"}],
          "containers": [{"name": "new", "image": "n"}]})",
                 R"({"containers": [{"name": "new", "image": "n"}, {"name": "mesh"}, {"name": "b"},
                         {"name": "a"}]})");
}

TEST(StrategicPatch, ports_of_containers_and_of_services_have_different_keys) {
  expect_patched(R"({"ports": [{"containerPort": 80, "name": "http"}]})",
                 R"({"ports": [{"containerPort": 80, "name": "web"}, {"containerPort": 81}]})",
                 R"({"ports": [{"containerPort": 80, "name": "web"}, {"containerPort": 81}]})");
  expect_patched(R"({"ports": [{"port": 80, "targetPort": 8080}]})",
                 R"({"ports": [{"port": 80, "targetPort": 9090}]})",
                 R"({"ports": [{"port": 80, "targetPort": 9090}]})");
}

TEST(StrategicPatch, finalizers_are_a_set) {
  expect_patched(R"({"metadata": {"finalizers": ["a", "b"]}})",
                 R"({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"],
                                  "$setElementOrder/finalizers": ["c", "b"],
                                  "finalizers": ["c"]}})",
                 R"({"metadata": {"finalizers": ["c", "b"]}})");
}

TEST(StrategicPatch, conditions_are_merged_by_type) {
  expect_patched(
      R"({"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "r"}]}})",
      R"({"status": {"conditions": [{"type": "Ready", "status": "True"},
                                    {"type": "Available", "status": "True"}]}})",
      R"({"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "r"},
                                    {"type": "Available", "status": "True"}]}})");
}

TEST(StrategicPatch, directives_replace_and_retain) {
  expect_patched(R"({"spec": {"selector": {"a": "1", "b": "2"}}})",
                 R"({"spec": {"selector": {"$patch": "replace", "c": "3"}}})",
                 R"({"spec": {"selector": {"c": "3"}}})");
  expect_patched(R"({"containers": [{"name": "a"}, {"name": "b"}]})",
                 R"({"containers": [{"name": "c"}, {"$patch": "replace"}]})",
                 R"({"containers": [{"name": "c"}]})");
  // What `kubectl apply` sends when a Deployment goes from RollingUpdate to Recreate.
  expect_patched(R"({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}})",
                 R"({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}})",
                 R"({"strategy": {"type": "Recreate"}})");
}

TEST(StrategicPatch, an_element_without_its_key_is_refused) {
  Json value = parsed(R"({"containers": []})");
  base::Result<void> applied =
      apply_strategic_patch(value, parsed(R"({"containers": [{"image": "i"}]})"));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, base::Code::malformed);
  EXPECT_THAT(applied.error().message, ::testing::HasSubstr("merge key: name"));
}

}  // namespace
}  // namespace sim
