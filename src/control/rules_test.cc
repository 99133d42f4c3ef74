// Rules of lifecycle.md that cut across the loops, each by a small stage of its own.
#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "model/conditions.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::pod;
using support::pool;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kId = "aws:///us-east-1a/i-1";

void look_three_times(Stage& stage) {
  for (int look = 0; look < 3; ++look)
    stage.carry_out(stage.lifecycle());
}

TEST(Rules, LIF_002_a_node_is_managed_by_the_label_of_its_class) {
  World world{Settings{}};
  model::Node ours = node("n1").label("karpenter.k8s.aws/ec2nodeclass", "any");
  model::Node theirs = node("n2").unmanaged().label("karpenter.kwok.sh/kwoknodeclass", "any");
  EXPECT_TRUE(world.is_managed(ours));
  EXPECT_FALSE(world.is_managed(theirs));
}

TEST(Rules, LIF_007_what_is_gone_needs_nothing) {
  Stage stage;
  stage.put(claim("a"));
  stage.remove(claim_reference("a"));
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty());
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST(Rules, LIF_028_conditions_begin_with_the_claim) {
  Stage stage;
  model::NodeClaim fresh = claim("a");
  fresh.status.conditions.clear();
  stage.put(model::Object(fresh));
  stage.wait(minutes(1));
  look_three_times(stage);
  const model::Condition* initialized =
      model::find_condition(stage.claim("a").status.conditions, model::kInitialized);
  ASSERT_NE(initialized, nullptr);
  EXPECT_EQ(initialized->reason, "AwaitingReconciliation");
  EXPECT_EQ(initialized->lastTransitionTime, kStart) << "when the claim was created";
}

TEST(Rules, LIF_059_a_claim_without_a_pool_lives_like_any_other) {
  Stage stage;
  model::NodeClaim alone = claim("a");
  alone.metadata.labels.clear();
  stage.put(model::Object(alone));
  look_three_times(stage);
  ASSERT_EQ(condition_of(stage.claim("a"), "Launched"), "True");
  stage.put(node("n1")
                .of(stage.claim("a").status.providerID)
                .ready()
                .tainted("karpenter.sh/unregistered:NoExecute"));
  look_three_times(stage);
  look_three_times(stage);
  EXPECT_EQ(condition_of(stage.claim("a"), "Ready"), "True");
}

TEST(Rules, LIF_063_LIF_058_what_a_launch_says) {
  Stage stage;
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  Decision decision = stage.lifecycle();
  ASSERT_EQ(logs_of(decision).size(), 1u);
  LogLine line;
  for (const Action& action : decision.actions) {
    if (!action.logs.empty()) line = action.logs[0];
  }
  EXPECT_EQ(line.level, Level::info);
  EXPECT_EQ(line.controller, "nodeclaim.lifecycle");
  const boost::json::object& fields = line.fields.as_object();
  EXPECT_EQ(fields.at("provider-id"), "aws:///us-east-1a/i-a");
  EXPECT_EQ(fields.at("instance-type"), "m5.large");
  EXPECT_EQ(fields.at("zone"), "us-east-1a");
  EXPECT_EQ(fields.at("capacity-type"), "on-demand");
  EXPECT_TRUE(fields.contains("allocatable"));
}

TEST(Rules, LIF_070_a_decided_registration_is_not_decided_again) {
  Stage stage;
  stage.put(claim("a").launched(kId).condition("Registered", "False", kStart, "MultipleNodesFound",
                                               "Invariant violated, matched multiple nodes"));
  stage.put(node("n1").of(kId).ready().tainted("karpenter.sh/unregistered:NoExecute"));
  look_three_times(stage);
  EXPECT_THAT(condition_of(stage.claim("a"), "Registered"), HasSubstr("False MultipleNodesFound"));
  EXPECT_FALSE(stage.node("n1").metadata.labels.contains(std::string(model::kRegisteredLabel)));
}

TEST(Rules, LIF_089_nothing_is_initialised_before_it_is_registered) {
  Stage stage;
  stage.put(claim("a").launched(kId));
  look_three_times(stage);
  EXPECT_THAT(condition_of(stage.claim("a"), "Initialized"),
              HasSubstr("Unknown AwaitingReconciliation"));
}

TEST(Rules, LIF_100_a_registered_node_may_take_for_ever) {
  Stage stage;
  stage.put(claim("a").launched(kId).registered("n1"));
  stage.put(node("n1").of(kId).registered());
  stage.wait(hours(100));
  look_three_times(stage);
  EXPECT_FALSE(stage.claim("a").metadata.deletionTimestamp);
}

TEST(Rules, LIF_120_the_last_word_of_a_claim) {
  Stage stage;
  stage.put(claim("a"));
  stage.request_deletion(claim_reference("a"));
  Decision decision = stage.terminate();
  EXPECT_THAT(logs_of(decision), ElementsAre("deleted nodeclaim"));
  stage.carry_out(decision);
  EXPECT_FALSE(stage.has("NodeClaim/a"));
}

TEST(Rules, LIF_171_a_node_waits_until_its_pods_are_gone_not_only_evicted) {
  Stage stage;
  stage.instances[kId] = {kId, "a", "default", kStart, false};
  stage.put(claim("a").launched(kId).registered("n1").initialized());
  stage.put(node("n1").of(kId).ready().registered().initialized());
  stage.put(pod("default/web-1").on("n1").grace(600));
  stage.request_deletion(claim_reference("a"));
  stage.run_until(kStart + minutes(2));
  ASSERT_TRUE(stage.pod("default/web-1").metadata.deletionTimestamp);
  EXPECT_THAT(stage.terminations, IsEmpty());
  stage.remove(pod_reference("default/web-1"));
  stage.run_until(kStart + minutes(3));
  EXPECT_FALSE(stage.has("Node/n1"));
}

TEST(Rules, LIF_156_a_deadline_is_told_on_the_node) {
  Stage stage;
  stage.put(claim("a").launched(kId).registered("n1").initialized().grace_period("5m"));
  stage.put(node("n1").of(kId).ready().registered().initialized());
  stage.request_deletion(claim_reference("a"));
  for (int look = 0; look < 2; ++look)
    stage.carry_out(stage.terminate());
  EXPECT_THAT(notices_of(stage.terminate()),
              Contains("Warning TerminationGracePeriodExpiring Node/n1: All pods will be deleted "
                       "by 2026-01-01T00:05:00Z"));
}

TEST(Rules, LIF_241_nodes_without_provider_id_do_not_block) {
  Stage stage;
  stage.put(node("n1").unmanaged());
  EXPECT_TRUE(stage.world.is_synced());
}

TEST(Rules, LIF_240_deleting_a_claim_that_never_launched_heals) {
  Stage stage;
  stage.put(claim("a"));
  stage.put(claim("foreign").of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  EXPECT_FALSE(stage.world.is_synced());
  stage.put(claim("a").launched(kId));
  EXPECT_TRUE(stage.world.is_synced());
  stage.put(claim("a"));
  EXPECT_FALSE(stage.world.is_synced());
  stage.remove(claim_reference("a"));
  EXPECT_TRUE(stage.world.is_synced());
}

TEST(Rules, LIF_250_the_newest_pod_of_a_daemon_set_stands_for_all) {
  Stage stage;
  model::DaemonSet agents;
  agents.metadata.name = "agent";
  agents.metadata.namespace_ = "default";
  agents.metadata.uid = "uid-agent";
  stage.put(model::Object(agents));
  stage.put(pod("default/old").of_daemon_set("agent").created(kStart));
  stage.put(pod("default/new").of_daemon_set("agent").created(kStart + seconds(5)));
  stage.put(pod("default/other").of_daemon_set("agent").created(kStart + seconds(3)));
  engine::Snapshot snapshot = snapshot_of(stage.world, {});
  ASSERT_EQ(snapshot.daemons.size(), 1u);
  ASSERT_NE(snapshot.daemons[0].newest_pod, nullptr);
  EXPECT_EQ(snapshot.daemons[0].newest_pod->metadata.name, "new");
}

TEST(Rules, LIF_024_storage_is_part_of_what_is_planned_with) {
  Stage stage;
  auto named = [](auto object, const char* name) {
    object.metadata.name = name;
    object.metadata.uid = std::string("uid-") + name;
    return model::Object(object);
  };
  stage.put(named(model::PersistentVolume{}, "pv-1"));
  stage.put(named(model::StorageClass{}, "fast"));
  stage.put(named(model::CSINode{}, "n1"));
  model::PersistentVolumeClaim data;
  data.metadata.namespace_ = "default";
  stage.put(named(data, "data"));
  engine::Snapshot snapshot = snapshot_of(stage.world, {});
  EXPECT_EQ(snapshot.volumes.size(), 1u);
  EXPECT_EQ(snapshot.storage_classes.size(), 1u);
  EXPECT_EQ(snapshot.csi_nodes.size(), 1u);
  ASSERT_EQ(snapshot.volume_claims.size(), 1u);
  EXPECT_EQ(snapshot.volume_claims[0]->metadata.name, "data");
  stage.remove({model::Kind::PersistentVolume, "", "pv-1"});
  EXPECT_THAT(snapshot_of(stage.world, {}).volumes, IsEmpty());
}

}  // namespace
}  // namespace control
