#include "control/health.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::node;
using support::node_class;
using support::pool;
using Status = Outcomes::Status;

Status status_of(std::string_view outcomes) {
  Outcomes buffer;
  for (char outcome : outcomes)
    buffer.record(outcome == 'T');
  return buffer.status();
}

TEST(Outcomes, LIF_106_LIF_107_the_last_four) {
  EXPECT_EQ(status_of(""), Status::unknown);
  EXPECT_EQ(status_of("T"), Status::healthy);
  EXPECT_EQ(status_of("F"), Status::healthy);
  EXPECT_EQ(status_of("FF"), Status::unhealthy);
  EXPECT_EQ(status_of("FFT"), Status::unhealthy);
  EXPECT_EQ(status_of("FFTT"), Status::unhealthy);
  EXPECT_EQ(status_of("FFTTT"), Status::healthy) << "the oldest failure is forgotten";
  EXPECT_EQ(status_of("TTTTFF"), Status::unhealthy);
}

TEST(Outcomes, LIF_108_a_dry_run_changes_nothing) {
  Outcomes buffer;
  buffer.record(false);
  EXPECT_EQ(buffer.status_with(false), Status::unhealthy);
  EXPECT_EQ(buffer.status(), Status::healthy);
}

TEST(Outcomes, LIF_108_resets) {
  Outcomes buffer;
  buffer.reset(Status::unhealthy);
  EXPECT_EQ(buffer.status(), Status::unhealthy);
  EXPECT_EQ(buffer.status_with(true), Status::unhealthy);
  buffer.reset(Status::healthy);
  EXPECT_EQ(buffer.status_with(false), Status::healthy);
  buffer.reset(Status::unknown);
  EXPECT_EQ(buffer.status(), Status::unknown);
}

// A pool with its class, and claims of it that come up or do not.
class Health : public testing::Test {
 protected:
  Health() {
    stage.put(node_class("default"));
    stage.put(pool("default"));
    settle();
  }

  void settle() {
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.count_pools());
  }
  std::string condition() {
    settle();
    return condition_of(stage.pool("default"), "NodeRegistrationHealthy");
  }
  support::ClaimBuilder owned(const std::string& name) {
    return claim(name).owned_by("karpenter.sh/v1", "NodePool", "default");
  }
  void succeed(const std::string& name) {
    stage.put(owned(name).created(stage.now).launched("i-" + name, stage.now));
    stage.put(node("n-" + name).of("i-" + name).tainted("karpenter.sh/unregistered:NoExecute"));
    for (int look = 0; look < 4; ++look)
      stage.carry_out(stage.lifecycle());
    ASSERT_EQ(condition_of(stage.claim(name), "Registered"), "True");
  }
  void fail(const std::string& name) {
    stage.put(owned(name).created(stage.now).launched("i-" + name, stage.now));
    stage.wait(minutes(15));
    stage.carry_out(stage.lifecycle());
    ASSERT_TRUE(stage.claim(name).metadata.deletionTimestamp);
  }

  Stage stage;
};

const std::string kUnknown = "Unknown AwaitingReconciliation: object is awaiting reconciliation";
const std::string kFailed = "False RegistrationFailed: Failed to register node";

TEST_F(Health, LIF_210_unknown_at_first) {
  EXPECT_EQ(condition(), kUnknown);
  EXPECT_EQ(stage.pool("default").status.nodeClassObservedGeneration,
            stage.world.classes().at("default").metadata().generation);
}

TEST_F(Health, LIF_110_a_success_makes_it_healthy) {
  succeed("a");
  EXPECT_EQ(condition(), "True");
}

TEST_F(Health, LIF_111_LIF_112_the_second_failure_makes_it_unhealthy) {
  fail("a");
  EXPECT_EQ(condition(), kUnknown);
  fail("b");
  EXPECT_EQ(condition(), kFailed);
  succeed("c");
  EXPECT_EQ(condition(), kFailed) << "LIF-112: one success does not restore it";
  succeed("d");
  succeed("e");
  EXPECT_EQ(condition(), "True");
}

TEST_F(Health, LIF_111_a_launch_that_failed_tells_why) {
  for (const char* name : {"a", "b"}) {
    stage.put(owned(name).created(stage.now).condition("Launched", "Unknown", stage.now,
                                                       "LaunchFailed", "no route"));
    stage.world.rest(std::string("launch/uid-") + name, stage.now + minutes(10));
    stage.wait(minutes(5));
    stage.carry_out(stage.lifecycle());
  }
  EXPECT_EQ(condition(), "False LaunchFailed: no route");
}

TEST_F(Health, LIF_109_only_claims_of_this_very_pool_count) {
  EXPECT_FALSE(outcome_of(claim("bare"), true)) << "no owner";
  model::NodeClaim other = owned("other");
  other.metadata.ownerReferences[0].uid = "uid-of-an-earlier-pool";
  EXPECT_EQ(outcome_of(other, true)->pool_uid, "uid-of-an-earlier-pool");
  model::NodeClaim loose = owned("loose");
  loose.metadata.labels.clear();
  EXPECT_FALSE(outcome_of(loose, true));
}

TEST_F(Health, LIF_210_another_spec_begins_anew) {
  fail("a");
  fail("b");
  ASSERT_EQ(condition(), kFailed);
  model::NodePool changed = stage.pool("default");
  ++changed.metadata.generation;
  stage.put(model::Object(changed));
  EXPECT_EQ(condition(), kUnknown);
  fail("c");
  EXPECT_EQ(condition(), kUnknown) << "the old failures are forgotten";
}

TEST_F(Health, LIF_210_another_class_begins_anew) {
  succeed("a");
  ASSERT_EQ(condition(), "True");
  model::EC2NodeClass changed = node_class("default");
  ++changed.metadata.generation;
  stage.put(model::Object(changed));
  EXPECT_EQ(condition(), kUnknown);
}

TEST_F(Health, LIF_209_after_a_restart_it_goes_on_from_the_condition) {
  fail("a");
  fail("b");
  ASSERT_EQ(condition(), kFailed);
  stage.world.registration_health = {};
  EXPECT_EQ(condition(), kFailed);
  succeed("c");
  EXPECT_EQ(condition(), kFailed) << "two failures are remembered";
}

TEST_F(Health, LIF_082_a_write_that_failed_is_tried_again) {
  succeed("a");
  stage.count_pools();  // decided, and the write fails
  EXPECT_EQ(condition(), "True");
}

TEST_F(Health, LIF_113_it_is_no_part_of_ready) {
  fail("a");
  fail("b");
  ASSERT_EQ(condition(), kFailed);
  EXPECT_EQ(condition_of(stage.pool("default"), "Ready"), "True");
}

TEST_F(Health, LIF_208_without_its_class_nothing_is_said) {
  Stage other;
  other.put(pool("default"));
  for (int look = 0; look < 3; ++look)
    other.carry_out(other.count_pools());
  EXPECT_EQ(condition_of(other.pool("default"), "NodeRegistrationHealthy"), "absent");
}

}  // namespace
}  // namespace control
