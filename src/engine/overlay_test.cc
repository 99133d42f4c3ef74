#include "engine/overlay.h"

#include <gtest/gtest.h>

#include "engine/pack.h"
#include "model/labels.h"
#include "support/objects.h"

namespace engine {
namespace {

using Overlays = std::vector<std::shared_ptr<const model::NodeOverlay>>;

struct OverlayBuilder {
  model::NodeOverlay object;

  explicit OverlayBuilder(const char* name) { object.metadata.name = name; }
  OverlayBuilder& where(const char* key, const char* op, std::vector<std::string> values = {}) {
    object.spec.requirements.push_back({key, op, std::move(values)});
    return *this;
  }
  OverlayBuilder& price(const char* text) { return object.spec.price = text, *this; }
  OverlayBuilder& adjust(const char* text) { return object.spec.priceAdjustment = text, *this; }
  OverlayBuilder& weight(std::int32_t weight) { return object.spec.weight = weight, *this; }
  OverlayBuilder& capacity(const char* resource, const char* amount) {
    object.spec.capacity[resource] = support::quantity(amount);
    return *this;
  }
  operator std::shared_ptr<const model::NodeOverlay>() const {  // NOLINT: meant to be implicit
    return std::make_shared<const model::NodeOverlay>(object);
  }
};

class OverlayTest : public testing::Test {
 protected:
  OverlayTest() {
    for (const char* name : {"blue", "red"}) {
      auto pool = support::pool(name);
      pool.object.spec.template_.metadata.labels["team"] = name;
      pools_.push_back({std::make_shared<const model::NodePool>(pool), types_});
    }
  }

  Overlaid apply(const Overlays& overlays) { return apply_overlays(overlays, pools_, rules_); }

  // Of the first offering of a type, in micro-dollars.
  static std::int64_t price(const Overlaid& overlaid, std::size_t pool, std::size_t type,
                            std::size_t offering = 0) {
    return overlaid.pools[pool].types[type]->offerings[offering].price.micros();
  }

  Settings settings_;
  LabelRules rules_{settings_};
  model::InstanceTypes types_ = {support::instance_type("a", "2", "4Gi", "10", {"z1", "z2"}),
                                 support::instance_type("b", "2", "4Gi", "10", {"z2"})};
  std::vector<PoolTypes> pools_;
};

TEST_F(OverlayTest, SCH_298_prices_and_adjustments) {
  auto of = [](const char* adjustment) {
    model::NodeOverlaySpec spec;
    spec.priceAdjustment = adjustment;
    auto price = overlaid_price(base::Money::from_micros(10'000'000), spec);
    return price ? price->micros() : -1;
  };
  EXPECT_EQ(of("-10%"), 9'000'000);
  EXPECT_EQ(of("+100%"), 20'000'000);
  EXPECT_EQ(of("-15"), 0);
  EXPECT_EQ(of("-200%"), 0);
  EXPECT_EQ(of("+0"), 10'000'000);
  EXPECT_EQ(of("+.25"), 10'250'000);
  EXPECT_EQ(of("-12.5%"), 8'750'000);
  EXPECT_EQ(of("10"), -1);
  EXPECT_EQ(of("+ten"), -1);
  model::NodeOverlaySpec absolute;
  absolute.price = "0.34";
  EXPECT_EQ(overlaid_price(base::Money::from_micros(1), absolute)->micros(), 340'000);
}

TEST_F(OverlayTest, SCH_296_297_prices_of_the_offerings_that_match) {
  Overlaid overlaid =
      apply({OverlayBuilder("zone").where("topology.kubernetes.io/zone", "In", {"z2"}).price("1")});
  EXPECT_TRUE(overlaid.verdicts[0].is_valid);
  EXPECT_EQ(price(overlaid, 0, 0, 0), 10'000'000);  // z1
  EXPECT_EQ(price(overlaid, 0, 0, 1), 1'000'000);   // z2
  EXPECT_EQ(price(overlaid, 0, 1, 0), 1'000'000);
  EXPECT_EQ(types_[0]->offerings[1].price.micros(), 10'000'000) << "the cloud's stay as they are";
}

TEST_F(OverlayTest, SCH_296_302_nodepools_may_see_different_prices) {
  Overlaid overlaid =
      apply({OverlayBuilder("red").where("team", "In", {"red"}).price("1"),
             OverlayBuilder("pool").where("karpenter.sh/nodepool", "In", {"blue"}).adjust("+1"),
             OverlayBuilder("none").where("unknown", "Exists").price("2")});
  EXPECT_EQ(price(overlaid, 0, 0), 11'000'000);
  EXPECT_EQ(price(overlaid, 1, 0), 1'000'000);
  EXPECT_TRUE(overlaid.pools[1].names.priced.contains("a"));
  EXPECT_TRUE(overlaid.pools[1].names.extended.empty());
}

TEST_F(OverlayTest, SCH_297_304_capacity_is_added_to_the_whole_type) {
  Overlaid overlaid = apply({OverlayBuilder("fuse")
                                 .where("topology.kubernetes.io/zone", "In", {"z1"})
                                 .capacity("smarter-devices/fuse", "3")});
  EXPECT_TRUE(overlaid.pools[0].names.extended.contains("a"));
  EXPECT_EQ(overlaid.pools[0].types[1], types_[1]) << "no offering of b is in z1";

  Snapshot snapshot;
  snapshot.pools.push_back({pools_[0].pool, overlaid.pools[0].types});
  auto pod = support::pod("default/p").cpu("1").unschedulable();
  pod.object.spec.edit().containers.front().resources.requests["smarter-devices/fuse"] =
      support::quantity("2");
  snapshot.pods.push_back(std::make_shared<const model::Pod>(pod));
  Plan plan = pack(snapshot);
  ASSERT_EQ(plan.claims.size(), 1U);
  EXPECT_EQ(plan.claims[0].types.front()->name, "a");

  model::NodeClaim claim = to_node_claim(plan.claims[0]);
  annotate_overlays(claim, plan.claims[0].types, overlaid.pools[0].names);  // SCH-274
  EXPECT_TRUE(claim.metadata.annotations.contains("karpenter.sh/capacity-overlay-applied"));
  EXPECT_FALSE(claim.metadata.annotations.contains("karpenter.sh/price-overlay-applied"));
}

TEST_F(OverlayTest, SCH_299_equal_weights_conflict_and_the_later_one_changes_nothing) {
  Overlaid overlaid = apply(
      {OverlayBuilder("early").price("1").capacity("gpu", "1"), OverlayBuilder("late").price("1")});
  EXPECT_FALSE(overlaid.verdicts[0].is_valid);  // evaluated later: its name comes earlier
  EXPECT_EQ(overlaid.verdicts[0].reason, "Conflict");
  EXPECT_TRUE(overlaid.verdicts[1].is_valid);
  EXPECT_EQ(price(overlaid, 0, 0), 1'000'000);
  EXPECT_FALSE(overlaid.pools[0].types[0]->capacity.contains("gpu"));
}

TEST_F(OverlayTest, SCH_300_the_heavier_wins_and_others_fill_what_is_left) {
  Overlaid overlaid = apply({OverlayBuilder("light").weight(1).price("1").capacity("gpu", "1"),
                             OverlayBuilder("heavy").weight(9).price("9"),
                             OverlayBuilder("other").weight(1).capacity("fpga", "1")});
  for (const OverlayVerdict& verdict : overlaid.verdicts)
    EXPECT_TRUE(verdict.is_valid) << verdict.message;
  EXPECT_EQ(price(overlaid, 0, 0), 9'000'000);
  EXPECT_TRUE(overlaid.pools[0].types[0]->capacity.contains("gpu"));
  EXPECT_TRUE(overlaid.pools[0].types[0]->capacity.contains("fpga"));
}

TEST_F(OverlayTest, SCH_301_what_is_wrong_takes_no_part) {
  Overlaid overlaid = apply(
      {OverlayBuilder("cpu").capacity("cpu", "1"), OverlayBuilder("in").where("team", "NotIn"),
       OverlayBuilder("price").price("cheap"), OverlayBuilder("good").price("2")});
  for (std::size_t wrong : {0U, 1U, 2U}) {
    EXPECT_EQ(overlaid.verdicts[wrong].reason, "RuntimeValidation");
    EXPECT_FALSE(overlaid.verdicts[wrong].message.empty());
  }
  EXPECT_TRUE(overlaid.verdicts[3].is_valid);
}

}  // namespace
}  // namespace engine
