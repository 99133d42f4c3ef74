#include "control/interruption.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::node;
using support::pod;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using Kind = ports::InstanceNotice::Kind;

constexpr const char* kId = "aws:///us-east-1a/i-1";

class Interruption : public testing::Test {
 protected:
  Interruption() { put_machine("a", "n1", kId); }

  void put_machine(const std::string& name, const std::string& node_name,
                   const std::string& providerID) {
    stage.put(claim(name)
                  .launched(providerID)
                  .registered(node_name)
                  .initialized()
                  .label(model::kInstanceTypeLabel, "m5.large")
                  .label(model::kZoneLabel, "us-east-1a")
                  .label(model::kCapacityTypeLabel, "spot"));
    stage.put(node(node_name).of(providerID).ready().registered().initialized());
  }

  void notice(Kind kind, std::vector<std::string> instances = {"i-1"}, std::string id = "7") {
    stage.world.notices.try_emplace(
        id, PendingNotice{{id, kind, std::move(instances), stage.now}, false});
  }
  // One look, carried out; what it did.
  std::vector<std::string> step() {
    last = stage.interrupt();
    stage.carry_out(last);
    return actions_of(last);
  }

  Stage stage;
  Decision last;
};

TEST_F(Interruption, AWC_272_a_spot_interruption_deletes_the_claim_and_marks_its_offering) {
  notice(Kind::spot_interrupted);
  EXPECT_THAT(step(), ElementsAre("mark m5.large us-east-1a spot", "delete NodeClaim/a"));
  EXPECT_THAT(
      notices_of(last),
      ElementsAre("Warning SpotInterrupted NodeClaim/a: Spot interruption warning was triggered",
                  "Warning SpotInterrupted Node/n1: Spot interruption warning was triggered",
                  "Warning TerminatingOnInterruption NodeClaim/a: Interruption triggered "
                  "termination for the NodeClaim",
                  "Warning TerminatingOnInterruption Node/n1: Interruption triggered termination "
                  "for the Node"));
  EXPECT_THAT(logs_of(last), ElementsAre("initiating delete from interruption message"));
  EXPECT_TRUE(stage.claim("a").metadata.deletionTimestamp);
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
  EXPECT_THAT(step(), IsEmpty());
}

TEST_F(Interruption, AWC_276_the_node_is_closed_and_drained_as_any_other) {
  stage.put(pod("default/web-1").on("n1"));
  notice(Kind::spot_interrupted);
  stage.run_until(stage.now + seconds(5));
  EXPECT_THAT(stage.node("n1").spec.taints,
              Contains(support::taint("karpenter.sh/disrupted:NoSchedule")));
  EXPECT_TRUE(stage.pod("default/web-1").metadata.deletionTimestamp);
  EXPECT_FALSE(
      stage.claim("a").metadata.annotations.contains(model::kTerminationTimestampAnnotation))
      << "AWC-275: budgets are kept";
}

TEST_F(Interruption, AWC_272_what_each_kind_says_and_does) {
  struct Case {
    Kind kind;
    std::string event;
    bool deletes;
  };
  const Case cases[] = {
      {Kind::rebalance_recommendation, "Normal SpotRebalanceRecommendation", false},
      {Kind::instance_stopped, "Warning InstanceStopping", true},
      {Kind::instance_terminated, "Warning InstanceTerminating", true},
      {Kind::scheduled_change, "Warning InstanceUnhealthy", true},
      {Kind::event_status, "Warning InstanceUnhealthy", true},
  };
  for (const Case& each : cases) {
    Stage fresh;
    fresh.put(claim("a").launched(kId).registered("n1").initialized());
    fresh.put(node("n1").of(kId).ready().registered().initialized());
    fresh.world.notices["7"].notice = {"7", each.kind, {"i-1"}, fresh.now};
    Decision decision = fresh.interrupt();
    EXPECT_THAT(notices_of(decision), Contains(HasSubstr(each.event + " NodeClaim/a")));
    EXPECT_THAT(notices_of(decision), Contains(HasSubstr(each.event + " Node/n1")));
    EXPECT_THAT(actions_of(decision),
                ElementsAre(each.deletes ? "delete NodeClaim/a" : "acknowledge 7"))
        << to_string(each.kind);
  }
}

TEST_F(Interruption, AWC_275_a_failed_status_check_ends_it_without_waiting) {
  notice(Kind::system_status);
  EXPECT_THAT(step(), ElementsAre("patch NodeClaim/a"));
  EXPECT_EQ(
      stage.claim("a").metadata.annotations.at(std::string(model::kTerminationTimestampAnnotation)),
      base::print_time(stage.now));
  EXPECT_THAT(step(), ElementsAre("delete NodeClaim/a"));
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
}

TEST_F(Interruption, AWC_283_also_if_the_claim_is_draining_already) {
  stage.request_deletion(claim_reference("a"));
  notice(Kind::instance_status);
  EXPECT_THAT(step(), ElementsAre("patch NodeClaim/a"));
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
}

TEST_F(Interruption, AWC_270_instances_of_others_are_passed_over) {
  notice(Kind::spot_interrupted, {"i-9"});
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
  EXPECT_THAT(notices_of(last), IsEmpty());
}

TEST_F(Interruption, AWC_270_claims_of_other_providers_are_passed_over) {
  stage.put(claim("a").launched(kId).of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  notice(Kind::spot_interrupted);
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
}

TEST_F(Interruption, AWC_269_several_instances_of_one_notice) {
  put_machine("b", "n2", "aws:///us-east-1b/i-2");
  notice(Kind::scheduled_change, {"i-9", "i-2", "i-1"});
  EXPECT_THAT(step(), UnorderedElementsAre("delete NodeClaim/a", "delete NodeClaim/b"));
}

TEST_F(Interruption, AWC_273_a_claim_that_is_deleting_is_not_deleted_again) {
  stage.request_deletion(claim_reference("a"));
  notice(Kind::spot_interrupted);
  EXPECT_THAT(step(), ElementsAre("mark m5.large us-east-1a spot", "acknowledge 7"));
  EXPECT_THAT(notices_of(last), Not(Contains(HasSubstr("TerminatingOnInterruption"))));
}

TEST_F(Interruption, AWC_266_not_acknowledged_before_the_deletion_was_accepted) {
  notice(Kind::spot_interrupted);
  last = stage.interrupt();  // and the write fails
  ASSERT_THAT(actions_of(last), Contains("delete NodeClaim/a"));
  EXPECT_THAT(step(), ElementsAre("delete NodeClaim/a")) << "marked and told once";
  EXPECT_THAT(step(), ElementsAre("acknowledge 7"));
}

TEST_F(Interruption, AWC_277_the_same_notice_again_does_nothing_more) {
  notice(Kind::spot_interrupted);
  step();
  step();
  notice(Kind::spot_interrupted);
  EXPECT_THAT(step(), Not(Contains("delete NodeClaim/a")));
  EXPECT_EQ(stage.acknowledged.size(), 2u);
}

TEST_F(Interruption, AWC_274_without_type_or_zone_nothing_is_marked) {
  model::NodeClaim bare = stage.claim("a");
  bare.metadata.labels.erase(std::string(model::kZoneLabel));
  stage.put(model::Object(bare));
  notice(Kind::spot_interrupted);
  EXPECT_THAT(step(), ElementsAre("delete NodeClaim/a"));
}

TEST_F(Interruption, AWC_272_a_reservation_that_is_taken_back) {
  notice(Kind::capacity_reservation_interrupted);
  EXPECT_THAT(step(), ElementsAre("delete NodeClaim/a")) << "its ID is not known";
  put_machine("b", "n2", "aws:///us-east-1a/i-2");
  model::NodeClaim reserved = stage.claim("b");
  reserved.metadata.labels[stage.world.settings().engine.reservation_id_label] = "cr-1";
  stage.put(model::Object(reserved));
  notice(Kind::capacity_reservation_interrupted, {"i-2"}, "8");
  EXPECT_THAT(step(), Contains("mark m5.large us-east-1a reserved cr-1"));
}

TEST_F(Interruption, AWC_271_a_launch_that_the_claim_does_not_show_yet) {
  stage.put(claim("new"));
  ports::Launched launched;
  launched.providerID = "aws:///us-east-1a/i-3";
  stage.world.launched["uid-new"] = launched;
  notice(Kind::instance_terminated, {"i-3"});
  EXPECT_THAT(step(), ElementsAre("delete NodeClaim/new"));
}

}  // namespace
}  // namespace control
