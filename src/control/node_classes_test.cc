#include "control/node_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/stage_test.h"
#include "model/hash.h"
#include "support/objects.h"

namespace control {
namespace {

using support::claim;
using support::node_class;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kHash = model::kEC2NodeClassHashAnnotation;
constexpr std::string_view kVersion = model::kEC2NodeClassHashVersionAnnotation;

// "v6 123"
std::string stamp_of(const model::ObjectMeta& metadata) {
  return std::string(model::value_of(metadata.annotations, kVersion)) + " " +
         std::string(model::value_of(metadata.annotations, kHash));
}

struct NodeClassHash : testing::Test {
  const model::EC2NodeClass& shown() const {
    return stage.world.classes().at("default").as<model::EC2NodeClass>();
  }
  std::string stamp() const { return stamp_of(shown().metadata); }
  std::string expected() const { return "v6 " + model::node_class_hash(shown()); }

  Stage stage;
};

TEST_F(NodeClassHash, AWC_210_every_class_carries_hash_and_version) {
  stage.put(node_class("default"));
  stage.carry_out(decide_node_classes(stage.world));
  EXPECT_EQ(stamp(), expected());
  EXPECT_THAT(actions_of(decide_node_classes(stage.world)), IsEmpty())
      << "and nothing is written twice";
}

TEST_F(NodeClassHash, AWC_210_a_change_of_the_class_is_shown) {
  model::EC2NodeClass changed = node_class("default");
  stage.put(model::Object(changed));
  stage.carry_out(decide_node_classes(stage.world));
  const std::string before = stamp();
  changed = shown();
  changed.spec.userData = "another";
  stage.put(model::Object(changed));
  stage.carry_out(decide_node_classes(stage.world));
  EXPECT_NE(stamp(), before);
  EXPECT_EQ(stamp(), expected());
}

TEST_F(NodeClassHash, AWC_211_claims_of_an_older_version_follow_before_their_class) {
  auto with_hash = [](const char* name, const char* version) {
    return claim(name).annotation(kHash, "1").annotation(kVersion, version);
  };
  stage.put(node_class("default").annotation(kVersion, "v5"));
  stage.put(with_hash("old", "v5"));
  stage.put(with_hash("drifted", "v5").condition("Drifted", "True"));
  stage.put(with_hash("new", "v6"));
  model::NodeClaim elsewhere = with_hash("elsewhere", "v5");
  elsewhere.spec.nodeClassRef.name = "other";
  stage.put(model::Object(elsewhere));
  Decision first = decide_node_classes(stage.world);
  EXPECT_THAT(actions_of(first),
              UnorderedElementsAre("patch NodeClaim/old", "patch NodeClaim/drifted"));
  stage.carry_out(first);
  EXPECT_EQ(stamp(), "v5 ") << "not before its claims";
  EXPECT_EQ(stamp_of(stage.claim("old").metadata), expected());
  EXPECT_EQ(stamp_of(stage.claim("drifted").metadata), "v6 1") << "it stays drifted";
  EXPECT_EQ(stamp_of(stage.claim("new").metadata), "v6 1") << "whatever its hash";
  EXPECT_EQ(stamp_of(stage.claim("elsewhere").metadata), "v5 1");
  EXPECT_THAT(actions_of(decide_node_classes(stage.world)),
              ElementsAre("patch EC2NodeClass/default"));
  stage.carry_out(decide_node_classes(stage.world));
  EXPECT_EQ(stamp(), expected());
}

}  // namespace
}  // namespace control
