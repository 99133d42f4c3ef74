#include "control/upkeep.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::node;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kClassLabel = "karpenter.k8s.aws/ec2nodeclass";

class UpkeepTest : public testing::Test {
 protected:
  support::ClaimBuilder settled_claim() {
    return claim("a")
        .launched("i-1")
        .registered("n1")
        .initialized()
        .label(kClassLabel, "default")
        .requests("memory", "6Gi");
  }
  support::NodeBuilder settled_node() {
    return node("n1").of("i-1").ready().registered().initialized().label(kClassLabel, "default");
  }
  // Looks each ten seconds and carries out; all lines that were said.
  std::vector<std::string> run_for(base::Duration duration) {
    std::vector<std::string> said;
    for (base::Time end = stage.now + duration; stage.now < end; stage.wait(seconds(10))) {
      Decision decision = stage.upkeep.decide(stage.world, stage.now);
      for (const LogLine& line : decision.logs)
        said.push_back(line.message);
      for (const Action& action : decision.actions)
        ++writes[key_of(model::reference_to(std::get<PatchObject>(action.work).before))];
      stage.carry_out(decision);
    }
    return said;
  }
  std::string consistency() const { return condition_of(stage.claim("a"), "ConsistentStateFound"); }

  Stage stage;
  std::map<std::string, int> writes;
};

TEST_F(UpkeepTest, LIF_124_the_label_of_the_class_is_filled_in) {
  model::NodeClaim old_claim = settled_claim();
  old_claim.metadata.labels.erase(std::string(kClassLabel));
  model::Node old_node = settled_node();
  old_node.metadata.labels.erase(std::string(kClassLabel));
  stage.put(model::Object(old_claim));
  stage.put(model::Object(old_node));
  run_for(minutes(1));
  EXPECT_EQ(stage.claim("a").metadata.labels.at(std::string(kClassLabel)), "default");
  EXPECT_EQ(stage.node("n1").metadata.labels.at(std::string(kClassLabel)), "default");
}

TEST_F(UpkeepTest, LIF_124_nothing_of_others_is_touched) {
  model::NodeClaim foreign = claim("a").of_class("karpenter.kwok.sh", "KWOKNodeClass");
  foreign.status.providerID = "i-1";
  stage.put(model::Object(foreign));
  stage.put(node("n1").of("i-1").unmanaged());
  run_for(minutes(1));
  EXPECT_THAT(writes, IsEmpty());
}

TEST_F(UpkeepTest, LIF_127_a_node_as_promised) {
  stage.put(settled_claim());
  stage.put(settled_node().resource("memory", "7500Mi"));  // 91.6% of 8Gi
  run_for(minutes(25));
  EXPECT_EQ(consistency(), "True");
  EXPECT_EQ(writes["NodeClaim/a"], 1) << "written once";
}

TEST_F(UpkeepTest, LIF_126_a_node_with_half_the_memory) {
  stage.put(settled_claim());
  stage.put(settled_node().resource("memory", "4Gi"));
  EXPECT_THAT(run_for(minutes(1)), ElementsAre("failed consistency check"));
  EXPECT_EQ(consistency(), "False ConsistencyCheckFailed: Consistency Check Failed");
}

TEST_F(UpkeepTest, LIF_373_the_event_says_what_is_missing) {
  stage.put(settled_claim());
  stage.put(settled_node().resource("memory", "4Gi"));
  Decision decision = stage.upkeep.decide(stage.world, stage.now);
  EXPECT_THAT(notices_of(decision),
              ElementsAre("Warning FailedConsistencyCheck NodeClaim/a: expected 8Gi of resource "
                          "memory, but found 4Gi (50.0% of expected)"));
}

TEST_F(UpkeepTest, LIF_126_only_what_was_asked_for_and_not_before_initialisation) {
  stage.put(settled_claim().requests("cpu", "0"));
  stage.put(settled_node().resource("cpu", "1"));
  run_for(minutes(1));
  EXPECT_EQ(consistency(), "True") << "cpu was not asked for";
  Stage early;
  early.put(claim("a").launched("i-1").registered("n1").label(kClassLabel, "default"));
  early.put(node("n1").of("i-1").registered().label(kClassLabel, "default"));
  EXPECT_THAT(actions_of(early.upkeep.decide(early.world, early.now)), IsEmpty());
}

TEST_F(UpkeepTest, LIF_125_once_in_ten_minutes) {
  stage.put(settled_claim());
  stage.put(settled_node());
  run_for(minutes(1));
  ASSERT_EQ(consistency(), "True");
  stage.put(settled_node().resource("memory", "4Gi"));
  run_for(minutes(8));
  EXPECT_EQ(consistency(), "True");
  EXPECT_THAT(run_for(minutes(3)), Contains("failed consistency check"));
  EXPECT_EQ(consistency(), "False ConsistencyCheckFailed: Consistency Check Failed");
  stage.put(settled_node());
  run_for(minutes(11));
  EXPECT_EQ(consistency(), "True") << "LIF-127: it may heal";
}

TEST_F(UpkeepTest, LIF_243_a_word_when_it_stays_unsynced) {
  stage.put(claim("slow").label(kClassLabel, "default"));
  EXPECT_THAT(run_for(seconds(30)), IsEmpty());
  std::vector<std::string> said = run_for(seconds(60));
  EXPECT_THAT(said, Contains("cluster is waiting on sync for extended duration"));
  EXPECT_LE(said.size(), 6u) << "at most every ten seconds";
  stage.put(claim("slow").label(kClassLabel, "default").launched("i-1"));
  EXPECT_THAT(run_for(minutes(2)), IsEmpty());
}

TEST_F(UpkeepTest, SCH_020_the_sync_is_measured) {
  auto synced = [&] { return stage.metrics.gauges().at("karpenter_cluster_state_synced").at({}); };
  auto unsynced_seconds = [&] {
    return stage.metrics.gauges().at("karpenter_cluster_state_unsynced_time_seconds").at({});
  };
  run_for(seconds(10));
  EXPECT_EQ(synced(), 1);
  EXPECT_EQ(unsynced_seconds(), 0);
  stage.put(claim("slow").label(kClassLabel, "default"));
  run_for(seconds(30));  // looks at 0, 10 and 20 s
  EXPECT_EQ(synced(), 0);
  EXPECT_EQ(unsynced_seconds(), 20);
  stage.put(claim("slow").label(kClassLabel, "default").launched("i-1"));
  run_for(seconds(10));
  EXPECT_EQ(synced(), 1);
  EXPECT_EQ(unsynced_seconds(), 0);
}

}  // namespace
}  // namespace control
