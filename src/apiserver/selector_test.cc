#include "apiserver/selector.h"

#include <gtest/gtest.h>

namespace apiserver {
namespace {

base::Json pod() {
  return *base::parse_json(R"({
    "metadata": {"name": "web-1", "labels": {"app": "web", "a.b/tier": "front", "empty": ""}},
    "spec": {"nodeName": "n1", "hostNetwork": true, "priority": 10},
    "status": {"phase": "Running"}})");
}

bool label(std::string_view text) {
  base::Result<LabelSelector> selector = LabelSelector::parse(text);
  EXPECT_TRUE(selector) << text;
  return selector && selector->matches(pod());
}

bool field(std::string_view text) {
  base::Result<FieldSelector> selector = FieldSelector::parse(text);
  EXPECT_TRUE(selector) << text;
  return selector && selector->matches(pod());
}

TEST(LabelSelector, equality) {
  EXPECT_TRUE(label(""));
  EXPECT_TRUE(label("app=web"));
  EXPECT_TRUE(label("app == web, a.b/tier=front"));
  EXPECT_TRUE(label("empty="));
  EXPECT_FALSE(label("app=we"));
  EXPECT_FALSE(label("app=web,app=db"));
  EXPECT_TRUE(label("app!=db"));
  EXPECT_FALSE(label("app != web"));
  EXPECT_TRUE(label("none!=x"));
  EXPECT_FALSE(label("none="));
}

TEST(LabelSelector, sets) {
  EXPECT_TRUE(label("app in (db, web),a.b/tier in (front)"));
  EXPECT_FALSE(label("app in (db)"));
  EXPECT_TRUE(label("app notin (db)"));
  EXPECT_FALSE(label("app notin (db,web)"));
  EXPECT_TRUE(label("none notin (x)"));
  EXPECT_TRUE(label("app,!none"));
  EXPECT_FALSE(label("!app"));
  EXPECT_FALSE(label("none"));
  EXPECT_TRUE(label("empty in ()"));
}

TEST(LabelSelector, what_is_none_is_refused) {
  for (std::string_view text : {",", "=x", "a=b=c", "a in b", "a in (b", "!a=b", "a b", "a=b,,c"}) {
    base::Result<LabelSelector> selector = LabelSelector::parse(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().code, base::Code::malformed);
  }
}

TEST(FieldSelector, paths) {
  EXPECT_TRUE(field(""));
  EXPECT_TRUE(field("metadata.name=web-1"));
  EXPECT_TRUE(field("spec.nodeName==n1,status.phase!=Succeeded,status.phase!=Failed"));
  EXPECT_FALSE(field("spec.nodeName=n1,status.phase!=Running"));
  EXPECT_TRUE(field("spec.priority=10,spec.hostNetwork=true"));
  EXPECT_TRUE(field("spec.unschedulable=false,spec.none="));
  EXPECT_FALSE(field("spec.none=x"));
  EXPECT_FALSE(field("spec.nodeName="));
}

TEST(FieldSelector, escapes_and_faults) {
  base::Json event = {{"reason", "a,b=c\\"}};
  EXPECT_TRUE(FieldSelector::parse(R"(reason=a\,b\=c\\)")->matches(event));
  for (std::string_view text : {"=x", "a", "a!b", "a=b,"}) {
    EXPECT_FALSE(FieldSelector::parse(text)) << text;
  }
}

}  // namespace
}  // namespace apiserver
