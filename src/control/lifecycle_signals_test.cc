// What lifecycle writes down of a living claim: pod events and Consolidatable.
#include <gmock/gmock.h>

#include "control/lifecycle.h"
#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::node;
using support::pod;
using support::pool;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class PodEvents : public testing::Test {
 protected:
  PodEvents() {
    stage.put(pool("default").consolidate_after("30s"));
    stage.put(claim("a").launched("i-1").registered("n1").initialized());
    stage.put(node("n1").of("i-1").ready().registered().initialized());
    stage.carry_out(stage.lifecycle());
    stage.wait(minutes(10));
  }

  std::optional<base::Time> last_event() {
    stage.carry_out(stage.lifecycle());
    return stage.claim("a").status.lastPodEventTime;
  }

  Stage stage;
};

TEST_F(PodEvents, LIF_128_a_pod_is_bound) {
  stage.put(pod("default/web-1").unschedulable());
  EXPECT_EQ(last_event(), std::nullopt);
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_EQ(last_event(), stage.now);
}

TEST_F(PodEvents, LIF_128_a_pod_ends_and_a_pod_leaves) {
  stage.put(pod("default/web-1").on("n1"));
  last_event();
  stage.wait(minutes(1));
  stage.put(pod("default/web-1").on("n1").phase("Succeeded"));
  EXPECT_EQ(last_event(), stage.now);
  stage.wait(minutes(1));
  stage.put(pod("default/web-2").on("n1"));
  last_event();
  stage.wait(minutes(1));
  stage.put(pod("default/web-2").on("n1").deleted(stage.now + seconds(30)));
  EXPECT_EQ(last_event(), stage.now);
}

TEST_F(PodEvents, DIS_024_other_changes_of_a_pod_are_none) {
  stage.put(pod("default/web-1").on("n1"));
  base::Time bound = stage.now;
  ASSERT_EQ(last_event(), bound);
  stage.wait(minutes(1));
  stage.put(pod("default/web-1").on("n1").label("new", "label").condition("Ready", "True"));
  EXPECT_EQ(last_event(), bound);
}

TEST_F(PodEvents, LIF_128_daemons_do_not_count) {
  stage.put(pod("kube-system/agent-1").on("n1").of_daemon_set("agent"));
  EXPECT_EQ(last_event(), std::nullopt);
}

TEST_F(PodEvents, LIF_129_second_resolution_and_at_most_once_in_ten_seconds) {
  stage.wait(milliseconds(400));
  stage.put(pod("default/web-1").on("n1"));
  base::Time first = std::chrono::floor<seconds>(stage.now);
  EXPECT_EQ(last_event(), first);
  stage.wait(seconds(9));
  stage.put(pod("default/web-2").on("n1"));
  EXPECT_EQ(last_event(), first);
  stage.wait(seconds(1));
  stage.put(pod("default/web-3").on("n1"));
  EXPECT_EQ(last_event(), first + seconds(10));
}

TEST_F(PodEvents, LIF_128_an_event_survives_a_write_that_failed) {
  stage.put(pod("default/web-1").on("n1"));
  base::Time event = stage.now;
  stage.lifecycle();  // the patch is lost
  stage.wait(seconds(1));
  EXPECT_EQ(last_event(), event);
}

TEST_F(PodEvents, DIS_027_the_first_list_of_pods_is_no_event) {
  World restarted{Settings{}};
  restarted.apply({ports::Change::Type::put, model::Kind::Pod, pod("default/web-1").on("n1")});
  EXPECT_THAT(restarted.pod_events, IsEmpty());
  restarted.apply({ports::Change::Type::synced, model::Kind::Pod, {}});
  restarted.apply({ports::Change::Type::put, model::Kind::Pod, pod("default/web-2").on("n2")});
  EXPECT_THAT(restarted.pod_events, ElementsAre(Pair("n2", std::nullopt)));
}

class Consolidatable : public PodEvents {
 protected:
  std::string condition() {
    stage.carry_out(stage.lifecycle());
    return condition_of(stage.claim("a"), "Consolidatable");
  }
};

TEST_F(Consolidatable, LIF_132_after_a_quiet_time_since_initialisation) {
  EXPECT_EQ(condition(), "True");
}

TEST_F(Consolidatable, LIF_132_exactly_when_the_window_ends) {
  stage.put(pod("default/web-1").on("n1"));
  base::Time event = stage.now;
  EXPECT_EQ(condition(), "absent");
  stage.wait(seconds(29));
  Decision before = stage.lifecycle();
  EXPECT_EQ(before.wake, event + seconds(30));
  EXPECT_EQ(condition(), "absent");
  stage.wait(seconds(1));
  EXPECT_EQ(condition(), "True");
}

TEST_F(Consolidatable, LIF_132_a_new_pod_takes_it_away) {
  ASSERT_EQ(condition(), "True");
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_EQ(condition(), "absent");
}

TEST_F(Consolidatable, DIS_031_zero_never_waits) {
  stage.put(pool("default").consolidate_after("0s"));
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_EQ(condition(), "True");
}

TEST_F(Consolidatable, LIF_131_DIS_028_never_removes_it) {
  ASSERT_EQ(condition(), "True");
  stage.put(pool("default").consolidate_after("Never"));
  EXPECT_EQ(condition(), "absent");
}

TEST_F(Consolidatable, LIF_133_not_in_static_pools) {
  ASSERT_EQ(condition(), "True");
  stage.put(pool("default").replicas(3));
  EXPECT_EQ(condition(), "absent");
}

TEST_F(Consolidatable, LIF_131_DIS_029_not_before_initialisation) {
  stage.put(claim("a").launched("i-1").registered("n1").condition("Initialized", "False"));
  EXPECT_EQ(condition(), "absent");
}

TEST_F(Consolidatable, LIF_130_DIS_033_without_its_pool_it_stays_as_it_is) {
  ASSERT_EQ(condition(), "True");
  stage.remove({model::Kind::NodePool, "", "default"});
  EXPECT_EQ(condition(), "True");
}

TEST_F(Consolidatable, LIF_132_a_false_one_becomes_true) {
  stage.put(claim("a").launched("i-1").registered("n1").initialized().condition("Consolidatable",
                                                                                "False"));
  EXPECT_EQ(condition(), "True");
}

TEST_F(Consolidatable, LIF_134_log_lines) {
  EXPECT_THAT(logs_of(stage.lifecycle()), ElementsAre("marking consolidatable"));
  condition();
  stage.put(pod("default/web-1").on("n1"));
  EXPECT_THAT(logs_of(stage.lifecycle()), ElementsAre("removing consolidatable status condition"));
}

}  // namespace
}  // namespace control
