#include "sim/actors_scheduler.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string pod_json(std::string_view name, std::string_view cpu, std::string_view more = "") {
  return fmt::format(R"({{"metadata": {{"name": "{}", "namespace": "default"}},
      "spec": {{"containers": [{{"name": "app", "image": "app:1",
                "resources": {{"requests": {{"cpu": "{}"}}}}}}]{}}}}})",
                     name, cpu, more);
}

const model::Condition& scheduled(const model::Pod& pod) {
  const model::Condition* condition = model::find_condition(pod.status.conditions, "PodScheduled");
  EXPECT_NE(condition, nullptr);
  return *condition;
}

// The second document's walk: each of three nodes has room for one pod of 1 cpu at most, two of
// them have taken theirs.
TEST(Scheduler, says_why_no_node_fits_as_kube_scheduler_does) {
  TestCluster cluster;
  for (const char* name : {"a", "b", "c"})
    cluster.add_node(name);
  for (const char* name : {"one", "two", "three"}) {
    cluster.create(model::Kind::Pod, pod_json(name, "1500m"));
  }
  cluster.run_for(seconds(10));
  cluster.create(model::Kind::Pod, pod_json("late", "1"));
  cluster.run_for(milliseconds(100));

  const std::string message =
      "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: "
      "3 No preemption victims found for incoming pod.";
  auto late = cluster.pod("late");
  EXPECT_EQ(scheduled(*late).status, "False");
  EXPECT_EQ(scheduled(*late).reason, "Unschedulable");
  EXPECT_EQ(scheduled(*late).message, message);
  EXPECT_THAT(cluster.events("FailedScheduling"),
              ElementsAre("Warning FailedScheduling " + message));
}

TEST(Scheduler, counts_and_sorts_the_reasons) {
  TestCluster cluster;
  cluster.add_node("a", "1");
  cluster.add_node("b", "4");
  cluster.add_node("c", "4");
  cluster.patch(model::Kind::Node, "b", R"({"spec": {"unschedulable": true}})");
  cluster.patch(
      model::Kind::Node, "c",
      R"({"spec": {"taints": [{"key": "team", "value": "ml", "effect": "NoSchedule"}]}})");
  cluster.create(model::Kind::Pod, pod_json("web", "2"));
  cluster.run_for(seconds(1));
  EXPECT_EQ(scheduled(*cluster.pod("web")).message,
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint "
            "{team: ml}, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: "
            "3 Preemption is not helpful for scheduling.");
}

TEST(Scheduler, a_cluster_without_nodes_has_its_own_words) {
  TestCluster cluster;
  cluster.create(model::Kind::Pod, pod_json("web", "1"));
  cluster.run_for(seconds(1));
  EXPECT_EQ(scheduled(*cluster.pod("web")).message, "no nodes available to schedule pods");
}

TEST(Scheduler, spreads_by_what_is_left_then_by_name) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.add_node("b");
  for (const char* name : {"one", "two", "three"}) {
    cluster.create(model::Kind::Pod, pod_json(name, "500m"));
    cluster.run_for(seconds(10));
  }
  EXPECT_EQ(cluster.pod("one")->spec->nodeName, "a");
  EXPECT_EQ(cluster.pod("two")->spec->nodeName, "b");
  EXPECT_EQ(cluster.pod("three")->spec->nodeName, "a");
  EXPECT_EQ(scheduled(*cluster.pod("one")).status, "True");
  EXPECT_THAT(cluster.events("Scheduled"),
              ElementsAre("Normal Scheduled Successfully assigned default/one to a",
                          "Normal Scheduled Successfully assigned default/two to b",
                          "Normal Scheduled Successfully assigned default/three to a"));
}

TEST(Scheduler, the_most_important_pod_takes_the_last_place) {
  TestCluster cluster;
  cluster.create(model::Kind::Pod, pod_json("early", "2"));
  cluster.create(model::Kind::Pod, pod_json("important", "2", R"(, "priority": 1000)"));
  cluster.run_for(seconds(30));
  cluster.add_node("a");
  cluster.run_for(seconds(30));
  EXPECT_EQ(cluster.pod("important")->spec->nodeName, "a");
  EXPECT_EQ(cluster.pod("early")->spec->nodeName, "");
}

TEST(Scheduler, tries_again_when_room_comes_free) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Pod, pod_json("first", "2"));
  cluster.run_for(seconds(10));
  cluster.create(model::Kind::Pod, pod_json("second", "2"));
  cluster.run_for(seconds(30));
  EXPECT_EQ(cluster.pod("second")->spec->nodeName, "");
  cluster.remove(model::Kind::Pod, "first");
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.pod("second")->spec->nodeName, "a");
}

TEST(Scheduler, waits_out_its_back_off_and_counts_the_attempts) {
  TestCluster cluster;
  cluster.create(model::Kind::Pod, pod_json("web", "4"));
  cluster.run_for(milliseconds(500));
  cluster.add_node("a");  // too small, but a reason to try again: not before 1 s has passed
  cluster.run_for(milliseconds(400));
  EXPECT_THAT(cluster.events("FailedScheduling"), SizeIs(1));
  cluster.run_for(milliseconds(200));
  EXPECT_THAT(cluster.events("FailedScheduling"), SizeIs(2));
  cluster.run_for(seconds(60));
  EXPECT_THAT(cluster.events("FailedScheduling"), SizeIs(2)) << "nothing changed";
}

TEST(Scheduler, a_node_that_opens_is_used_at_once) {
  TestCluster cluster;
  cluster.add_node("a");
  auto taint = [&](std::string_view taints) {
    cluster.patch(model::Kind::Node, "a", fmt::format(R"({{"spec": {{"taints": {}}}}})", taints));
  };
  taint(R"([{"key": "starting", "effect": "NoSchedule"},
            {"key": "network", "effect": "NoSchedule"}])");
  cluster.create(model::Kind::Pod, pod_json("web", "1"));
  cluster.run_for(seconds(10));
  taint(R"([{"key": "network", "effect": "NoSchedule"}])");
  cluster.run_for(milliseconds(500));
  EXPECT_THAT(cluster.events("FailedScheduling"), SizeIs(1)) << "the node is still closed";
  taint("null");
  cluster.run_for(milliseconds(50));
  EXPECT_EQ(cluster.pod("web")->spec->nodeName, "a");
}

TEST(Scheduler, leaves_gated_pods_and_those_of_others_alone) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Pod,
                 pod_json("gated", "1", R"(, "schedulingGates": [{"name": "example.com/wait"}])"));
  cluster.create(model::Kind::Pod, pod_json("other", "1", R"(, "schedulerName": "mine")"));
  cluster.run_for(seconds(10));
  EXPECT_EQ(scheduled(*cluster.pod("gated")).reason, "SchedulingGated");
  EXPECT_EQ(cluster.pod("other")->spec->nodeName, "");
  EXPECT_THAT(cluster.pod("other")->status.conditions, IsEmpty());

  cluster.patch(model::Kind::Pod, "gated", R"({"spec": {"schedulingGates": null}})");
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.pod("gated")->spec->nodeName, "a");
}

TEST(Scheduler, a_pod_that_looks_for_company_is_tried_when_it_comes) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.add_node("b");
  cluster.create(model::Kind::Pod, pod_json("guest", "100m", R"(, "affinity": {"podAffinity": {
      "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname",
      "labelSelector": {"matchLabels": {"app": "host"}}}]}})"));
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.pod("guest")->spec->nodeName, "");
  EXPECT_THAT(cluster.events("FailedScheduling"),
              ElementsAre(::testing::HasSubstr("2 node(s) didn't match pod affinity rules")));
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "host", "labels": {"app": "host"}},
      "spec": {"nodeSelector": {"kubernetes.io/hostname": "b"},
               "containers": [{"name": "app", "image": "app:1"}]}})");
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.pod("guest")->spec->nodeName, "b");
}

TEST(Scheduler, prefers_nodes_as_the_default_scores_do) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.add_node("b", "2", "8Gi");
  cluster.create(model::Kind::Pod, pod_json("likes", "1", R"(, "affinity": {"nodeAffinity": {
      "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference":
      {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In",
      "values": ["b"]}]}}]}})"));
  cluster.create(model::Kind::Pod, pod_json("plain", "1"));
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.pod("likes")->spec->nodeName, "b");
  EXPECT_EQ(cluster.pod("plain")->spec->nodeName, "a") << "there is more room";
}

TEST(Scheduler, spreads_the_pods_of_one_owner_over_hosts) {
  TestCluster cluster;
  for (const char* name : {"a", "b", "c"})
    cluster.add_node(name);
  cluster.deploy("web", 3, "100m");
  cluster.run_for(seconds(5));
  std::set<std::string> nodes;
  for (const auto& pod : cluster.pods())
    nodes.insert(pod->spec->nodeName);
  EXPECT_THAT(nodes, SizeIs(3));
}

}  // namespace
}  // namespace sim
