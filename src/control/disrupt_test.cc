#include "control/disrupt.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

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
using testing::StartsWith;
using testing::UnorderedElementsAre;

constexpr auto kTaint = "karpenter.sh/disrupted:NoSchedule";

// Empty, consolidatable nodes n1, n2 … of claims c1, c2 …, in pools without budgets.
class Emptiness : public testing::Test {
 protected:
  Emptiness() {
    stage.put(pool("default").no_budgets());
    stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096"),
                   support::instance_type("m5.xlarge", "4", "16Gi", "0.192")};
    stage.world.types["default"].types = stage.types;
  }

  static support::ClaimBuilder free_claim(const std::string& number) {
    return claim("c" + number)
        .launched("i-" + number)
        .registered("n" + number)
        .initialized()
        .consolidatable();
  }
  static support::NodeBuilder free_node(const std::string& number) {
    return node("n" + number).of("i-" + number).ready().registered().initialized();
  }
  void add(const std::string& number) {
    stage.put(free_claim(number));
    stage.put(free_node(number));
  }

  Decision look() {
    Decision decision = stage.disrupt();
    for (const std::string& line : notices_of(decision))
      notices.push_back(line);
    for (const std::string& line : logs_of(decision))
      logs.push_back(line);
    stage.carry_out(decision);
    return decision;
  }
  // Looks second after second; which claims went, in this order.
  std::vector<std::string> gone_after(base::Duration time) {
    std::vector<std::string> gone;
    for (base::Time end = stage.now + time; stage.now < end; stage.wait(seconds(1))) {
      for (int round = 0; round < 3; ++round) {
        for (const std::string& line : actions_of(look()))
          if (line.starts_with("delete NodeClaim/")) gone.push_back(line.substr(17));
      }
    }
    return gone;
  }
  // Until a command was chosen and waits for its validation.
  void choose() {
    for (base::Time end = stage.now + seconds(11); stage.now < end; stage.wait(seconds(1)))
      look();
  }
  // What kept the node from being a candidate, as its event says.
  std::string obstacle(const std::string& of_node = "n1") {
    notices.clear();
    add("witness");  // something is consolidatable, so that a pass is made
    gone_after(seconds(40));
    std::string start = "Normal DisruptionBlocked Node/" + of_node + ": ";
    for (const std::string& line : notices)
      if (line.starts_with(start)) return line.substr(start.size());
    return "";
  }

  Stage stage;
  std::vector<std::string> notices;
  std::vector<std::string> logs;
};

// --- one command, from the pass to the deletion

TEST_F(Emptiness, DIS_123_all_empty_nodes_go_together) {
  add("1");
  add("2");
  add("3");
  EXPECT_THAT(gone_after(seconds(60)), ElementsAre("c1", "c2", "c3"));
  EXPECT_THAT(logs, Contains("disrupting node(s)").Times(1));
}

TEST_F(Emptiness, DIS_207_nothing_happens_before_the_validation) {
  add("1");
  choose();
  base::Time chosen_before = stage.now;
  for (int second = 0; second < 14; ++second) {
    EXPECT_THAT(actions_of(stage.disrupt()), IsEmpty()) << second;
    stage.wait(seconds(1));
    if (stage.now - chosen_before >= seconds(4)) break;
  }
  EXPECT_THAT(logs, IsEmpty());
  EXPECT_THAT(stage.node("n1").spec.taints, IsEmpty());
}

TEST_F(Emptiness, DIS_207_fifteen_seconds) {
  add("1");
  std::optional<base::Time> chosen;
  std::optional<base::Time> marked;
  for (int second = 0; second < 40 && !marked; ++second) {
    Decision decision = look();
    if (!decision.actions.empty()) marked = stage.now;
    if (!chosen && decision.wake == stage.now + seconds(15)) chosen = stage.now;
    stage.wait(seconds(1));
  }
  ASSERT_TRUE(chosen && marked);
  EXPECT_EQ(*marked - *chosen, seconds(15));
}

TEST_F(Emptiness, DIS_217_marked_before_it_is_deleted) {
  add("1");
  choose();
  stage.wait(seconds(15));
  Decision marking = stage.disrupt();
  EXPECT_THAT(actions_of(marking), UnorderedElementsAre("patch Node/n1", "patch NodeClaim/c1"));
  EXPECT_THAT(logs_of(marking), AllOf(Contains("disrupting node(s)"), Contains("tainted node")));
  const auto& tainted = patched<model::Node>(marking, "n1");
  ASSERT_EQ(tainted.spec.taints.size(), 1u);
  EXPECT_EQ(tainted.spec.taints[0].key, model::kDisruptedTaint);
  EXPECT_EQ(tainted.spec.taints[0].effect, "NoSchedule");
  const auto& with_reason = patched<model::NodeClaim>(marking, "c1");
  const auto* reason = model::find_condition(with_reason.status.conditions, "DisruptionReason");
  ASSERT_NE(reason, nullptr);
  EXPECT_EQ(reason->status + " " + reason->reason + " " + reason->message, "True Empty Empty");
  EXPECT_EQ(condition_of(with_reason, "Ready"), "True") << "DIS-248";

  EXPECT_THAT(actions_of(stage.disrupt()), Not(Contains("delete NodeClaim/c1")))
      << "the marks were not written";
  stage.carry_out(marking);
  Decision deleting = stage.disrupt();
  EXPECT_THAT(actions_of(deleting), ElementsAre("delete NodeClaim/c1"));
  EXPECT_THAT(
      notices_of(deleting),
      UnorderedElementsAre("Normal DisruptionTerminating NodeClaim/c1: Disrupting NodeClaim: Empty",
                           "Normal DisruptionTerminating Node/n1: Disrupting Node: Empty"));
}

TEST_F(Emptiness, DIS_216_the_log_line) {
  add("1");
  stage.put(pod("default/idle").on("n1").priority(-2'000'000'000));  // costs nothing
  choose();
  stage.wait(seconds(15));
  Decision decision = stage.disrupt();
  ASSERT_FALSE(decision.logs.empty());
  const boost::json::object& fields = decision.logs.front().fields.as_object();
  EXPECT_EQ(fields.at("reason"), "Empty");
  EXPECT_EQ(fields.at("decision"), "delete");
  EXPECT_EQ(fields.at("disrupted-node-count"), 1);
  EXPECT_EQ(fields.at("replacement-node-count"), 0);
  EXPECT_EQ(fields.at("pod-count"), 1);
  EXPECT_EQ(base::print_json(fields.at("disrupted-nodes")),
            R"([{"Node":{"name":"n1"},"NodeClaim":{"name":"c1"},"capacity-type":"on-demand",)"
            R"("instance-type":"m5.large"}])");
}

TEST_F(Emptiness, DIS_100_marked_at_once) {
  add("1");
  choose();
  stage.wait(seconds(15));
  stage.disrupt();
  EXPECT_THAT(stage.world.marked_for_deletion, ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_232_a_claim_that_vanishes_does_not_hold_the_others) {
  add("1");
  add("2");
  choose();
  stage.wait(seconds(15));
  look();
  stage.remove(claim_reference("c1"));
  EXPECT_THAT(gone_after(seconds(3)), ElementsAre("c2"));
}

// --- what changes during the delay

TEST_F(Emptiness, DIS_208_a_pod_that_came_meanwhile_keeps_its_node) {
  add("1");
  add("2");
  choose();
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c2"));
  EXPECT_THAT(stage.node("n1").spec.taints, IsEmpty());
}

TEST_F(Emptiness, DIS_124_nothing_is_left_nothing_is_done) {
  add("1");
  choose();
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_THAT(gone_after(seconds(60)), IsEmpty());
  EXPECT_THAT(logs, ElementsAre("abandoning empty node consolidation attempt"));
}

TEST_F(Emptiness, DIS_208_a_nominated_node_is_kept) {
  add("1");
  choose();
  stage.world.nominate("i-1", stage.now + seconds(20));
  EXPECT_THAT(gone_after(seconds(18)), IsEmpty());
}

TEST_F(Emptiness, DIS_208_a_budget_that_shrank_keeps_the_first_ones) {
  for (const char* number : {"1", "2", "3"})
    add(number);
  choose();
  stage.put(pool("default").budget("1"));
  EXPECT_THAT(gone_after(seconds(16)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_208_nodes_that_became_empty_meanwhile_are_not_added) {
  add("1");
  choose();
  add("2");
  EXPECT_THAT(gone_after(seconds(16)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_208_a_candidate_that_was_deleted_meanwhile) {
  add("1");
  add("2");
  choose();
  stage.request_deletion(claim_reference("c1"));
  EXPECT_THAT(gone_after(seconds(20)), ElementsAre("c2"));
}

TEST_F(Emptiness, DIS_054_LIF_244_nothing_is_begun_while_a_claim_launches) {
  add("1");
  stage.put(claim("launching"));
  EXPECT_THAT(gone_after(minutes(2)), IsEmpty());
  stage.put(claim("launching").launched("i-9"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_057_a_pass_that_is_woken_late_runs) {
  add("1");
  std::optional<base::Time> wake = look().wake;
  while (wake && logs.empty() && stage.now < kStart + minutes(2)) {
    stage.now = *wake + std::chrono::milliseconds(3);
    wake = look().wake;
  }
  EXPECT_THAT(logs, Contains(HasSubstr("disrupting node(s)")));
}

TEST_F(Emptiness, DIS_056_after_a_command_the_next_pass_comes_at_once) {
  add("1");
  choose();
  add("2");
  stage.wait(seconds(15));
  ASSERT_THAT(actions_of(look()), Contains("patch Node/n1"));
  stage.wait(std::chrono::milliseconds(5));
  EXPECT_EQ(look().wake, stage.now + seconds(15)) << "n2 waits for its validation";
}

// --- which nodes are empty

TEST_F(Emptiness, DIS_083_pods_that_do_not_count) {
  for (const char* number : {"1", "2", "3", "4"})
    add(number);
  stage.put(pod("kube-system/agent").on("n1").of_daemon_set("agent"));
  stage.put(pod("kube-system/mirror").on("n2").of_node("n2"));
  stage.put(pod("default/done").on("n3").phase("Succeeded"));
  stage.put(pod("default/leaving").on("n4").deleted(kStart + minutes(5)));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1", "c2", "c3", "c4"));
}

TEST_F(Emptiness, DIS_083_a_terminating_pod_of_a_stateful_set_counts) {
  add("1");
  stage.put(pod("default/db-0").on("n1").of_stateful_set("db").deleted(kStart + minutes(5)));
  EXPECT_THAT(gone_after(seconds(30)), IsEmpty());
}

TEST_F(Emptiness, DIS_083_pods_without_cost_do_not_count) {
  add("1");
  stage.put(pod("default/idle")
                .on("n1")
                .annotation("controller.kubernetes.io/pod-deletion-cost", "-134217728"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_081_eviction_cost) {
  auto cost = [](const char* deletion_cost) {
    return eviction_cost(
        pod("default/p").annotation("controller.kubernetes.io/pod-deletion-cost", deletion_cost));
  };
  EXPECT_EQ(eviction_cost(pod("default/p")), 1.0);
  EXPECT_EQ(cost("2147483647"), 10.0);
  EXPECT_EQ(cost("-2147483647"), -10.0);
  EXPECT_EQ(cost("-134217728"), 0.0);
  EXPECT_EQ(cost("cheap"), 1.0);
  EXPECT_EQ(cost("5 apples"), 1.0);
  EXPECT_EQ(cost("nan"), 1.0) << "NaN must enter no sum";
  EXPECT_EQ(eviction_cost(pod("default/p").priority(1'000'000'000)), 10.0);
  EXPECT_EQ(eviction_cost(pod("default/p").priority(-33'554'432)), 0.0);
  EXPECT_GT(cost("2"), cost("1"));
}

TEST_F(Emptiness, DIS_121_not_in_static_pools) {
  add("1");
  stage.put(pool("default").no_budgets().replicas(1));
  EXPECT_THAT(gone_after(seconds(30)), IsEmpty());
}

TEST_F(Emptiness, DIS_121_not_if_consolidation_is_off) {
  add("1");
  stage.put(pool("default").no_budgets().consolidate_after("Never"));
  EXPECT_THAT(gone_after(seconds(30)), IsEmpty());
}

TEST_F(Emptiness, DIS_125_only_consolidatable_ones) {
  add("1");
  stage.put(free_claim("2").condition("Consolidatable", "False"));
  stage.put(free_node("2"));
  stage.put(claim("c3").launched("i-3").registered("n3").initialized());
  stage.put(free_node("3"));
  EXPECT_THAT(gone_after(seconds(60)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_126_drifted_or_not) {
  stage.put(free_claim("1").condition("Drifted", "True"));
  stage.put(free_node("1"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

// --- order and budgets

TEST_F(Emptiness, DIS_085_the_dearest_first_ties_by_name) {
  stage.put(pool("default").budget("2"));
  add("1");
  add("2");
  stage.put(free_claim("3").label(model::kInstanceTypeLabel, "m5.xlarge"));
  stage.put(free_node("3").of_type("m5.xlarge"));
  EXPECT_THAT(gone_after(seconds(27)), UnorderedElementsAre("c3", "c1"));
}

TEST_F(Emptiness, DIS_084_what_a_node_costs_does_not_depend_on_availability) {
  stage.put(pool("default").budget("1"));
  model::InstanceType sold_out = *stage.types[1];
  sold_out.offerings[0].available = false;
  stage.world.types["default"].types = {stage.types[0],
                                        std::make_shared<model::InstanceType>(sold_out)};
  add("1");
  stage.put(free_claim("3"));
  stage.put(free_node("3").of_type("m5.xlarge"));
  EXPECT_THAT(gone_after(seconds(27)), ElementsAre("c3"));
}

TEST_F(Emptiness, DIS_099_a_budget_is_used_up_one_by_one) {
  stage.put(pool("default").budget("50%"));
  for (const char* number : {"1", "2", "3", "4", "5"})
    add(number);
  EXPECT_THAT(gone_after(seconds(27)), ElementsAre("c1", "c2", "c3"));
  EXPECT_THAT(gone_after(seconds(60)), IsEmpty()) << "three are on their way out";
}

TEST_F(Emptiness, DIS_099_no_budget_no_command) {
  stage.put(pool("default").budget("0"));
  add("1");
  EXPECT_THAT(gone_after(minutes(2)), IsEmpty());
}

TEST_F(Emptiness, DIS_345_a_budget_for_other_reasons_does_not_matter) {
  model::Budget drifted;
  drifted.nodes = "0";
  drifted.reasons = {"Drifted"};
  stage.put(pool("default").budget(drifted));
  add("1");
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_123_across_pools) {
  stage.put(pool("batch").budget("1"));
  stage.world.types["batch"].types = stage.types;
  add("1");
  for (const char* number : {"2", "3"}) {
    stage.put(free_claim(number).in_pool("batch"));
    stage.put(free_node(number).in_pool("batch"));
  }
  EXPECT_THAT(gone_after(seconds(27)), UnorderedElementsAre("c1", "c2"));
  EXPECT_THAT(logs, Contains("disrupting node(s)").Times(1));
}

// --- what keeps a node

TEST_F(Emptiness, DIS_065_nodes_that_are_not_ours_say_nothing) {
  stage.put(node("own").of("i-9").ready().unmanaged());
  EXPECT_EQ(obstacle("own"), "");
}

TEST_F(Emptiness, DIS_067_not_initialized) {
  stage.put(free_claim("1"));
  stage.put(node("n1").of("i-1").ready().registered());
  EXPECT_EQ(obstacle(), "Node isn't initialized");
}

TEST_F(Emptiness, DIS_066_without_a_node) {
  stage.put(free_claim("1"));
  obstacle();
  EXPECT_THAT(notices, Contains("Normal DisruptionBlocked NodeClaim/c1: Nodeclaim does not have an "
                                "associated node"));
}

TEST_F(Emptiness, DIS_068_on_its_way_out) {
  add("1");
  stage.request_deletion(claim_reference("c1"));
  EXPECT_EQ(obstacle(), "Node is deleting or marked for deletion");
}

TEST_F(Emptiness, DIS_069_nominated) {
  add("1");
  stage.world.nominate("i-1", stage.now + minutes(1));
  EXPECT_EQ(obstacle(), "Node is nominated for a pending pod");
}

TEST_F(Emptiness, DIS_070_do_not_disrupt) {
  stage.put(free_claim("1"));
  stage.put(free_node("1").annotation(model::kDoNotDisruptAnnotation, "true"));
  EXPECT_EQ(obstacle(),
            "Disruption is blocked through the \"karpenter.sh/do-not-disrupt\" "
            "annotation");
}

TEST_F(Emptiness, DIS_016_only_the_value_true_and_only_on_the_node) {
  stage.put(free_claim("1").annotation(model::kDoNotDisruptAnnotation, "true"));
  stage.put(free_node("1").annotation(model::kDoNotDisruptAnnotation, "false"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_071_without_a_pool) {
  stage.put(free_claim("1"));
  auto bare = free_node("1");
  bare.object.metadata.labels.erase(std::string(model::kNodePoolLabel));
  stage.put(bare);
  EXPECT_EQ(obstacle(), "Node doesn't have required label (label=karpenter.sh/nodepool)");
}

TEST_F(Emptiness, DIS_072_pool_missing_or_without_types) {
  stage.put(free_claim("1").in_pool("gone"));
  stage.put(free_node("1").in_pool("gone"));
  EXPECT_EQ(obstacle(), "NodePool not found (NodePool=gone)");
  stage.put(pool("gone").no_budgets());
  EXPECT_EQ(obstacle(), "NodePool not found (NodePool=gone)");
  stage.world.types["gone"].types = stage.types;
  EXPECT_THAT(gone_after(seconds(60)), Contains("c1"));
}

TEST_F(Emptiness, DIS_072_a_pool_of_another_provider) {
  stage.put(pool("other").no_budgets().of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  stage.world.types["other"].types = stage.types;
  stage.put(free_claim("1").in_pool("other"));
  stage.put(free_node("1").in_pool("other"));
  EXPECT_EQ(obstacle(), "NodePool not found (NodePool=other)");
}

TEST_F(Emptiness, DIS_073_protected_pods_before_budgets) {
  add("1");
  stage.put(pod("default/a").on("n1").label("app", "web"));
  stage.put(pod("default/b").on("n1").do_not_disrupt());
  stage.put(support::pdb("default/web"));
  EXPECT_EQ(obstacle(), "Pod has \"karpenter.sh/do-not-disrupt\" annotation (Pod=default/b)");
}

TEST_F(Emptiness, DIS_005_a_protected_daemon_blocks_too) {
  add("1");
  stage.put(pod("kube-system/agent").on("n1").of_daemon_set("agent").do_not_disrupt());
  EXPECT_THAT(gone_after(seconds(30)), IsEmpty());
}

TEST_F(Emptiness, DIS_074_budgets_of_pods) {
  add("1");
  stage.put(pod("kube-system/agent").on("n1").of_daemon_set("agent").label("app", "agent"));
  stage.put(support::pdb("kube-system/agent"));
  EXPECT_EQ(obstacle(), "Pdb prevents pod evictions (PodDisruptionBudget=[kube-system/agent])");
}

TEST_F(Emptiness, DIS_076_an_unknown_type_is_no_obstacle) {
  stage.put(free_claim("1"));
  stage.put(free_node("1").of_type("m1.ancient"));
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

TEST_F(Emptiness, DIS_349_another_obstacle_is_another_event) {
  add("1");
  std::vector<std::vector<std::string>> keys;
  stage.world.nominate("i-1", stage.now + minutes(1));
  auto collect = [&] {
    add("witness");
    for (int second = 0; second < 11; ++second, stage.wait(seconds(1)))
      for (const Notice& notice : stage.disrupt().notices)
        if (notice.about.name == "n1" && (keys.empty() || keys.back() != notice.dedupe)) {
          keys.push_back(notice.dedupe);
        }
  };
  collect();
  stage.put(free_node("1").annotation(model::kDoNotDisruptAnnotation, "true"));
  stage.wait(minutes(1));
  collect();
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_NE(keys[0], keys[1]);
}

// --- leftovers

TEST_F(Emptiness, DIS_055_LIF_255_LIF_256_marks_that_a_restart_left_behind_are_taken_off) {
  stage.put(free_claim("1").condition("DisruptionReason", "True", kStart, "Empty"));
  stage.put(free_node("1").tainted(kTaint).tainted("team=a:NoSchedule"));
  stage.put(pod("default/web-1").on("n1"));
  look();
  ASSERT_EQ(stage.node("n1").spec.taints.size(), 1u);
  EXPECT_EQ(stage.node("n1").spec.taints[0].key, "team");
  EXPECT_EQ(condition_of(stage.claim("c1"), "DisruptionReason"), "absent");
}

TEST_F(Emptiness, DIS_055_not_of_nodes_that_leave) {
  stage.put(free_claim("1").deleted());
  stage.put(free_node("1").tainted(kTaint));
  stage.put(free_claim("2"));
  stage.put(free_node("2").tainted(kTaint).deleted());
  stage.put(claim("c3").launched("i-3").condition("InstanceTerminating", "True"));
  stage.put(free_node("3").tainted(kTaint));
  stage.put(node("own").of("i-9").unmanaged().tainted(kTaint));
  EXPECT_THAT(actions_of(stage.disrupt()), IsEmpty());
}

TEST_F(Emptiness, DIS_055_not_of_a_command_under_way) {
  add("1");
  choose();
  stage.wait(seconds(15));
  look();
  ASSERT_EQ(stage.node("n1").spec.taints.size(), 1u);
  EXPECT_THAT(actions_of(stage.disrupt()), Not(Contains("patch Node/n1")));
}

TEST_F(Emptiness, DIS_055_the_condition_stays_until_the_node_is_initialised) {
  stage.put(claim("c1").launched("i-1").registered("n1").condition("DisruptionReason", "True"));
  stage.put(node("n1").of("i-1").registered().tainted(kTaint));
  look();
  EXPECT_THAT(stage.node("n1").spec.taints, IsEmpty());
  EXPECT_EQ(condition_of(stage.claim("c1"), "DisruptionReason"), "True");
}

TEST_F(Emptiness, DIS_231_after_a_restart_it_is_evaluated_afresh) {
  add("1");
  choose();
  stage.wait(seconds(15));
  look();  // marked, not deleted
  stage.disrupter = Disrupter();
  stage.world.marked_for_deletion.clear();
  look();
  EXPECT_THAT(stage.node("n1").spec.taints, IsEmpty());
  EXPECT_THAT(gone_after(seconds(30)), ElementsAre("c1"));
}

// --- rhythm

TEST_F(Emptiness, DIS_057_nodes_that_become_free_within_a_period_go_together) {
  gone_after(seconds(12));  // nothing is consolidatable: no pass
  add("1");
  gone_after(seconds(3));
  add("2");
  EXPECT_THAT(gone_after(seconds(27)), ElementsAre("c1", "c2"));
  EXPECT_THAT(logs, Contains("disrupting node(s)").Times(1));
}

TEST_F(Emptiness, DIS_057_no_wake_up_while_nothing_can_go) {
  stage.put(claim("c1").launched("i-1").registered("n1").initialized());
  stage.put(free_node("1"));
  EXPECT_EQ(look().wake, std::nullopt);
  add("2");
  EXPECT_NE(look().wake, std::nullopt);
}

}  // namespace
}  // namespace control
