#include "control/pods.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::kStart;
using support::pdb;
using support::pod;
using testing::IsEmpty;
using testing::SizeIs;

support::PodBuilder running() { return pod("default/web-1").on("n1").label("app", "web"); }

TEST(Pods, DIS_001_active) {
  EXPECT_TRUE(is_active(running()));
  EXPECT_FALSE(is_active(running().phase("Failed")));
  EXPECT_FALSE(is_active(running().phase("Succeeded")));
  EXPECT_FALSE(is_active(running().deleted()));
}

TEST(Pods, DIS_003_reschedulable) {
  EXPECT_TRUE(is_reschedulable(running())) << "a pod without an owner too";
  EXPECT_FALSE(is_reschedulable(running().deleted()));
  EXPECT_TRUE(is_reschedulable(running().of_stateful_set("db").deleted()));
  EXPECT_FALSE(is_reschedulable(running().of_stateful_set("db").phase("Failed")));
  EXPECT_FALSE(is_reschedulable(running().of_daemon_set("agent")));
  EXPECT_FALSE(is_reschedulable(running().of_node("n1")));
}

TEST(Pods, DIS_002_owners_by_exact_version_and_kind) {
  EXPECT_TRUE(is_reschedulable(running().owned_by("example.com/v1", "DaemonSet", "x")));
  EXPECT_FALSE(is_reschedulable(running().owned_by("apps/v2", "StatefulSet", "x").deleted()));
}

TEST(Pods, DIS_004_tolerating_the_taint) {
  EXPECT_FALSE(tolerates_disruption(running()));
  EXPECT_TRUE(tolerates_disruption(running().tolerates("karpenter.sh/disrupted")));
  EXPECT_TRUE(tolerates_disruption(running().tolerates("")));
  EXPECT_FALSE(tolerates_disruption(running().tolerates("node.kubernetes.io/unschedulable")));
  EXPECT_FALSE(tolerates_disruption(running().tolerates("karpenter.sh/disrupted", "NoExecute")));
}

TEST(Pods, DIS_010_DIS_013_LIF_181_protection) {
  EXPECT_TRUE(is_protected(running().do_not_disrupt(), kStart));
  for (const char* ignored : {"false", "0", "0s", "-5m", "soon", "5", "True", ""}) {
    EXPECT_FALSE(is_protected(running().do_not_disrupt(ignored), kStart)) << ignored;
  }
}

TEST(Pods, DIS_011_protection_for_a_time) {
  model::Pod job = running().do_not_disrupt("1h30m").started(kStart);
  EXPECT_TRUE(is_protected(job, kStart + minutes(90) - seconds(1)));
  EXPECT_FALSE(is_protected(job, kStart + minutes(90)));
  EXPECT_TRUE(is_protected(running().do_not_disrupt("1s"), kStart + minutes(90)))
      << "DIS-012: it has not started";
}

TEST(Pods, DIS_013_DIS_014_what_is_said_of_the_annotation) {
  auto said = [](std::string_view value, base::Duration age) -> std::string {
    model::Pod protected_pod = pod("default/web").on("n1").started(kStart).do_not_disrupt(value);
    auto notice =
        protection_notice(std::make_shared<const model::Pod>(protected_pod), kStart + age);
    return notice ? notice->reason + ": " + notice->message : "";
  };
  EXPECT_EQ(said("true", {}), "");
  EXPECT_EQ(said("5m", seconds(10)),
            "DoNotDisruptUntil: The karpenter.sh/do-not-disrupt grace period will elapse at "
            "2026-01-01T00:05:00Z");
  EXPECT_EQ(said("5m", std::chrono::minutes(5)).substr(0, 29), "DoNotDisruptGracePeriodElapse");
  for (std::string_view value : {"false", "0", "-5m", "soon"}) {
    EXPECT_THAT(said(value, {}),
                testing::MatchesRegex("InvalidDoNotDisruptAnnotation: Invalid "
                                      "karpenter.sh/do-not-disrupt annotation: .*, ignoring "
                                      "annotation"))
        << value;
  }
}

TEST(Pods, DIS_006_evictable) {
  EXPECT_TRUE(is_evictable(running(), kStart));
  EXPECT_TRUE(is_evictable(running().of_daemon_set("agent"), kStart));
  EXPECT_FALSE(is_evictable(running().deleted(), kStart));
  EXPECT_FALSE(is_evictable(running().of_node("n1"), kStart));
  EXPECT_FALSE(is_evictable(running().do_not_disrupt(), kStart));
  EXPECT_FALSE(is_evictable(running().tolerates("karpenter.sh/disrupted"), kStart));
}

TEST(Pods, DIS_008_DIS_009_waited_for) {
  auto waits = [](const model::Pod& candidate) {
    return is_waited_for(candidate, kStart, minutes(1));
  };
  EXPECT_TRUE(waits(running()));
  EXPECT_TRUE(waits(running().do_not_disrupt()));
  EXPECT_TRUE(waits(running().deleted(kStart - minutes(1))));
  EXPECT_FALSE(waits(running().deleted(kStart - minutes(1) - seconds(1))));
  EXPECT_FALSE(waits(running().phase("Succeeded")));
  EXPECT_FALSE(waits(running().of_node("n1")));
  EXPECT_FALSE(waits(running().tolerates("karpenter.sh/disrupted")));
}

TEST(Pods, DIS_260_critical_by_name_of_class_alone) {
  EXPECT_TRUE(is_critical(running().priority_class("system-node-critical")));
  EXPECT_TRUE(is_critical(running().priority_class("system-cluster-critical")));
  EXPECT_FALSE(is_critical(running().priority_class("high").priority(2'000'001'000)));
}

// --- budgets

class PodBudgets : public testing::Test {
 protected:
  std::string obstacle(const model::Pod& candidate) {
    return budget_obstacle(stage.world, candidate, stage.now);
  }
  bool currently_reschedulable(const model::Pod& candidate) {
    return is_currently_reschedulable(stage.world, candidate, stage.now);
  }
  Stage stage;
};

TEST_F(PodBudgets, DIS_017_by_namespace_and_selector) {
  stage.put(pdb("default/web"));
  stage.put(pdb("other/web"));
  stage.put(pdb("default-2/web"));
  stage.put(pdb("default/db"));
  stage.put(pdb("default/none").selects_nothing());
  EXPECT_THAT(budgets_of(stage.world, running()), SizeIs(1));
  stage.put(pdb("default/all").selects_all());
  EXPECT_THAT(budgets_of(stage.world, running()), SizeIs(2));
  EXPECT_THAT(budgets_of(stage.world, pod("lonely/web-1").label("app", "web")), IsEmpty());
}

TEST_F(PodBudgets, DIS_020_nothing_allowed) {
  stage.put(pdb("default/web").allows(0));
  EXPECT_EQ(obstacle(running()), "pdb prevents pod evictions (PodDisruptionBudget=[default/web])");
  stage.put(pdb("default/web").allows(1));
  EXPECT_EQ(obstacle(running()), "");
}

TEST_F(PodBudgets, DIS_019_two_budgets_of_one_pod) {
  stage.put(pdb("default/web").allows(5));
  stage.put(pdb("default/all").selects_all().allows(5));
  EXPECT_EQ(obstacle(running()),
            "eviction does not support multiple PDBs "
            "(PodDisruptionBudget(s)=[default/all default/web])");
  EXPECT_FALSE(currently_reschedulable(running()));
}

TEST_F(PodBudgets, DIS_018_pods_that_are_not_evicted_are_skipped) {
  stage.put(pdb("default/web").allows(0));
  EXPECT_EQ(obstacle(running().deleted()), "");
  EXPECT_EQ(obstacle(running().do_not_disrupt()), "");
  EXPECT_EQ(obstacle(running().tolerates("karpenter.sh/disrupted")), "");
  EXPECT_NE(obstacle(running().of_daemon_set("agent")), "") << "daemons are checked";
}

TEST_F(PodBudgets, DIS_021_unready_pods_may_go_if_the_budget_says_so) {
  stage.put(pdb("default/web").allows(0).max_unavailable("0").always_lets_unready_go());
  EXPECT_EQ(obstacle(running().condition("Ready", "False")), "");
  EXPECT_NE(obstacle(running().condition("Ready", "True")), "");
  EXPECT_NE(obstacle(running()), "") << "the condition has to be there";
  stage.put(pdb("default/web").allows(0).max_unavailable("0"));
  EXPECT_NE(obstacle(running().condition("Ready", "False")), "");
}

TEST_F(PodBudgets, DIS_022_DIS_023_fully_blocked_pods_get_no_capacity) {
  EXPECT_TRUE(currently_reschedulable(running()));
  stage.put(pdb("default/web").allows(0).max_unavailable("1"));
  EXPECT_TRUE(currently_reschedulable(running())) << "it may go later";
  for (const char* none : {"0", "0%"}) {
    stage.put(pdb("default/web").allows(0).max_unavailable(none));
    EXPECT_FALSE(currently_reschedulable(running())) << none;
  }
  stage.put(pdb("default/web").allows(0).min_available("100%"));
  EXPECT_FALSE(currently_reschedulable(running()));
  EXPECT_TRUE(currently_reschedulable(running().of_stateful_set("db").deleted()))
      << "it is leaving already";
  EXPECT_TRUE(currently_reschedulable(running().tolerates("karpenter.sh/disrupted")));
}

TEST_F(PodBudgets, DIS_023_protected_pods_get_no_capacity) {
  EXPECT_FALSE(currently_reschedulable(running().do_not_disrupt()));
  EXPECT_TRUE(currently_reschedulable(running().of_stateful_set("db").do_not_disrupt().deleted()))
      << "only active pods are held";
}

}  // namespace
}  // namespace control
