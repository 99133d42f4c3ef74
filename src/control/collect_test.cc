#include "control/collect.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Collection : public testing::Test {
 protected:
  Collection() {
    stage.put(claim("a").launched("i-1").registered("n1").initialized());
    stage.put(node("n1").of("i-1").ready().registered().initialized());
    run("i-1", "a");
  }
  void run(const std::string& id, const std::string& of, base::Time launched = kStart) {
    stage.instances[id] = {id, of, "default", launched, false};
  }
  // Lists, and decides on what was listed.
  Decision collected() {
    stage.wait(minutes(2));
    stage.carry_out(stage.collect());
    return stage.collect();
  }
  Stage stage;
};

TEST_F(Collection, LIF_149_often_at_first_then_every_two_minutes) {
  std::vector<base::Time> listed;
  while (stage.now < kStart + minutes(10)) {
    Decision decision = stage.collect();
    if (!decision.actions.empty()) listed.push_back(stage.now);
    stage.carry_out(decision);
    stage.wait(seconds(1));
  }
  ASSERT_GT(listed.size(), 22u);
  EXPECT_EQ(listed[1] - listed[0], seconds(10));
  EXPECT_EQ(listed[19] - listed[18], seconds(10));
  EXPECT_EQ(listed[21] - listed[20], minutes(2));
}

TEST_F(Collection, LIF_149_wakes_for_the_next_list) {
  stage.carry_out(stage.collect());
  EXPECT_EQ(stage.collect().wake, kStart + seconds(10));
}

TEST_F(Collection, LIF_145_what_is_listed_stays) {
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_145_a_claim_whose_instance_is_gone_goes) {
  stage.instances.clear();
  stage.put(node("n1").of("i-1").ready("Unknown").registered().initialized());
  Decision decision = collected();
  EXPECT_THAT(actions_of(decision), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(logs_of(decision),
              ElementsAre("garbage collecting nodeclaim with no cloudprovider representation"));
  EXPECT_EQ(decision.actions[0].logs[0].level, Level::debug) << "LIF-147";
}

TEST_F(Collection, LIF_146_without_node_and_instance_it_goes) {
  stage.instances.clear();
  stage.remove(node_reference("n1"));
  EXPECT_THAT(actions_of(collected()), ElementsAre("delete NodeClaim/a"));
}

TEST_F(Collection, LIF_146_a_listed_instance_keeps_its_claim_without_a_node) {
  stage.remove(node_reference("n1"));
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_145_a_ready_node_keeps_its_claim) {
  stage.instances.clear();
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_145_a_terminating_instance_does_not_count) {
  stage.instances["i-1"].terminating = true;
  stage.put(node("n1").of("i-1").ready("False").registered().initialized());
  EXPECT_THAT(actions_of(collected()), ElementsAre("delete NodeClaim/a"));
}

TEST_F(Collection, LIF_146_unregistered_and_deleting_claims_are_left_alone) {
  stage.put(claim("b").launched("i-2"));
  stage.put(claim("c").launched("i-3").registered("n3").deleted());
  stage.put(claim("d").launched("i-4").registered("n4").of_class("karpenter.kwok.sh", "K"));
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_149_an_orphan_is_terminated_with_its_node) {
  run("i-2", "gone");
  stage.put(node("n2").of("i-2").ready().registered());
  Decision decision = collected();
  EXPECT_THAT(actions_of(decision), ElementsAre("terminate i-2", "delete Node/n2"));
  EXPECT_THAT(logs_of(decision), ElementsAre("garbage collected cloudprovider instance"));
}

TEST_F(Collection, LIF_149_a_young_orphan_is_kept) {
  stage.wait(minutes(2));
  run("i-2", "gone", kStart + minutes(4) - seconds(29));
  EXPECT_THAT(actions_of(collected()), IsEmpty());
  stage.wait(seconds(1));
  EXPECT_THAT(actions_of(collected()), ElementsAre("terminate i-2"));
}

TEST_F(Collection, LIF_061_an_instance_whose_claim_does_not_show_it_yet_is_kept) {
  stage.put(claim("b"));
  run("i-2", "b");
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_149_a_second_instance_of_a_claim_is_an_orphan) {
  run("i-2", "a");
  EXPECT_THAT(actions_of(collected()), ElementsAre("terminate i-2"))
      << "the claim says that i-1 is its machine";
}

TEST_F(Collection, LIF_149_a_terminating_orphan_is_not_asked_for_again) {
  run("i-2", "gone");
  stage.carry_out(collected());
  ASSERT_THAT(stage.terminations, ElementsAre("i-2"));
  EXPECT_THAT(actions_of(collected()), IsEmpty());
}

TEST_F(Collection, LIF_148_no_list_no_deletion) {
  stage.instances.clear();
  stage.remove(node_reference("n1"));
  stage.wait(minutes(5));
  EXPECT_THAT(actions_of(stage.collect()), ElementsAre("list")) << "the answer never comes";
  EXPECT_THAT(actions_of(stage.collect()), ElementsAre("list"));
}

TEST_F(Collection, LIF_145_an_old_list_is_looked_at_once) {
  stage.instances.clear();
  stage.remove(node_reference("n1"));
  EXPECT_THAT(actions_of(collected()), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(actions_of(stage.collect()), Not(Contains("delete NodeClaim/a")));
}

}  // namespace
}  // namespace control
