#include "model/meta.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace model {
namespace {

TEST(ObjectMeta, finalizers_values_and_controllers_are_found) {
  ObjectMeta metadata;
  metadata.finalizers = {"a", "karpenter.sh/termination"};
  metadata.labels = {{"app", "web"}};
  metadata.ownerReferences = {{"v1", "Node", "n", "1", {}, {}},
                              {"apps/v1", "ReplicaSet", "r", "2", true, {}}};
  EXPECT_TRUE(has_finalizer(metadata, "karpenter.sh/termination"));
  EXPECT_FALSE(has_finalizer(metadata, "b"));
  EXPECT_EQ(value_of(metadata.labels, "app"), "web");
  EXPECT_EQ(value_of(metadata.labels, "absent"), "");
  ASSERT_NE(controller_of(metadata), nullptr);
  EXPECT_EQ(controller_of(metadata)->kind, "ReplicaSet");
  metadata.ownerReferences.pop_back();
  EXPECT_EQ(controller_of(metadata), nullptr);
}

Condition condition(std::string type, std::string status) {
  Condition result;
  result.type = std::move(type);
  result.status = std::move(status);
  return result;
}

TEST(ConditionLists, are_found_by_type) {
  const std::vector<Condition> conditions = {condition("Ready", "True"),
                                             condition("Drifted", "Unknown")};
  EXPECT_TRUE(is_true(conditions, "Ready"));
  EXPECT_FALSE(is_true(conditions, "Drifted"));
  EXPECT_FALSE(is_true(conditions, "Absent"));
  EXPECT_EQ(find_condition(conditions, "Drifted"), &conditions[1]);
  EXPECT_EQ(find_condition(conditions, "Absent"), nullptr);
}

bool matches_one(std::string op, std::vector<std::string> values, const Labels& labels) {
  LabelSelector selector;
  selector.matchExpressions = {{"app", std::move(op), std::move(values)}};
  return matches(selector, labels);
}

TEST(LabelSelector, expressions) {
  const Labels web = {{"app", "web"}};
  const Labels none = {};
  EXPECT_TRUE(matches_one("In", {"api", "web"}, web));
  EXPECT_FALSE(matches_one("In", {"api"}, web));
  EXPECT_FALSE(matches_one("In", {"web"}, none));
  EXPECT_FALSE(matches_one("NotIn", {"web"}, web));
  EXPECT_TRUE(matches_one("NotIn", {"api"}, web));
  EXPECT_TRUE(matches_one("NotIn", {"web"}, none)) << "an absent label is not in the list";
  EXPECT_TRUE(matches_one("Exists", {}, web));
  EXPECT_FALSE(matches_one("Exists", {}, none));
  EXPECT_FALSE(matches_one("DoesNotExist", {}, web));
  EXPECT_TRUE(matches_one("DoesNotExist", {}, none));
  EXPECT_FALSE(matches_one("Near", {"web"}, web)) << "no such operator";
}

TEST(LabelSelector, all_parts_must_match_and_an_empty_one_matches_everything) {
  EXPECT_TRUE(matches(LabelSelector(), {{"app", "web"}}));
  EXPECT_TRUE(matches(LabelSelector(), {}));
  LabelSelector selector;
  selector.matchLabels = {{"app", "web"}, {"tier", "front"}};
  selector.matchExpressions = {{"canary", "DoesNotExist", {}}};
  EXPECT_TRUE(matches(selector, {{"app", "web"}, {"tier", "front"}, {"more", "x"}}));
  EXPECT_FALSE(matches(selector, {{"app", "web"}}));
  EXPECT_FALSE(matches(selector, {{"app", "web"}, {"tier", "front"}, {"canary", "1"}}));
}

}  // namespace
}  // namespace model
