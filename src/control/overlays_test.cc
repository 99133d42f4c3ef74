#include "control/overlays.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using support::kStart;
using support::node_class;
using support::pod;
using support::pool;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Settings with_overlays() {
  Settings settings;
  settings.node_overlay = true;
  return settings;
}

struct OverlayBuilder : support::Builder<OverlayBuilder, model::NodeOverlay> {
  OverlayBuilder& price(const char* text) { return object.spec.price = text, *this; }
  OverlayBuilder& capacity(const char* resource, const char* amount) {
    object.spec.capacity[resource] = support::quantity(amount);
    return *this;
  }
  OverlayBuilder& generation(std::int64_t number) {
    return object.metadata.generation = number, *this;
  }
};

// Of the instance type m5.xlarge.
OverlayBuilder overlay(const char* name) {
  OverlayBuilder made;
  made.object.metadata.name = name;
  made.object.metadata.uid = std::string("uid-") + name;
  made.object.metadata.generation = 1;
  made.object.metadata.creationTimestamp = kStart;
  made.object.spec.requirements.push_back(
      {"node.kubernetes.io/instance-type", "In", {"m5.xlarge"}});
  return made;
}

class NodeOverlays : public testing::Test {
 protected:
  explicit NodeOverlays(Settings settings = with_overlays()) : stage(std::move(settings)) {
    stage.put(node_class("default").ready());
    stage.put(pool("default"));
    stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096"),
                   support::instance_type("m5.xlarge", "4", "16Gi", "0.192")};
  }

  // What the condition of the overlay says: "True", "False Conflict".
  std::string verdict(const std::string& name) const {
    auto found = stage.world.overlays().find(name);
    if (found == stage.world.overlays().end()) return "no overlay";
    const model::Condition* condition =
        model::find_condition(found->second->status.conditions, "ValidationSucceeded");
    if (condition == nullptr) return "absent";
    return condition->status + (condition->status == "True" ? "" : " " + condition->reason);
  }
  base::Money price(std::size_t type) const {
    return stage.world.types.at("default").types.at(type)->offerings.front().price;
  }
  void look() {
    for (int round = 0; round < 4; ++round)
      stage.look();
  }

  Stage stage;
};

TEST_F(NodeOverlays, SCH_302_304_what_planning_sees_is_overlaid_and_the_clouds_types_stay) {
  stage.put(overlay("cheap").price("0.01"));
  look();
  EXPECT_EQ(price(0), base::Money::from_micros(96'000));
  EXPECT_EQ(price(1), base::Money::from_micros(10'000));
  EXPECT_EQ(stage.types[1]->offerings.front().price, base::Money::from_micros(192'000));
  EXPECT_EQ(verdict("cheap"), "True");
}

TEST_F(NodeOverlays, AWL_160_the_cloud_is_told_of_overlays_and_of_their_end) {
  look();
  EXPECT_THAT(stage.overlaid, IsEmpty()) << "there are none";
  stage.put(overlay("cheap").price("0.01"));
  look();
  EXPECT_EQ(stage.overlaid.at("default")[1]->offerings[0].price, base::Money::from_micros(10'000));
  stage.remove({model::Kind::NodeOverlay, "", "cheap"});
  look();
  EXPECT_EQ(stage.overlaid.at("default")[1]->offerings[0].price, base::Money::from_micros(192'000));
}

TEST_F(NodeOverlays, SCH_295_every_change_of_an_overlay_is_evaluated) {
  stage.put(overlay("cheap").price("0.01"));
  look();
  stage.put(overlay("cheap").price("0.02").generation(2));
  look();
  EXPECT_EQ(price(1), base::Money::from_micros(20'000));
  stage.remove({model::Kind::NodeOverlay, "", "cheap"});
  look();
  EXPECT_EQ(price(1), base::Money::from_micros(192'000));
}

TEST_F(NodeOverlays, SCH_299_301_a_conflict_is_told_and_ends_with_its_cause) {
  stage.put(overlay("early").price("1"));
  stage.put(overlay("late").price("2"));
  look();
  EXPECT_EQ(verdict("early"), "False Conflict") << "the later name is evaluated first";
  EXPECT_EQ(verdict("late"), "True");
  stage.remove({model::Kind::NodeOverlay, "", "late"});
  look();
  EXPECT_EQ(verdict("early"), "True");
  EXPECT_EQ(price(1), base::Money::from_micros(1'000'000));
}

TEST_F(NodeOverlays, SCH_301_what_is_wrong_is_told_with_the_root_condition) {
  stage.put(overlay("cpu").capacity("cpu", "1"));
  look();
  EXPECT_EQ(verdict("cpu"), "False RuntimeValidation");
  const auto& conditions = stage.world.overlays().at("cpu")->status.conditions;
  EXPECT_EQ(model::find_condition(conditions, "Ready")->status, "False");
  EXPECT_THAT(actions_of(stage.overlay()), Not(Contains(HasSubstr("patch")))) << "told once";
}

TEST_F(NodeOverlays, SCH_303_a_pool_that_was_not_evaluated_takes_no_part) {
  for (int round = 0; round < 3; ++round)
    stage.carry_out(stage.count_pools());
  ASSERT_TRUE(stage.world.types.contains("default"));
  EXPECT_THAT(snapshot_of(stage.world, {}).pools, IsEmpty());
  (void)stage.overlay();
  EXPECT_EQ(snapshot_of(stage.world, {}).pools.size(), 1U);
}

TEST_F(NodeOverlays, SCH_303_everything_is_evaluated_again_after_six_hours) {
  look();
  EXPECT_THAT(actions_of(stage.overlay()), IsEmpty());
  EXPECT_EQ(stage.overlay().wake, kStart + std::chrono::hours(6));
  stage.wait(std::chrono::hours(6));
  EXPECT_THAT(actions_of(stage.overlay()), ElementsAre("types default"));
}

TEST_F(NodeOverlays, SCH_274_claims_say_which_overlays_their_types_carry) {
  stage.put(overlay("fuse").capacity("smarter-devices/fuse", "2"));
  auto wanting = pod("default/p").cpu("1").unschedulable();
  wanting.object.spec.edit().containers.front().resources.requests["smarter-devices/fuse"] =
      support::quantity("1");
  stage.put(wanting);
  stage.run_until(kStart + std::chrono::seconds(3));
  ASSERT_EQ(stage.world.claims().size(), 1U) << "only the overlay has the resource";
  const auto& annotations = stage.world.claims().begin()->second->metadata.annotations;
  EXPECT_TRUE(annotations.contains("karpenter.sh/capacity-overlay-applied"));
  EXPECT_FALSE(annotations.contains("karpenter.sh/price-overlay-applied"));
}

class ClosedGate : public NodeOverlays {
 protected:
  ClosedGate() : NodeOverlays(Settings{}) {}
};

TEST_F(ClosedGate, LIF_018_overlays_are_nobodys_business) {
  EXPECT_THAT(stage.world.watched_kinds(), Not(Contains(model::Kind::NodeOverlay)));
  stage.put(overlay("cheap").price("0.01"));
  look();
  EXPECT_EQ(price(1), base::Money::from_micros(192'000));
  EXPECT_EQ(verdict("cheap"), "absent");
}

}  // namespace
}  // namespace control
