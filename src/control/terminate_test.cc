#include "control/terminate.h"

#include <gmock/gmock.h>

#include "control/recorder.h"
#include "control/stage_test.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::pod;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::string kId = "aws:///us-east-1a/i-1";

// A healthy node of ours with its claim and instance.
class Termination : public testing::Test {
 protected:
  Termination() { stage.instances[kId] = {kId, "a", "default", kStart, false}; }

  void set_up() {
    stage.put(living_claim);
    stage.put(living_node);
  }
  void delete_node() {
    set_up();
    stage.request_deletion(node_reference("n1"));
  }
  void delete_claim() {
    set_up();
    stage.request_deletion(claim_reference("a"));
  }
  // Both are deleting and the Node is closed to new pods.
  void close() {
    delete_claim();
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.terminate());
    ASSERT_TRUE(stage.node("n1").metadata.deletionTimestamp);
    ASSERT_EQ(stage.node("n1").spec.taints.size(), 1u);
  }
  // Looks and carries out, second after second, until nothing of the node is left.
  base::Duration time_until_gone(base::Duration limit) {
    base::Time begin = stage.now;
    while (stage.now < begin + limit && (stage.has("Node/n1") || stage.has("NodeClaim/a"))) {
      for (int look = 0; look < 4; ++look)
        stage.carry_out(stage.terminate());
      if (stage.has("Node/n1") || stage.has("NodeClaim/a")) stage.wait(seconds(1));
    }
    return stage.now - begin;
  }

  Stage stage;
  support::ClaimBuilder living_claim = claim("a").launched(kId).registered("n1").initialized();
  support::NodeBuilder living_node = node("n1").of(kId).ready().registered().initialized();
};

// --- volumes

class Detachment : public Termination {
 protected:
  void attach(const std::string& name, const std::string& volume) {
    model::VolumeAttachment attachment;
    attachment.metadata.name = name;
    attachment.metadata.uid = "uid-" + name;
    attachment.spec.nodeName = "n1";
    if (!volume.empty()) attachment.spec.source.persistentVolumeName = volume;
    stage.put(model::Object(attachment));
  }
  void detach(const std::string& name) { stage.remove({model::Kind::VolumeAttachment, "", name}); }
  // The Node is empty and its minimum drain is over.
  void drain() {
    close();
    for (int second = 0; second < 7; ++second) {
      for (int look = 0; look < 3; ++look)
        stage.carry_out(stage.terminate());
      stage.wait(seconds(1));
    }
  }
  std::string detached() const { return condition_of(stage.claim("a"), "VolumesDetached"); }
};

TEST_F(Detachment, LIF_161_LIF_162_an_attached_volume_holds_the_instance) {
  attach("attachment-1", "pv-1");
  drain();
  EXPECT_EQ(detached(), "Unknown AwaitingVolumeDetachment: AwaitingVolumeDetachment");
  EXPECT_THAT(stage.terminations, IsEmpty());
  EXPECT_THAT(notices_of(stage.terminate()),
              Contains(AllOf(HasSubstr("Normal AwaitingVolumeDetachment Node/n1"),
                             HasSubstr("attachment-1"))));
  detach("attachment-1");
  stage.carry_out(stage.terminate());
  EXPECT_EQ(detached(), "True");
  time_until_gone(minutes(1));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
}

TEST_F(Detachment, LIF_378_five_are_named) {
  for (int number = 1; number <= 7; ++number)
    attach("attachment-" + std::to_string(number), "pv-" + std::to_string(number));
  drain();
  EXPECT_THAT(notices_of(stage.terminate()), Contains(HasSubstr("attachment-5 and 2 other(s)")));
}

TEST_F(Detachment, LIF_161_attachments_without_a_volume_do_not_hold_it) {
  attach("attachment-1", "");
  drain();
  EXPECT_EQ(detached(), "True");
}

TEST_F(Detachment, LIF_161_volumes_of_pods_that_stay_do_not_hold_it) {
  model::Pod agent = pod("default/agent").on("n1").tolerates("karpenter.sh/disrupted");
  model::Volume volume;
  volume.name = "data";
  volume.persistentVolumeClaim.emplace();
  volume.persistentVolumeClaim->claimName = "data-of-agent";
  agent.spec.edit().volumes.push_back(volume);
  stage.put(model::Object(agent));
  model::PersistentVolumeClaim claim_of_agent;
  claim_of_agent.metadata.namespace_ = "default";
  claim_of_agent.metadata.name = "data-of-agent";
  claim_of_agent.metadata.uid = "uid-data";
  claim_of_agent.spec.volumeName = "pv-1";
  stage.put(model::Object(claim_of_agent));
  attach("attachment-1", "pv-1");
  drain();
  EXPECT_EQ(detached(), "True");
}

TEST_F(Detachment, LIF_162_not_beyond_the_deadline) {
  living_claim.grace_period("20s");
  attach("attachment-1", "pv-1");
  drain();
  ASSERT_THAT(stage.terminations, IsEmpty());
  stage.wait(seconds(20));
  stage.carry_out(stage.terminate());
  EXPECT_EQ(detached(), "False TerminationGracePeriodElapsed: TerminationGracePeriodElapsed");
  EXPECT_THAT(stage.terminations, testing::SizeIs(1));
}

// --- either end leads to the other

TEST_F(Termination, LIF_154_a_deleted_node_takes_its_claim_along) {
  delete_node();
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("delete NodeClaim/a"));
  time_until_gone(minutes(1));
  EXPECT_FALSE(stage.has("Node/n1"));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_THAT(stage.instances, IsEmpty());
}

TEST_F(Termination, LIF_116_a_deleted_claim_takes_its_node_along) {
  delete_claim();
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("delete Node/n1"));
  time_until_gone(minutes(1));
  EXPECT_FALSE(stage.has("Node/n1"));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_THAT(stage.instances, IsEmpty());
}

TEST_F(Termination, LIF_116_several_nodes_of_one_claim_all_go) {
  set_up();
  stage.put(node("n2").of(kId).ready().registered());
  stage.request_deletion(claim_reference("a"));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("delete Node/n1", "delete Node/n2"));
}

TEST_F(Termination, LIF_117_an_unregistered_claim_leaves_nodes_alone) {
  living_claim = claim("a").launched(kId);
  delete_claim();
  EXPECT_THAT(actions_of(stage.terminate()),
              AllOf(Contains("terminate " + kId), Not(Contains("delete Node/n1"))));
  time_until_gone(seconds(10));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_TRUE(stage.has("Node/n1"));
}

TEST_F(Termination, LIF_114_a_claim_without_our_finalizer_is_ignored) {
  living_claim.without_finalizers().finalizer("example.com/other");
  delete_claim();
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST_F(Termination, LIF_153_nodes_that_are_not_ours_are_ignored) {
  stage.put(node("other").of("i-9").ready().unmanaged().finalizer(model::kTerminationFinalizer));
  stage.put(node("bare").of("i-8").ready().finalizer("example.com/other"));
  stage.request_deletion(node_reference("other"));
  stage.request_deletion(node_reference("bare"));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST_F(Termination, DIS_249_claims_of_another_provider_are_never_finalized) {
  living_claim.of_class("karpenter.kwok.sh", "KWOKNodeClass");
  delete_claim();
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST_F(Termination, DIS_251_without_a_claim_the_node_is_drained_but_no_instance_ended) {
  stage.put(living_node);
  stage.put(pod("default/web-1").on("n1"));
  stage.request_deletion(node_reference("n1"));
  stage.carry_out(stage.terminate());
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("evict default/web-1"));
  stage.remove(pod_reference("default/web-1"));
  stage.carry_out(stage.terminate());
  EXPECT_FALSE(stage.has("Node/n1")) << "LIF-160: no minimum without a claim";
  EXPECT_THAT(stage.terminations, IsEmpty());
}

TEST_F(Termination, LIF_004_DIS_251_two_claims_of_one_machine_are_like_none) {
  stage.put(claim("b").launched(kId));
  delete_node();
  time_until_gone(seconds(30));
  EXPECT_FALSE(stage.has("Node/n1"));
  EXPECT_TRUE(stage.has("NodeClaim/b"));
  EXPECT_THAT(stage.terminations, IsEmpty());
}

TEST_F(Termination, LIF_154_two_deleted_nodes_delete_their_claim_once) {
  stage.put(node("n2").of(kId).ready().registered());
  delete_node();
  stage.request_deletion(node_reference("n2"));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("delete NodeClaim/a"));
}

// --- a claim and its launch

TEST_F(Termination, LIF_119_a_claim_that_never_launched_just_goes) {
  stage.put(claim("a"));
  stage.request_deletion(claim_reference("a"));
  Decision decision = stage.terminate();
  EXPECT_THAT(logs_of(decision), ElementsAre("deleted nodeclaim"));
  stage.carry_out(decision);
  EXPECT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_THAT(stage.terminations, IsEmpty());
}

TEST_F(Termination, LIF_061_a_launch_under_way_holds_the_claim) {
  stage.put(claim("a"));
  stage.world.begin("launch/uid-a");
  stage.request_deletion(claim_reference("a"));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());

  // The cloud answers; nobody has written it down.
  stage.world.launched["uid-a"].providerID = kId;
  stage.world.end("launch/uid-a");
  EXPECT_THAT(actions_of(stage.terminate()), Contains("terminate " + kId));
  time_until_gone(seconds(20));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_THAT(stage.instances, IsEmpty()) << "no instance is forgotten";
}

TEST_F(Termination, LIF_061_a_deleted_claim_is_not_launched_any_more) {
  stage.put(claim("a"));
  stage.request_deletion(claim_reference("a"));
  EXPECT_THAT(actions_of(stage.lifecycle()), IsEmpty());
}

TEST_F(Termination, LIF_118_the_instance_is_asked_for_until_it_is_gone) {
  stage.requests_until_gone = 2;
  living_claim = claim("a").launched(kId);
  stage.put(living_claim);
  stage.request_deletion(claim_reference("a"));
  stage.carry_out(stage.terminate());
  Decision waiting = stage.terminate();
  EXPECT_EQ(waiting.wake, stage.now + seconds(5));
  stage.carry_out(waiting);
  EXPECT_EQ(condition_of(stage.claim("a"), "InstanceTerminating"), "True");
  stage.wait(seconds(4));
  stage.carry_out(stage.terminate());
  EXPECT_EQ(stage.terminations.size(), 1u);
  base::Duration rest = time_until_gone(minutes(1));
  EXPECT_EQ(stage.terminations.size(), 4u);
  EXPECT_EQ(rest, seconds(1 + 5 + 5)) << "every 5 s";
}

TEST_F(Termination, LIF_121_the_root_condition_stays) {
  close();
  stage.wait(seconds(6));
  stage.carry_out(stage.terminate());
  stage.carry_out(stage.terminate());
  ASSERT_EQ(condition_of(stage.claim("a"), "Drained"), "True");
  EXPECT_EQ(condition_of(stage.claim("a"), "Ready"), "True");
  for (const model::Condition& condition : stage.claim("a").status.conditions) {
    EXPECT_EQ(condition.observedGeneration, 2) << condition.type;
  }
}

// --- the flow of a node

TEST_F(Termination, LIF_157_closed_before_the_first_eviction) {
  living_node.tainted("karpenter.sh/disrupted:NoExecute");
  delete_claim();
  stage.put(pod("default/web-1").on("n1"));
  stage.carry_out(stage.terminate());
  Decision decision = stage.terminate();
  EXPECT_THAT(actions_of(decision), ElementsAre("patch Node/n1"));
  EXPECT_THAT(logs_of(decision), ElementsAre("tainted node"));
  const auto& closed = patched<model::Node>(decision, "n1");
  EXPECT_THAT(
      closed.metadata.labels,
      Contains(Pair("node.kubernetes.io/exclude-from-external-load-balancers", "karpenter")));
  ASSERT_EQ(closed.spec.taints.size(), 1u);
  EXPECT_EQ(closed.spec.taints[0].key, model::kDisruptedTaint);
  EXPECT_EQ(closed.spec.taints[0].effect, "NoSchedule") << "puts it in place of another effect";

  EXPECT_THAT(actions_of(stage.terminate()), Not(Contains("evict default/web-1")))
      << "not before the taint was written";
  stage.carry_out(decision);
  EXPECT_THAT(actions_of(stage.terminate()), Contains("evict default/web-1"));
}

TEST_F(Termination, LIF_159_draining_is_shown) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  stage.put(pod("default/web-2").on("n1").do_not_disrupt());
  Decision decision = stage.terminate();
  EXPECT_EQ(condition_of(stage.claim("a"), "Drained"), "Unknown Draining: Draining");
  EXPECT_THAT(notices_of(decision),
              Contains("Warning FailedDraining Node/n1: Failed to drain node, "
                       "2 pods are waiting to be evicted"));
  EXPECT_THAT(actions_of(decision), ElementsAre("evict default/web-1"));
  EXPECT_EQ(decision.wake, stage.now + seconds(1));
}

TEST_F(Termination, LIF_160_an_empty_node_drains_for_five_seconds) {
  close();
  stage.wait(seconds(5) - milliseconds(1));
  Decision before = stage.terminate();
  EXPECT_THAT(actions_of(before), Not(Contains("terminate " + kId)));
  EXPECT_EQ(before.wake, kStart + seconds(5));
  stage.wait(milliseconds(1));
  EXPECT_THAT(actions_of(stage.terminate()), Contains("terminate " + kId));
}

TEST_F(Termination, LIF_160_a_pod_bound_meanwhile_is_drained_too) {
  close();
  stage.wait(seconds(4));
  stage.put(pod("default/late-1").on("n1"));
  stage.wait(seconds(2));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("evict default/late-1"));
}

TEST_F(Termination, LIF_163_the_node_stays_until_its_instance_is_gone) {
  stage.requests_until_gone = 3;
  close();
  stage.wait(seconds(5));
  for (int look = 0; look < 3; ++look)
    stage.carry_out(stage.terminate());
  EXPECT_TRUE(stage.has("Node/n1"));
  EXPECT_EQ(condition_of(stage.claim("a"), "InstanceTerminating"), "True");
  EXPECT_EQ(condition_of(stage.claim("a"), "VolumesDetached"), "True");
  EXPECT_EQ(time_until_gone(minutes(1)), seconds(20));
}

TEST_F(Termination, LIF_164_said_once_when_it_is_done) {
  close();
  stage.wait(seconds(5));
  std::vector<std::string> said;
  for (int second = 0; second < 12; ++second) {
    for (int look = 0; look < 3; ++look) {
      Decision decision = stage.terminate();
      for (const std::string& line : logs_of(decision))
        said.push_back(line);
      stage.carry_out(decision);
    }
    stage.wait(seconds(1));
  }
  EXPECT_THAT(said, ElementsAre("deleted node", "deleted nodeclaim"));
}

TEST_F(Termination, LIF_155_a_lost_node_is_released_without_drain) {
  living_node.ready("Unknown");
  stage.instances.clear();
  delete_claim();
  stage.put(pod("default/web-1").on("n1"));
  stage.carry_out(stage.terminate());
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("describe " + kId))
      << "nothing else before the cloud has answered";
  stage.carry_out(stage.terminate());
  Decision decision = stage.terminate();
  EXPECT_THAT(actions_of(decision), ElementsAre("patch Node/n1"));
  stage.carry_out(decision);
  EXPECT_FALSE(stage.has("Node/n1"));
  time_until_gone(seconds(10));
  EXPECT_FALSE(stage.has("NodeClaim/a"));
}

TEST_F(Termination, LIF_155_a_node_that_is_not_ready_but_lives_is_drained) {
  living_node.ready("False");
  delete_claim();
  stage.put(pod("default/web-1").on("n1"));
  for (int look = 0; look < 3; ++look)
    stage.carry_out(stage.terminate());
  EXPECT_THAT(actions_of(stage.terminate()), Contains("evict default/web-1"));
}

TEST_F(Termination, LIF_155_a_ready_node_is_drained_even_if_its_instance_looks_gone) {
  stage.instances.clear();
  close();
  stage.put(pod("default/web-1").on("n1"));
  Decision decision = stage.terminate();
  EXPECT_THAT(actions_of(decision), ElementsAre("evict default/web-1"));
}

// --- which pods, in what order

TEST_F(Termination, LIF_167_pods_that_are_not_waited_for) {
  close();
  stage.put(pod("default/done").on("n1").phase("Succeeded"));
  stage.put(pod("default/tolerant").on("n1").tolerates("karpenter.sh/disrupted"));
  stage.put(pod("default/mirror").on("n1").of_node("n1"));
  stage.put(pod("default/stuck").on("n1").deleted(kStart - minutes(2)));
  stage.wait(seconds(5));
  EXPECT_THAT(actions_of(stage.terminate()), Contains("terminate " + kId));
}

TEST_F(Termination, LIF_168_tolerating_unschedulable_does_not_exempt) {
  close();
  stage.put(pod("default/web-1").on("n1").tolerates(model::kUnschedulableTaint));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("evict default/web-1"));
}

TEST_F(Termination, DIS_007_a_stuck_pod_is_given_up_after_a_minute) {
  close();
  stage.put(pod("default/web-1").on("n1").deleted(kStart));
  stage.wait(minutes(1));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
  stage.wait(milliseconds(1));
  EXPECT_THAT(actions_of(stage.terminate()), Contains("terminate " + kId));
}

TEST_F(Termination, LIF_169_tiers) {
  close();
  auto critical = "system-node-critical";
  stage.put(pod("default/web").on("n1"));
  stage.put(pod("default/agent").on("n1").of_daemon_set("agent"));
  stage.put(pod("default/dns").on("n1").priority_class("system-cluster-critical"));
  stage.put(pod("default/proxy").on("n1").of_daemon_set("proxy").priority_class(critical));
  for (const char* name : {"web", "agent", "dns", "proxy"}) {
    std::string key = std::string("default/") + name;
    EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("evict " + key));
    stage.carry_out(stage.terminate());
    EXPECT_THAT(actions_of(stage.terminate()), IsEmpty()) << "terminating is not gone yet";
    stage.remove(pod_reference(key));
  }
}

TEST_F(Termination, LIF_169_all_pods_of_a_tier_at_once) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  stage.put(pod("default/web-2").on("n1"));
  EXPECT_THAT(actions_of(stage.terminate()),
              ElementsAre("evict default/web-1", "evict default/web-2"));
}

TEST_F(Termination, LIF_173_DIS_265_a_protected_pod_blocks_until_its_time_is_up) {
  close();
  stage.put(pod("default/job").on("n1").do_not_disrupt("10m").started(kStart));
  stage.wait(minutes(10) - seconds(1));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
  stage.wait(seconds(1));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("evict default/job"));
}

// --- evictions

TEST_F(Termination, LIF_172_the_very_pod_is_evicted) {
  close();
  stage.put(pod("default/web-1").on("n1").uid("first"));
  Decision old = stage.terminate();
  ASSERT_EQ(actions_of(old), std::vector<std::string>{"evict default/web-1"});
  EXPECT_EQ(std::get<EvictPod>(old.actions[0].work).uid, "first");
  stage.remove(pod_reference("default/web-1"));
  stage.put(pod("default/web-1").on("n1").uid("second"));
  stage.carry_out(old);
  EXPECT_EQ(stage.pod("default/web-1").metadata.deletionTimestamp, std::nullopt);
  EXPECT_NE(old.actions[0].key, stage.terminate().actions[0].key);
}

TEST_F(Termination, LIF_176_a_refused_eviction_is_told_and_tried_again) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  stage.world.note_failure("evict/uid-web-1", {base::Code::throttled, "disruption budget"},
                           stage.now, milliseconds(100), seconds(10));
  Decision decision = stage.terminate();
  EXPECT_THAT(notices_of(decision),
              Contains("Warning FailedDraining Node/n1: Failed to drain node, "
                       "evicting pod violates a PDB"));
  stage.carry_out(decision);
  EXPECT_EQ(stage.pod("default/web-1").metadata.deletionTimestamp, std::nullopt)
      << "DIS-282: not before its back-off";
  stage.wait(milliseconds(100));
  stage.carry_out(stage.terminate());
  EXPECT_NE(stage.pod("default/web-1").metadata.deletionTimestamp, std::nullopt);
}

TEST_F(Termination, LIF_377_a_budget_is_told_though_pods_are_waited_for) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  Recorder recorder;
  auto said = [&] {
    std::vector<std::string> messages;
    for (const Notice& notice : stage.terminate().notices) {
      if (auto event = recorder.record(notice, stage.now)) messages.push_back(event->message);
    }
    return messages;
  };
  EXPECT_THAT(said(), ElementsAre("Failed to drain node, 1 pod is waiting to be evicted"));
  stage.world.note_failure("evict/uid-web-1", {base::Code::throttled, "disruption budget"},
                           stage.now, milliseconds(100), seconds(10));
  EXPECT_THAT(said(), ElementsAre("Failed to drain node, evicting pod violates a PDB"));
  EXPECT_THAT(said(), IsEmpty()) << "each once in two minutes";
}

TEST_F(Termination, DIS_280_two_budgets_of_one_pod_are_told) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  stage.world.note_failure("evict/uid-web-1",
                           {base::Code::internal,
                            "This pod has more than one PodDisruptionBudget, which the eviction "
                            "subresource does not support."},
                           stage.now, milliseconds(100), seconds(10));
  EXPECT_THAT(notices_of(stage.terminate()),
              Contains("Warning FailedDraining Node/n1: Failed to drain node, eviction does not "
                       "support multiple PDBs"));
}

TEST_F(Termination, LIF_179_the_reason_of_the_eviction) {
  living_claim.condition("DisruptionReason", "True", kStart, "Empty");
  close();
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_THAT(notices_of(stage.terminate()),
              Contains("Normal Evicted Pod/web-1: Evicted pod: Empty"));
}

TEST_F(Termination, LIF_179_without_a_reason_it_is_forceful) {
  close();
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_THAT(notices_of(stage.terminate()),
              Contains("Normal Evicted Pod/web-1: Evicted pod: Forceful Termination"));
}

// --- the deadline

TEST_F(Termination, LIF_115_the_deadline_is_written_once) {
  living_claim.grace_period("1h");
  delete_claim();
  stage.wait(seconds(1));
  Decision decision = stage.terminate();
  EXPECT_THAT(logs_of(decision), Contains("annotated nodeclaim"));
  EXPECT_THAT(notices_of(decision), Contains("Warning TerminationGracePeriodExpiring NodeClaim/a: "
                                             "All pods will be deleted by 2026-01-01T01:00:00Z"));
  stage.carry_out(decision);
  EXPECT_THAT(stage.claim("a").metadata.annotations,
              Contains(Pair(model::kTerminationTimestampAnnotation, "2026-01-01T01:00:00Z")));
  stage.wait(minutes(1));
  EXPECT_THAT(logs_of(stage.terminate()), Not(Contains("annotated nodeclaim")));
}

TEST_F(Termination, LIF_115_an_existing_deadline_is_never_changed) {
  living_claim.grace_period("1h").annotation(model::kTerminationTimestampAnnotation,
                                             "2026-01-01T00:10:00Z");
  delete_claim();
  stage.carry_out(stage.terminate());
  EXPECT_THAT(stage.claim("a").metadata.annotations,
              Contains(Pair(model::kTerminationTimestampAnnotation, "2026-01-01T00:10:00Z")));
}

TEST_F(Termination, LIF_156_DIS_255_a_deadline_that_cannot_be_read_stops_the_flow) {
  living_claim.annotation(model::kTerminationTimestampAnnotation, "soon");
  delete_claim();
  stage.put(pod("default/web-1").on("n1"));
  stage.carry_out(stage.terminate());
  Decision decision = stage.terminate();
  EXPECT_THAT(actions_of(decision), IsEmpty());
  EXPECT_THAT(logs_of(decision), Contains(HasSubstr("cannot read the termination timestamp")));
}

TEST_F(Termination, DIS_290_a_pod_gets_its_whole_grace_before_the_deadline) {
  living_claim.grace_period("1h");
  close();
  stage.put(pod("default/job").on("n1").do_not_disrupt().grace(300));
  stage.wait(minutes(55));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
  stage.wait(milliseconds(1));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("force default/job 299s"));
}

TEST_F(Termination, DIS_284_without_a_grace_period_it_is_not_forced) {
  living_claim.grace_period("1h");
  close();
  stage.put(pod("default/job").on("n1").do_not_disrupt());
  stage.wait(minutes(90));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST_F(Termination, LIF_170_forced_pods_do_not_wait_for_their_tier) {
  living_claim.grace_period("10m");
  close();
  stage.put(pod("default/web").on("n1").grace(30));
  stage.put(pod("default/dns").on("n1").priority_class("system-node-critical").grace(3600));
  Decision decision = stage.terminate();
  EXPECT_THAT(actions_of(decision),
              UnorderedElementsAre("evict default/web", "force default/dns 600s"));
  EXPECT_THAT(
      notices_of(decision),
      Contains(AllOf(HasSubstr("Normal Disrupted Pod/dns"), HasSubstr("2026-01-01T00:10:00Z"),
                     HasSubstr("600 seconds"), HasSubstr("3600 terminationGracePeriodSeconds"))));
}

TEST_F(Termination, LIF_177_never_with_a_grace_of_zero) {
  living_claim.grace_period("0s");
  close();
  stage.put(pod("default/job").on("n1").do_not_disrupt().grace(30));
  stage.wait(minutes(1));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("force default/job 1s"));
}

TEST_F(Termination, LIF_178_a_blocked_eviction_is_forced_at_its_time) {
  living_claim.grace_period("2m");
  close();
  stage.put(pod("default/web-1").on("n1").grace(30));
  ASSERT_THAT(actions_of(stage.terminate()), ElementsAre("evict default/web-1"));
  stage.wait(seconds(91));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("force default/web-1 29s"));
}

TEST_F(Termination, DIS_288_a_terminating_pod_is_cut_short) {
  living_claim.grace_period("2m");
  close();
  stage.put(pod("default/web-1").on("n1").grace(600).deleted(kStart + seconds(600)));
  EXPECT_THAT(actions_of(stage.terminate()), ElementsAre("force default/web-1 120s"));
  stage.carry_out(stage.terminate());
  EXPECT_EQ(stage.pod("default/web-1").metadata.deletionTimestamp, kStart + minutes(2));
  EXPECT_THAT(actions_of(stage.terminate()), IsEmpty());
}

TEST_F(Termination, LIF_166_many_nodes_at_once) {
  for (int index = 0; index < 5; ++index) {
    std::string number = std::to_string(index);
    std::string id = "i-many-" + number;
    stage.instances[id] = {id, "c" + number, "default", kStart, false};
    stage.put(claim("c" + number).launched(id).registered("m" + number).initialized());
    stage.put(node("m" + number).of(id).ready().registered().initialized());
    stage.request_deletion(claim_reference("c" + number));
  }
  for (int second = 0; second < 15; ++second) {
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.terminate());
    stage.wait(seconds(1));
  }
  EXPECT_FALSE(stage.has("Node/m0") || stage.has("Node/m4") || stage.has("NodeClaim/c4"));
  EXPECT_EQ(stage.terminations.size(), 10u) << "each asked for twice";
}

// Nothing is decided twice in one look: an object has one patch, an instance one request.
TEST_F(Termination, LIF_158_one_patch_for_each_object) {
  living_claim.grace_period("1h");
  delete_claim();
  stage.put(node("n2").of(kId).ready().registered().deleted());
  for (int second = 0; second < 20; ++second) {
    Decision decision = stage.terminate();
    std::vector<std::string> lines = actions_of(decision);
    std::set<std::string> distinct(lines.begin(), lines.end());
    EXPECT_EQ(distinct.size(), lines.size()) << testing::PrintToString(lines);
    stage.carry_out(decision);
    stage.wait(seconds(1));
  }
}

}  // namespace
}  // namespace control
