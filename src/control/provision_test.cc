#include "control/provision.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.h"
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
using support::pool;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

class Provisioning : public testing::Test {
 protected:
  Provisioning() {
    stage.put(pool("default"));
    stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096"),
                   support::instance_type("m5.xlarge", "4", "16Gi", "0.192")};
  }

  void pending(const std::string& name, std::string_view cpu = "1") {
    stage.put(pod("default/" + name).cpu(cpu).unschedulable());
  }
  // Lets the loop decide and carries out until nothing more follows at this moment. What it did.
  std::vector<std::string> step() {
    std::vector<std::string> done;
    for (int round = 0; round < 4; ++round) {
      last = stage.provision();
      for (const std::string& line : actions_of(last))
        done.push_back(line);
      for (const Action& action : last.actions) {
        if (const auto* work = std::get_if<CreateClaim>(&action.work)) created.push_back(*work);
      }
      for (const std::string& line : notices_of(last))
        notices.push_back(line);
      for (const std::string& line : logs_of(last))
        logs.push_back(line);
      stage.carry_out(last);
    }
    return done;
  }
  std::vector<std::string> step_at(base::Duration since_start) {
    stage.now = kStart + since_start;
    return step();
  }
  // Every claim has its instance.
  void launch_all() {
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.lifecycle());
  }
  std::size_t claims() const { return stage.world.claims().size(); }

  Stage stage;
  Decision last;
  std::vector<CreateClaim> created;
  std::vector<std::string> notices;
  std::vector<std::string> logs;
};

// --- triggers and the window

TEST_F(Provisioning, SCH_013_the_first_trigger_opens_the_window) {
  EXPECT_THAT(step_at(seconds(0)), IsEmpty());
  EXPECT_THAT(step_at(seconds(100)), IsEmpty());
  stage.now = kStart + milliseconds(100500);
  pending("web-1");
  EXPECT_THAT(step(), IsEmpty());
  EXPECT_THAT(step_at(milliseconds(101400)), IsEmpty());
  EXPECT_THAT(step_at(milliseconds(101500)), ElementsAre("types default", "create default-"));
}

TEST_F(Provisioning, SCH_015_the_same_pod_does_not_move_the_window) {
  pending("web-1");
  EXPECT_THAT(step_at(seconds(0)), IsEmpty());
  EXPECT_EQ(last.wake, kStart + seconds(1));
  stage.now = kStart + milliseconds(900);
  stage.put(pod("default/web-1").cpu("1").unschedulable().label("touched", "yes"));
  EXPECT_THAT(step(), IsEmpty());
  EXPECT_EQ(last.wake, kStart + seconds(1));
  EXPECT_THAT(step_at(milliseconds(999)), IsEmpty());
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default", "create default-"));
}

TEST_F(Provisioning, SCH_015_another_pod_restarts_the_idle_timer) {
  pending("web-1");
  step_at(seconds(0));
  stage.now = kStart + milliseconds(900);
  pending("web-2");
  EXPECT_THAT(step(), IsEmpty());
  EXPECT_EQ(last.wake, kStart + milliseconds(1900));
  EXPECT_THAT(step_at(milliseconds(1899)), IsEmpty());
  EXPECT_THAT(step_at(milliseconds(1900)), Contains("create default-"));
}

TEST_F(Provisioning, SCH_014_the_window_has_a_longest_time) {
  for (int tenths = 0; tenths < 100; tenths += 5) {
    stage.now = kStart + milliseconds(100 * tenths);
    pending("web-" + std::to_string(tenths), "10m");
    EXPECT_THAT(step(), IsEmpty()) << tenths;
  }
  EXPECT_EQ(last.wake, kStart + seconds(10));
  EXPECT_THAT(step_at(seconds(10)), Contains("create default-"));
  EXPECT_EQ(claims(), 1u);
}

TEST_F(Provisioning, SCH_008_a_pending_pod_comes_back_every_ten_seconds) {
  pending("huge", "1000");
  std::vector<base::Duration> passes;
  for (int tenths = 0; tenths <= 320; ++tenths) {
    for (const std::string& line : step_at(milliseconds(100 * tenths)))
      if (line == "types default") passes.push_back(stage.now - kStart);
  }
  EXPECT_THAT(passes, ElementsAre(seconds(1), seconds(11), seconds(21), seconds(31)));
}

TEST_F(Provisioning, LIF_349_SCH_291_what_a_pass_measures) {
  pending("fits");
  pending("huge", "64");
  step_at(seconds(0));
  step_at(seconds(1));
  const auto& gauges = stage.metrics.gauges();
  const MetricLabels labels = {{"controller", "provisioner"}};
  EXPECT_EQ(gauges.at("karpenter_scheduler_unschedulable_pods_count").at(labels), 1);
  EXPECT_EQ(gauges.at("karpenter_scheduler_ignored_pods_count").at({}), 0);
  auto decisions = [&] {
    return stage.metrics.histograms()
        .at("karpenter_pods_scheduling_decision_duration_seconds")
        .at({});
  };
  EXPECT_EQ(decisions().count, 2);
  EXPECT_EQ(decisions().sum, seconds(2));
  launch_all();
  step_at(seconds(11));
  step_at(seconds(12));
  EXPECT_EQ(decisions().count, 2) << "each pod is decided about for the first time once";
}

TEST_F(Provisioning, SCH_009_first_seen_is_kept) {
  pending("huge", "1000");
  step_at(seconds(0));
  step_at(seconds(30));
  EXPECT_THAT(stage.world.first_seen, ElementsAre(Pair("default/huge", kStart)));
}

TEST_F(Provisioning, SCH_010_a_tainted_node_triggers_a_deleting_one_does_not) {
  stage.put(node("n1").of("i-1").registered().initialized().deleted());
  step_at(seconds(0));
  EXPECT_EQ(last.wake, std::nullopt);
  stage.put(
      node("n1").of("i-1").registered().initialized().tainted("karpenter.sh/disrupted:NoSchedule"));
  step_at(seconds(1));
  EXPECT_THAT(step_at(seconds(2)), ElementsAre("types default"));
  step_at(seconds(11));
  EXPECT_THAT(step_at(seconds(12)), ElementsAre("types default"));
}

TEST_F(Provisioning, SCH_016_what_comes_during_a_pass_opens_the_next_window) {
  pending("web-1");
  step_at(seconds(0));
  stage.now = kStart + seconds(1);
  Decision fetching = stage.provision();
  ASSERT_THAT(actions_of(fetching), ElementsAre("types default"));
  stage.now = kStart + milliseconds(1500);
  pending("web-2", "2");
  EXPECT_THAT(actions_of(stage.provision()), IsEmpty()) << "SCH-017: passes never overlap";
  stage.carry_out(fetching);
  EXPECT_THAT(actions_of(stage.provision()), Contains("create default-"));
}

TEST_F(Provisioning, SCH_017_no_pass_while_claims_are_being_created) {
  pending("web-1");
  step_at(seconds(0));
  stage.now = kStart + seconds(1);
  stage.carry_out(stage.provision());
  Decision creating = stage.provision();
  ASSERT_THAT(actions_of(creating), ElementsAre("create default-"));
  stage.world.begin("provision/1/0");
  pending("web-2");
  stage.now = kStart + seconds(5);
  EXPECT_THAT(actions_of(stage.provision()), IsEmpty());
  stage.world.end("provision/1/0");
  stage.carry_out(creating);
  stage.provision();
  EXPECT_EQ(stage.provision().wake, kStart + seconds(6)) << "its window opens when the pass ends";
}

TEST_F(Provisioning, SCH_019_LIF_244_held_until_every_claim_has_its_instance) {
  stage.put(claim("slow"));
  pending("web-1");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(3)), IsEmpty());
  stage.put(claim("slow").launched("i-slow").resource("cpu", "2"));
  EXPECT_THAT(step_at(seconds(4)), ElementsAre("types default"));
  EXPECT_THAT(notices, ElementsAre("Normal Nominated Pod/web-1: Pod should schedule on: "
                                   "nodeclaim/slow"));
}

TEST_F(Provisioning, SCH_018_a_pod_that_still_waits_goes_to_its_claim_again) {
  pending("web-1");
  step_at(seconds(0));
  step_at(seconds(1));
  ASSERT_EQ(claims(), 1u);
  launch_all();
  for (int second = 2; second < 60; ++second) {
    EXPECT_THAT(step_at(seconds(second)), Not(Contains("create default-"))) << second;
  }
}

// --- what is planned

TEST_F(Provisioning, SCH_268_the_claim) {
  pending("web-1", "1500m");
  step_at(seconds(0));
  step_at(seconds(1));
  ASSERT_EQ(claims(), 1u);
  const model::NodeClaim& created = *stage.world.claims().begin()->second;
  EXPECT_THAT(created.metadata.name, StartsWith("default-"));
  EXPECT_THAT(created.metadata.labels, Contains(Pair(model::kNodePoolLabel, "default")));
  EXPECT_EQ(created.spec.nodeClassRef.name, "default");
  EXPECT_EQ(created.spec.resources.requests.at("cpu").to_string(), "1500m");
  EXPECT_THAT(created.metadata.ownerReferences, testing::SizeIs(1));
  EXPECT_THAT(logs, Contains("created nodeclaim"));
  EXPECT_THAT(logs, Contains("found provisionable pod(s)"));
  EXPECT_THAT(logs, Contains("computed new nodeclaim(s) to fit pod(s)"));
}

TEST_F(Provisioning, SCH_276_pods_of_one_batch_share_a_claim) {
  pending("web-1");
  pending("web-2");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default", "create default-"));
  ASSERT_THAT(created, testing::SizeIs(1));
  EXPECT_THAT(created[0].pods, testing::SizeIs(2));
}

TEST_F(Provisioning, SCH_285_a_pod_that_fits_nowhere_is_told) {
  pending("huge", "1000");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default"));
  EXPECT_THAT(
      notices,
      ElementsAre(StartsWith("Warning FailedScheduling Pod/huge: Failed to schedule pod, ")));
  EXPECT_THAT(logs, Contains("could not schedule pod"));
}

TEST_F(Provisioning, SCH_293_an_error_ends_what_was_planned_before) {
  stage.world.planned_claims["default/huge"] = "a";
  pending("huge", "1000");
  step_at(seconds(0));
  step_at(seconds(1));
  EXPECT_THAT(stage.world.planned_claims, IsEmpty());
}

TEST_F(Provisioning, SCH_278_pods_are_left_to_the_kube_scheduler) {
  pending("web-1");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default", "create default-"))
      << "and nothing is done to the pod";
}

TEST_F(Provisioning, SCH_153_SCH_043_wishes_that_are_given_up_or_hold_back_are_told) {
  auto wishful = [](std::string_view name) {
    model::Pod made = pod(fmt::format("default/{}", name)).cpu("1").unschedulable().object;
    model::TopologySpreadConstraint spread;
    spread.maxSkew = 1;
    spread.topologyKey = "nobody/has-it";
    spread.whenUnsatisfiable = "ScheduleAnyway";
    made.spec.edit().topologySpreadConstraints = {spread};
    return made;
  };
  auto said = [&](std::string_view message) {
    return std::ranges::count_if(logs,
                                 [&](const std::string& log) { return log.contains(message); });
  };
  constexpr std::string_view kHoldsBack =
      "pod(s) have a preferred TopologySpreadConstraint which can prevent consolidation";
  stage.put(model::Object(wishful("w")));
  step_at(seconds(0));
  step_at(seconds(1));
  EXPECT_EQ(said("relaxed constraints of pod"), 1);
  EXPECT_EQ(said(kHoldsBack), 1);
  launch_all();
  stage.put(model::Object(wishful("late")));
  for (base::Duration at = seconds(10); at < minutes(59); at += seconds(10))
    step_at(at);
  EXPECT_EQ(said(kHoldsBack), 2) << "each pod once in an hour";
}

TEST_F(Provisioning, SCH_288_solves_are_measured) {
  pending("web");
  step_at(seconds(0));
  stage.now = kStart + seconds(1);
  std::vector<std::string> solved;
  for (int round = 0; round < 4; ++round) {
    Decision decision = stage.provision();
    if (!decision.solved_for.empty()) solved.push_back(decision.solved_for);
    stage.carry_out(decision);
  }
  EXPECT_THAT(solved, ElementsAre("provisioner"));
  Metrics metrics;
  metrics.observe(solve_duration("provisioner", milliseconds(7)));
  const Histogram& histogram = metrics.histograms()
                                   .at("karpenter_scheduler_scheduling_duration_seconds")
                                   .at({{"controller", "provisioner"}});
  EXPECT_EQ(histogram.count, 1);
  EXPECT_EQ(histogram.counts.at(1), 1) << "above 5 ms, at most 10 ms";
}

TEST_F(Provisioning, SCH_287_what_a_pass_says) {
  stage.put(claim("a").launched("i-1").registered("n1").initialized());
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  pending("on-the-node", "2");
  pending("on-a-claim-1", "3");
  pending("on-a-claim-2", "3");
  step_at(seconds(0));
  stage.now = kStart + seconds(1);
  std::vector<std::string> said;
  for (int round = 0; round < 4; ++round) {
    Decision decision = stage.provision();
    for (const LogLine& log : decision.logs) {
      if (log.level == Level::info)
        said.push_back(log.message + " " + base::print_json(log.fields));
    }
    stage.carry_out(decision);
  }
  EXPECT_THAT(said, Contains(HasSubstr("found provisionable pod(s) ")));
  EXPECT_THAT(said, Contains(AllOf(HasSubstr("computed new nodeclaim(s) to fit pod(s) "),
                                   HasSubstr("\"nodeclaims\":2"), HasSubstr("\"pods\":2"))));
  EXPECT_THAT(said, Contains(AllOf(HasSubstr("computed unready node(s) will fit pod(s) "),
                                   HasSubstr("\"nodes\":1"), HasSubstr("\"pods\":1"))));
}

TEST_F(Provisioning, SCH_026_no_pods_no_words) {
  stage.put(node("n1").of("i-1").registered().tainted("karpenter.sh/disrupted:NoSchedule"));
  step_at(seconds(0));
  logs.clear();
  step_at(seconds(1));
  EXPECT_THAT(logs, IsEmpty());
  EXPECT_THAT(notices, IsEmpty());
}

TEST_F(Provisioning, SCH_089_LIF_192_pools_that_do_not_take_part) {
  stage.put(pool("default").not_ready());
  stage.put(pool("static").replicas(2));
  stage.put(pool("going").finalizer("x").deleted());
  stage.put(pool("other").of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  EXPECT_THAT(participating_pools(stage.world), IsEmpty());
  stage.put(pool("default"));
  EXPECT_THAT(participating_pools(stage.world), testing::SizeIs(1));
}

// --- instance types

TEST_F(Provisioning, SCH_092_a_pool_whose_types_cannot_be_read_sits_out) {
  pending("web-1");
  stage.types_error = {base::Code::unavailable, "no answer"};
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default"));
  EXPECT_EQ(claims(), 0u);
  stage.types_error.reset();
  step_at(seconds(10));
  EXPECT_THAT(step_at(seconds(11)), Contains("create default-"));
}

TEST_F(Provisioning, SCH_092_however_often_they_could_not_be_read) {
  pending("web-1");
  stage.types_error = {base::Code::unavailable, "no answer"};
  for (int second = 0; second < 300; ++second)
    step_at(seconds(second));
  ASSERT_TRUE(stage.world.blocked_until("types/default", stage.now + seconds(15)))
      << "the back-off is longer than the time between passes";
  stage.put(pool("spare"));
  stage.types_error.reset();
  for (int second = 300; second < 312; ++second)
    step_at(seconds(second));
  EXPECT_EQ(claims(), 1u) << "from the other pool";
  EXPECT_THAT(stage.world.claims().begin()->first, StartsWith("spare-"));
}

TEST_F(Provisioning, SCH_098_a_pool_without_any_type_says_so) {
  pending("web-1");
  stage.types = {};
  step_at(seconds(0));
  step_at(seconds(1));
  EXPECT_THAT(
      notices,
      ElementsAre(HasSubstr("nodepool requirements filtered out all available instance types")));
}

// --- nodes that go away

class Leaving : public Provisioning {
 protected:
  Leaving() {
    stage.put(claim("old").launched("i-1").registered("n1").initialized());
    stage.put(node("n1").of("i-1").ready().registered().initialized());
    stage.put(pod("default/web-1").cpu("1").on("n1"));
  }
  void leave() {
    stage.request_deletion(claim_reference("old"));
    stage.put(node("n1").of("i-1").ready().registered().initialized().tainted(
        "karpenter.sh/disrupted:NoSchedule"));
    step_at(seconds(0));
    step_at(seconds(1));
  }
};

TEST_F(Leaving, DIS_239_its_pods_get_a_place_before_they_are_evicted) {
  stage.put(pod("default/web-2").cpu("500m").on("n1"));
  leave();
  EXPECT_EQ(claims(), 2u) << "DIS-238: one replacement for all of them";
}

TEST_F(Leaving, SCH_022_a_leaving_node_receives_no_pods) {
  pending("new", "100m");
  leave();
  EXPECT_THAT(notices, IsEmpty()) << "nobody is nominated to n1";
  EXPECT_EQ(claims(), 2u);
}

TEST_F(Leaving, SCH_024_pods_that_cannot_leave_get_no_capacity) {
  stage.put(pod("default/web-1").cpu("1").on("n1").do_not_disrupt());
  leave();
  EXPECT_EQ(claims(), 1u);
}

TEST_F(Leaving, SCH_025_terminating_pods_of_replica_sets_are_not_planned) {
  stage.put(pod("default/web-1").cpu("1").on("n1").deleted());
  leave();
  EXPECT_EQ(claims(), 1u);
}

TEST_F(Leaving, SCH_025_terminating_pods_of_stateful_sets_are) {
  stage.put(pod("default/web-1").cpu("1").on("n1").of_stateful_set("db").deleted());
  leave();
  EXPECT_EQ(claims(), 2u);
}

TEST_F(Leaving, SCH_018_no_second_replacement_while_it_drains) {
  leave();
  launch_all();
  for (int second = 2; second < 60; ++second)
    step_at(seconds(second));
  EXPECT_EQ(claims(), 2u);
}

// A pod that spreads over zones with the others of app=web.
model::Object spread_pod(support::PodBuilder builder) {
  model::Pod spread = builder.label("app", "web");
  model::TopologySpreadConstraint constraint;
  constraint.maxSkew = 1;
  constraint.topologyKey = model::kZoneLabel;
  constraint.whenUnsatisfiable = "DoNotSchedule";
  constraint.labelSelector.emplace();
  constraint.labelSelector->matchLabels["app"] = "web";
  spread.spec.edit().topologySpreadConstraints.push_back(constraint);
  return model::Object(spread);
}

TEST_F(Leaving, SCH_204_pods_on_leaving_nodes_count_for_spread) {
  stage.types = {
      support::instance_type("m5.large", "2", "8Gi", "0.096", {"us-east-1a", "us-east-1b"})};
  stage.put(spread_pod(pod("default/web-1").cpu("1").on("n1").do_not_disrupt()));
  stage.put(spread_pod(pod("default/web-2").cpu("1").unschedulable()));
  stage.put(node("n1")
                .of("i-1")
                .ready()
                .registered()
                .initialized()
                .label(model::kZoneLabel, "us-east-1a")
                .tainted("karpenter.sh/disrupted:NoSchedule"));
  stage.request_deletion(claim_reference("old"));
  step_at(seconds(0));
  step_at(seconds(1));
  ASSERT_THAT(created, testing::SizeIs(1));
  std::vector<std::string> zones;
  for (const model::NodeRequirement& requirement : created[0].claim.spec.requirements) {
    if (requirement.key == model::kZoneLabel) zones = requirement.values;
  }
  EXPECT_THAT(zones, ElementsAre("us-east-1b"));
}

// --- existing nodes

TEST_F(Provisioning, SCH_283_284_293_LIF_230_a_node_that_will_receive_pods_is_nominated) {
  stage.put(claim("a").launched("i-1").registered("n1").initialized());
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  pending("web-1");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), ElementsAre("types default"));
  EXPECT_TRUE(stage.world.is_nominated("i-1", kStart + seconds(20)));
  EXPECT_FALSE(stage.world.is_nominated("i-1", kStart + seconds(21)));
  EXPECT_THAT(notices, ElementsAre("Normal Nominated Pod/web-1: Pod should schedule on: "
                                   "nodeclaim/a, node/n1"));
  EXPECT_THAT(stage.world.planned_claims, Contains(Pair("default/web-1", "a")));
}

TEST_F(Provisioning, SCH_114_a_marked_node_receives_no_pods) {
  stage.put(claim("a").launched("i-1").registered("n1").initialized());
  stage.put(node("n1").of("i-1").ready().registered().initialized());
  stage.world.marked_for_deletion.insert("a");
  pending("web-1");
  step_at(seconds(0));
  EXPECT_THAT(step_at(seconds(1)), Contains("create default-"));
}

// --- limits

TEST_F(Provisioning, SCH_132_refused_when_the_usage_is_over_already) {
  stage.put(pool("default").limit("memory", "1Gi"));
  EXPECT_EQ(exceeded_limit(pool("default").limit("cpu", "4"), {{"cpu", support::quantity("4")}}),
            "");
  EXPECT_EQ(exceeded_limit(pool("default").limit("cpu", "4"), {{"cpu", support::quantity("4.5")}}),
            "cpu resource usage of 4500m exceeds limit of 4");
}

TEST_F(Provisioning, LIF_247_usage_by_pool) {
  stage.put(claim("a").launched("i-1"));
  stage.put(claim("b").launched("i-2").in_pool("batch"));
  stage.put(claim("c").launched("i-3").deleted());
  stage.put(claim("d"));
  stage.put(node("own").of("i-9").unmanaged());
  auto usage = usage_by_pool(stage.world);
  ASSERT_THAT(usage, testing::SizeIs(2));
  EXPECT_EQ(usage["default"].at("cpu").to_string(), "2");
  EXPECT_EQ(usage["default"].at("nodes").to_string(), "1");
  EXPECT_EQ(usage["batch"].at("memory").to_string(), "8Gi");
}

TEST_F(Provisioning, SCH_133_a_second_pod_waits_at_the_limit) {
  stage.put(pool("default").limit("cpu", "2"));
  pending("web-1", "1750m");
  step_at(seconds(0));
  step_at(seconds(1));
  launch_all();
  ASSERT_EQ(claims(), 1u);
  stage.now = kStart + seconds(2);
  pending("web-2", "1750m");
  step();
  step_at(seconds(3));
  EXPECT_EQ(claims(), 1u);
  EXPECT_THAT(notices, Contains(HasSubstr("FailedScheduling Pod/web-2")));
}

TEST_F(Provisioning, SCH_133_nodes_as_a_limit) {
  stage.put(pool("default").limit("nodes", "2"));
  for (int number = 0; number < 4; ++number) {
    stage.now += seconds(2);
    pending("web-" + std::to_string(number), "1500m");
    step();
    stage.now += seconds(1);
    step();
    launch_all();
  }
  EXPECT_EQ(claims(), 2u);
}

}  // namespace
}  // namespace control
