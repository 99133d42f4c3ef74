#include "control/lifecycle.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
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
using support::pool;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

std::vector<std::string> taints_of(const model::Node& node) {
  std::vector<std::string> texts;
  for (const model::Taint& taint : node.spec.taints) {
    texts.push_back(taint.key + "=" + taint.value + ":" + taint.effect);
  }
  return texts;
}

// --- finalizer and launch

TEST(Lifecycle, LIF_001_claims_of_other_providers_are_left_alone) {
  Stage stage;
  stage.put(claim("a").without_finalizers().of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), IsEmpty());
  EXPECT_EQ(decision.wake, std::nullopt);
}

TEST(Lifecycle, LIF_054_the_finalizer_comes_before_the_launch) {
  Stage stage;
  stage.put(claim("a").without_finalizers());
  Decision first = stage.lifecycle();
  ASSERT_THAT(actions_of(first), ElementsAre("patch NodeClaim/a"));
  EXPECT_THAT(patched<model::NodeClaim>(first, "a").metadata.finalizers,
              ElementsAre(model::kTerminationFinalizer));

  stage.carry_out(first);
  EXPECT_THAT(actions_of(stage.lifecycle()), Contains("launch a"));
}

TEST(Lifecycle, LIF_054_no_launch_if_the_finalizer_could_not_be_written) {
  Stage stage;
  stage.put(claim("a").without_finalizers());
  stage.lifecycle();  // the patch is lost
  EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("patch NodeClaim/a"));
  EXPECT_THAT(stage.launches, IsEmpty());
}

TEST(Lifecycle, LIF_062_a_launch_fills_in_labels_and_status) {
  Stage stage;
  stage.put(claim("a").label(model::kZoneLabel, "mine").annotation("note", "kept"));
  stage.carry_out(stage.lifecycle());
  Decision decision = stage.lifecycle();
  const auto& launched = patched<model::NodeClaim>(decision, "a");
  EXPECT_EQ(launched.status.providerID, "aws:///us-east-1a/i-a");
  EXPECT_EQ(launched.status.imageID, "ami-1");
  EXPECT_EQ(launched.status.capacity.at("cpu").to_string(), "2");
  EXPECT_EQ(launched.status.allocatable.at("memory").to_string(), "8Gi");
  EXPECT_THAT(launched.metadata.labels, Contains(Pair(model::kInstanceTypeLabel, "m5.large")));
  EXPECT_THAT(launched.metadata.labels, Contains(Pair(model::kZoneLabel, "mine")))
      << "the claim's own label wins";
  EXPECT_THAT(launched.metadata.annotations, Contains(Pair("note", "kept")));
  EXPECT_EQ(condition_of(launched, "Launched"), "True");
  EXPECT_THAT(logs_of(decision), Contains("launched nodeclaim"));
}

TEST(Lifecycle, LIF_061_an_answer_that_was_not_written_down_is_not_asked_for_again) {
  Stage stage;
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  ASSERT_THAT(stage.launches, ElementsAre("a"));
  for (int lost_writes = 0; lost_writes < 3; ++lost_writes) {
    stage.wait(seconds(10));
    EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("patch NodeClaim/a"));
  }
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Launched"), "True");
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(stage.launches, ElementsAre("a"));
  EXPECT_THAT(stage.world.launched, IsEmpty()) << "LIF-060: forgotten once the status shows it";
}

TEST(Lifecycle, LIF_054_one_launch_at_a_time) {
  Stage stage;
  stage.put(claim("a"));
  stage.world.begin("launch/uid-a");
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(stage.launches, IsEmpty()) << "one is under way already";
  stage.world.end("launch/uid-a");
}

TEST(Lifecycle, LIF_064_without_capacity_the_claim_goes) {
  Stage stage;
  stage.launch_error = {base::Code::no_capacity, std::string(400, 'x')};
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(notices_of(decision),
              ElementsAre("Warning InsufficientCapacityError NodeClaim/a: NodeClaim a event: " +
                          std::string(300, 'x') + "..."));
  EXPECT_THAT(logs_of(decision), ElementsAre("failed launching nodeclaim"));

  stage.carry_out(decision);
  stage.carry_out(stage.terminate());
  EXPECT_FALSE(stage.has("NodeClaim/a")) << "there is no instance to wait for";
  EXPECT_THAT(stage.terminations, IsEmpty());
  EXPECT_THAT(stage.launches, ElementsAre("a"));
}

TEST(Lifecycle, LIF_065_with_a_class_that_is_not_ready_the_claim_goes) {
  Stage stage;
  stage.launch_error = {base::Code::class_not_ready, "no subnets"};
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(notices_of(decision),
              ElementsAre("Warning NodeClassNotReady NodeClaim/a: NodeClaim a event: no subnets"));
}

TEST(Lifecycle, LIF_068_other_errors_are_shown_and_tried_again) {
  Stage stage;
  stage.launch_error = {base::Code::unavailable, std::string(299, 'x') + "\u00fc and more"};
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), testing::UnorderedElementsAre("launch a", "patch NodeClaim/a"));
  EXPECT_EQ(condition_of(patched<model::NodeClaim>(decision, "a"), "Launched"),
            "Unknown LaunchFailed: " + std::string(299, 'x') + "...")
      << "cut before the character that would be split";
  stage.launch_error.reset();
  stage.carry_out(decision);
  EXPECT_THAT(stage.launches, ElementsAre("a")) << "not before its back-off";
  stage.wait(seconds(1));
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(stage.launches, ElementsAre("a", "a"));
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Launched"), "True");
}

TEST(Lifecycle, LIF_069_failures_do_not_restart_the_launch_timeout) {
  Stage stage;
  stage.put(claim("a"));
  for (int minute = 0; minute < 5; ++minute) {
    stage.launch_error = {base::Code::unavailable, "try " + std::to_string(minute)};
    stage.carry_out(stage.lifecycle());
    stage.carry_out(stage.lifecycle());
    EXPECT_TRUE(stage.has("NodeClaim/a"));
    stage.wait(minutes(1));
  }
  EXPECT_THAT(actions_of(stage.lifecycle()), Contains("delete NodeClaim/a"));
}

TEST(Lifecycle, LIF_033_a_claim_that_failed_to_launch_is_not_called_launched) {
  Stage stage;
  stage.put(claim("a").condition("Launched", "False", kStart, "Broken", "by somebody"));
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Launched"), "False Broken: by somebody");
  EXPECT_THAT(stage.launches, IsEmpty());
}

TEST(Lifecycle, LIF_033_decided_conditions_follow_the_generation) {
  Stage stage;
  model::NodeClaim changed = claim("a").launched("i-1").registered("n1").initialized();
  changed.metadata.generation = 2;
  stage.put(model::Object(changed));
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Ready"), "True");
  for (const model::Condition& condition : stage.claim("a").status.conditions) {
    EXPECT_EQ(condition.observedGeneration, 2) << condition.type;
    EXPECT_EQ(condition.lastTransitionTime, kStart) << condition.type;
  }
}

// --- registration

// A claim whose instance runs, and the Node that it becomes.
class Registration : public testing::Test {
 protected:
  Stage stage;
  support::ClaimBuilder launched = claim("a").launched("i-1");
  support::NodeBuilder joined = node("n1").of("i-1").tainted("karpenter.sh/unregistered:NoExecute");

  const model::Node& registered() {
    stage.put(launched);
    stage.put(joined);
    stage.carry_out(stage.lifecycle());
    return stage.node("n1");
  }
};

TEST_F(Registration, LIF_071_waits_for_the_node) {
  stage.put(launched);
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Registered"),
            "Unknown NodeNotFound: Node not registered with cluster");
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty()) << "nothing is written twice";
}

TEST_F(Registration, LIF_003_a_node_without_provider_id_is_nobodys) {
  stage.put(claim("a"));
  stage.put(node("n1").tainted("karpenter.sh/unregistered:NoExecute"));
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(stage.node("n1").metadata.finalizers, IsEmpty());
}

TEST_F(Registration, LIF_004_LIF_072_two_nodes_of_one_machine_are_an_error) {
  stage.put(launched);
  stage.put(joined);
  stage.put(node("n2").of("i-1").tainted("karpenter.sh/unregistered:NoExecute"));
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Registered"),
            "False MultipleNodesFound: Invariant violated, matched multiple nodes");
  EXPECT_THAT(stage.node("n1").metadata.finalizers, IsEmpty());
  stage.wait(minutes(15));
  EXPECT_THAT(actions_of(stage.lifecycle()), Contains("delete NodeClaim/a"));
}

TEST_F(Registration, LIF_074_LIF_075_the_node_gets_finalizer_and_owner) {
  const model::Node& synced = registered();
  EXPECT_THAT(synced.metadata.finalizers, ElementsAre(model::kTerminationFinalizer));
  ASSERT_EQ(synced.metadata.ownerReferences.size(), 1u);
  const model::OwnerReference& owner = synced.metadata.ownerReferences[0];
  EXPECT_EQ(owner.apiVersion, "karpenter.sh/v1");
  EXPECT_EQ(owner.kind, "NodeClaim");
  EXPECT_EQ(owner.name, "a");
  EXPECT_EQ(owner.uid, "uid-a");
  EXPECT_EQ(owner.blockOwnerDeletion, true);
  EXPECT_EQ(owner.controller, std::nullopt);
}

TEST_F(Registration, LIF_075_an_owner_that_is_there_is_not_added_again) {
  joined.owned_by("karpenter.sh/v1", "NodeClaim", "a");
  EXPECT_EQ(registered().metadata.ownerReferences.size(), 1u);
}

TEST_F(Registration, LIF_076_labels_and_annotations_of_the_claim_win) {
  launched.label("team", "a").annotation("note", "claim");
  joined.label("team", "b").label("own", "kept").annotation("note", "node");
  const model::Node& synced = registered();
  EXPECT_THAT(synced.metadata.labels, Contains(Pair("team", "a")));
  EXPECT_THAT(synced.metadata.labels, Contains(Pair("own", "kept")));
  EXPECT_THAT(synced.metadata.annotations, Contains(Pair("note", "claim")));
}

TEST_F(Registration, LIF_077_taints_are_merged_and_the_nodes_value_stays) {
  launched.taint("team=a:NoSchedule").startup_taint("cni=starting:NoExecute");
  joined.tainted("team=b:NoSchedule");
  EXPECT_THAT(taints_of(registered()), ElementsAre("team=b:NoSchedule", "cni=starting:NoExecute"));
}

TEST_F(Registration, LIF_078_do_not_sync_taints) {
  launched.taint("team=a:NoSchedule").startup_taint("cni=starting:NoExecute").label("x", "y");
  joined.label(model::kDoNotSyncTaintsLabel, "true");
  const model::Node& synced = registered();
  EXPECT_THAT(taints_of(synced), IsEmpty()) << "LIF-079: the unregistered taint goes all the same";
  EXPECT_THAT(synced.metadata.labels, Contains(Pair("x", "y")));
  EXPECT_THAT(synced.metadata.finalizers, ElementsAre(model::kTerminationFinalizer));
}

TEST_F(Registration, LIF_078_any_other_value_syncs) {
  launched.taint("team=a:NoSchedule");
  joined.label(model::kDoNotSyncTaintsLabel, "false");
  EXPECT_THAT(taints_of(registered()), ElementsAre("team=a:NoSchedule"));
}

TEST_F(Registration, LIF_080_completes_after_the_node_was_written) {
  registered();
  EXPECT_THAT(taints_of(stage.node("n1")), IsEmpty());
  EXPECT_THAT(stage.node("n1").metadata.labels, Contains(Pair(model::kRegisteredLabel, "true")));
  EXPECT_NE(condition_of(stage.claim("a"), "Registered"), "True") << "not before the next look";
  stage.wait(seconds(2));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(logs_of(decision), Contains("registered nodeclaim"));
  stage.carry_out(decision);
  EXPECT_EQ(condition_of(stage.claim("a"), "Registered"), "True");
  EXPECT_EQ(stage.claim("a").status.nodeName, "n1");
}

TEST_F(Registration, LIF_081_taints_are_not_synced_again) {
  launched.startup_taint("cni=starting:NoExecute");
  registered();
  stage.carry_out(stage.lifecycle());
  ASSERT_EQ(condition_of(stage.claim("a"), "Registered"), "True");
  model::Node cleaned = stage.node("n1");
  cleaned.spec.taints.clear();
  stage.put(model::Object(cleaned));
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(taints_of(stage.node("n1")), IsEmpty());
}

TEST_F(Registration, LIF_073_a_missing_taint_is_told_once) {
  joined = node("n1").of("i-1");
  stage.put(launched);
  stage.put(joined);
  Decision decision = stage.lifecycle();
  EXPECT_THAT(notices_of(decision),
              ElementsAre(StartsWith("Warning UnregisteredTaintMissing NodeClaim/a: Missing "
                                     "karpenter.sh/unregistered taint")));
  EXPECT_THAT(logs_of(decision), Contains("missing taint on node, registering anyway"));
  EXPECT_THAT(decision.logs, IsEmpty()) << "said when the Node has been written, not at every look";
  stage.carry_out(decision);
  EXPECT_THAT(notices_of(stage.lifecycle()), IsEmpty());
}

// --- registration hooks

class Hooks : public Registration {
 protected:
  Hooks() {
    stage.world.registration_hooks = {"placement", "license"};
    stage.hooks["placement"].is_ready = true;
    stage.put(launched);
    stage.put(joined);
  }
  void look() { stage.carry_out(stage.lifecycle()); }
  std::string registered_condition() { return condition_of(stage.claim("a"), "Registered"); }
};

TEST_F(Hooks, LIF_083_all_of_them_are_asked_at_once) {
  EXPECT_THAT(actions_of(stage.lifecycle()),
              testing::IsSupersetOf({"ask placement a", "ask license a"}));
}

TEST_F(Hooks, LIF_084_LIF_085_one_that_is_not_ready_holds_the_node) {
  for (int time = 0; time < 3; ++time)
    look();
  EXPECT_EQ(registered_condition(), "Unknown RegistrationHookPending: license");
  const model::Node& held = stage.node("n1");
  EXPECT_THAT(held.metadata.finalizers, Contains("karpenter.sh/termination"));
  EXPECT_THAT(held.spec.taints, Contains(support::taint("karpenter.sh/unregistered:NoExecute")));
  EXPECT_FALSE(held.metadata.labels.contains(std::string(model::kRegisteredLabel)));
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty()) << "nothing is written twice";
}

TEST_F(Hooks, LIF_085_pending_ones_are_named_in_order) {
  stage.hooks["placement"].is_ready = false;
  look();
  look();
  EXPECT_EQ(registered_condition(), "Unknown RegistrationHookPending: placement, license");
}

TEST_F(Hooks, LIF_086_asked_again_when_it_wants_to_be) {
  stage.hooks["license"].again = std::chrono::seconds(7);
  look();
  look();
  Decision waiting = stage.lifecycle();
  EXPECT_THAT(actions_of(waiting), IsEmpty());
  EXPECT_EQ(waiting.wake, stage.now + std::chrono::seconds(7));
  stage.wait(std::chrono::seconds(7));
  EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("ask license a"));
}

TEST_F(Hooks, LIF_087_their_labels_end_up_on_claim_and_node) {
  stage.hooks["placement"].labels = {{"example.com/placement-group", "pg-1"}};
  look();
  stage.hooks["license"].is_ready = true;
  stage.wait(std::chrono::seconds(1));
  for (int time = 0; time < 4; ++time)
    look();
  EXPECT_EQ(registered_condition(), "True");
  EXPECT_THAT(stage.claim("a").metadata.labels,
              Contains(Pair("example.com/placement-group", "pg-1")));
  EXPECT_THAT(stage.node("n1").metadata.labels,
              Contains(Pair("example.com/placement-group", "pg-1")));
  EXPECT_EQ(stage.node("n1").metadata.labels.at(std::string(model::kRegisteredLabel)), "true");
  EXPECT_TRUE(stage.node("n1").spec.taints.empty());
}

TEST_F(Hooks, LIF_103_the_time_limit_counts_while_they_wait) {
  look();
  stage.wait(std::chrono::minutes(15));
  stage.carry_out(stage.lifecycle());
  EXPECT_TRUE(stage.claim("a").metadata.deletionTimestamp);
}

TEST_F(Registration, LIF_055_launch_and_registration_in_one_look) {
  stage.put(claim("a"));
  stage.carry_out(stage.lifecycle());
  stage.put(node("n1").of("aws:///us-east-1a/i-a").registered());
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Launched"), "True");
  EXPECT_EQ(condition_of(stage.claim("a"), "Registered"), "True");
}

// --- initialisation

// Removes one obstacle after another, in the order of LIF-090.
TEST(Initialization, LIF_090_LIF_092_LIF_093_LIF_094_LIF_096_order_of_obstacles) {
  Stage stage;
  stage.put(claim("a")
                .launched("i-1")
                .registered("n1")
                .startup_taint("cni=starting:NoExecute")
                .requests("cpu", "1")
                .requests("nvidia.com/gpu", "1"));
  auto machine = node("n1").of("i-1").registered();
  machine.tainted("cni=other:NoExecute").tainted("node.kubernetes.io/not-ready:NoExecute");
  auto initialized = [&](const support::NodeBuilder& state) {
    stage.put(state);
    stage.carry_out(stage.lifecycle());
    return condition_of(stage.claim("a"), "Initialized");
  };
  EXPECT_EQ(initialized(machine), "Unknown NodeNotReady: Node status is NotReady");
  EXPECT_EQ(initialized(machine.ready()),
            "Unknown StartupTaintsExist: StartupTaint \"cni=starting:NoExecute\" still exists");
  machine.object.spec.taints = {support::taint("node.kubernetes.io/not-ready:NoExecute")};
  EXPECT_EQ(initialized(machine),
            "Unknown KnownEphemeralTaintsExist: KnownEphemeralTaint "
            "\"node.kubernetes.io/not-ready:NoExecute\" still exists");
  machine.object.spec.taints.clear();
  EXPECT_EQ(initialized(machine),
            "Unknown ResourceNotRegistered: Resource \"nvidia.com/gpu\" was "
            "requested but not registered");
  machine.resource("nvidia.com/gpu", "0");
  EXPECT_THAT(initialized(machine), StartsWith("Unknown ResourceNotRegistered"));
  machine.resource("nvidia.com/gpu", "1");
  initialized(machine);
  EXPECT_THAT(stage.node("n1").metadata.labels, Contains(Pair(model::kInitializedLabel, "true")));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(logs_of(decision), Contains("initialized nodeclaim"));
  stage.carry_out(decision);
  EXPECT_EQ(condition_of(stage.claim("a"), "Initialized"), "True");
  EXPECT_EQ(condition_of(stage.claim("a"), "Ready"), "True");
}

TEST(Initialization, LIF_091_without_a_node) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1"));
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Initialized"),
            "Unknown NodeNotFound: Node not registered with cluster");
}

TEST(Initialization, LIF_095_known_ephemeral_taints) {
  for (const char* taint :
       {"node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/unreachable:NoSchedule",
        "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule",
        "readiness.k8s.io/gpu=x:NoExecute"}) {
    Stage stage;
    stage.put(claim("a").launched("i-1").registered("n1"));
    stage.put(node("n1").of("i-1").registered().ready().tainted(taint));
    stage.carry_out(stage.lifecycle());
    EXPECT_THAT(condition_of(stage.claim("a"), "Initialized"),
                HasSubstr("KnownEphemeralTaintsExist"))
        << taint;
  }
}

TEST(Initialization, LIF_099_never_taken_back) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1").initialized());
  stage.put(node("n1").of("i-1").registered().initialized().ready("False"));
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty());
}

// --- time limits

TEST(Liveness, LIF_102_launch_timeout_counts_from_the_condition) {
  Stage stage;
  stage.launch_error = {base::Code::unavailable, "no answer"};
  stage.put(claim("a").condition("Launched", "Unknown", kStart + minutes(2)));
  stage.wait(minutes(7) - seconds(1));
  Decision before = stage.lifecycle();
  EXPECT_THAT(actions_of(before), Not(Contains("delete NodeClaim/a")));
  EXPECT_EQ(before.wake, kStart + minutes(7));
  stage.wait(seconds(1));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), ElementsAre("delete NodeClaim/a"))
      << "no further launch is begun";
  EXPECT_THAT(logs_of(decision), ElementsAre("terminating due to timeout"));
}

TEST(Liveness, LIF_103_registration_timeout) {
  Stage stage;
  stage.put(claim("a").launched("i-1").condition("Registered", "Unknown", kStart + minutes(1)));
  stage.wait(minutes(16) - seconds(1));
  Decision before = stage.lifecycle();
  EXPECT_THAT(actions_of(before), Not(Contains("delete NodeClaim/a")));
  EXPECT_EQ(before.wake, kStart + minutes(16));
  stage.wait(seconds(1));
  EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("delete NodeClaim/a"));
}

TEST(Liveness, LIF_101_LIF_105_a_registered_claim_has_no_time_limit) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1"));
  stage.put(node("n1").of("i-1").registered());
  stage.wait(hours(1000));
  EXPECT_THAT(actions_of(stage.lifecycle()), Not(Contains("delete NodeClaim/a")));
}

TEST(Expiration, LIF_142_at_the_age_of_the_claim) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1").initialized().expires_after("10m"));
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  stage.wait(minutes(10) - seconds(1));
  Decision before = stage.lifecycle();
  EXPECT_THAT(actions_of(before), IsEmpty());
  EXPECT_EQ(before.wake, kStart + minutes(10));
  stage.wait(seconds(1));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(logs_of(decision), ElementsAre("deleting expired nodeclaim"));
  stage.carry_out(decision);
  stage.wait(seconds(1));
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty()) << "LIF-143: counted once";
}

TEST(Expiration, LIF_144_do_not_disrupt_does_not_hold_it) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1").initialized().expires_after("10m"));
  stage.put(node("n1").of("i-1").ready().registered().initialized().annotation(
      model::kDoNotDisruptAnnotation, "true"));
  stage.wait(minutes(10));
  EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("delete NodeClaim/a"));
}

TEST(Expiration, LIF_142_never) {
  Stage stage;
  stage.put(claim("a").launched("i-1").registered("n1").initialized().expires_after("Never"));
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  stage.wait(hours(100'000));
  Decision decision = stage.lifecycle();
  EXPECT_THAT(actions_of(decision), IsEmpty());
  EXPECT_EQ(decision.wake, std::nullopt);
}

TEST(Expiration, LIF_142_an_expired_claim_is_not_launched) {
  Stage stage;
  stage.put(claim("a").expires_after("0s"));
  EXPECT_THAT(actions_of(stage.lifecycle()), ElementsAre("delete NodeClaim/a"));
}

// --- the whole life

TEST(Lifecycle, LIF_055_a_whole_life_without_the_outside) {
  Stage stage;
  stage.put(pool("default").consolidate_after("30s"));
  stage.put(claim("a").without_finalizers());
  stage.run_until(kStart + seconds(5));
  ASSERT_EQ(condition_of(stage.claim("a"), "Launched"), "True");
  std::string id = stage.claim("a").status.providerID;
  stage.put(node("n1").of(id).tainted("karpenter.sh/unregistered:NoExecute"));
  stage.run_until(kStart + seconds(6));
  EXPECT_EQ(condition_of(stage.claim("a"), "Registered"), "True");
  model::Node ready = stage.node("n1");
  support::set_condition(ready.status.conditions, "Ready", "True");
  stage.put(model::Object(ready));
  stage.run_until(kStart + seconds(7));
  EXPECT_EQ(condition_of(stage.claim("a"), "Ready"), "True");
  EXPECT_THAT(stage.launches, ElementsAre("a"));
}

}  // namespace
}  // namespace control
