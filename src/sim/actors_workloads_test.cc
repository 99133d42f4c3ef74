// Deployments, ReplicaSets and DaemonSets as a user sees them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::vector<std::shared_ptr<const model::ReplicaSet>> sets(const TestCluster& cluster) {
  return list<model::ReplicaSet>(cluster.store, "default");
}

// What `kubectl rollout status` waits for.
bool is_rolled_out(const model::Deployment& deployment) {
  const model::DeploymentStatus& status = deployment.status;
  std::int32_t replicas = deployment.spec.replicas.value_or(1);
  return status.observedGeneration >= deployment.metadata.generation &&
         status.updatedReplicas >= replicas && status.replicas <= status.updatedReplicas &&
         status.availableReplicas >= status.updatedReplicas;
}

const char* kNewImage = R"({"spec": {"template": {"spec": {"containers":
    [{"name": "app", "image": "app:2"}]}}}})";

TEST(Deployment, gets_its_pods_and_says_so) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 3);
  cluster.run_for(seconds(10));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(3));
  auto web = cluster.deployment("web");
  EXPECT_TRUE(is_rolled_out(*web));
  EXPECT_TRUE(model::is_true(web->status.conditions, "Available"));
  EXPECT_EQ(model::find_condition(web->status.conditions, "Progressing")->reason,
            "NewReplicaSetAvailable");
  EXPECT_EQ(model::value_of(web->metadata.annotations, "deployment.kubernetes.io/revision"), "1");
  ASSERT_THAT(sets(cluster), SizeIs(1));
  EXPECT_THAT(
      cluster.events("ScalingReplicaSet"),
      ElementsAre(fmt::format("Normal ScalingReplicaSet Scaled up replica set {} from 0 to 3",
                              sets(cluster)[0]->metadata.name)));
  EXPECT_THAT(cluster.events("SuccessfulCreate"), SizeIs(3));
}

TEST(Deployment, keeps_fields_that_no_struct_knows) {
  TestCluster cluster;
  cluster.create(model::Kind::Deployment, R"({"metadata": {"name": "web"}, "spec": {
      "selector": {"matchLabels": {"app": "web"}},
      "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
        {"name": "app", "image": "app:1", "env": [{"name": "COLOR", "value": "blue"}]}]}}}})");
  cluster.run_for(seconds(1));
  ASSERT_THAT(cluster.pods(), SizeIs(1));
  StoredPtr stored = find(cluster.store, model::Kind::Pod, key_of(cluster.pods()[0]->metadata));
  const base::Json& container = stored->json.at("spec").at("containers").as_array()[0];
  EXPECT_EQ(base::string_at(container.at("env").as_array()[0], {"value"}), "blue");
}

TEST(Deployment, is_not_available_while_pods_are_pending) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 3, "1");
  cluster.run_for(minutes(5));
  auto web = cluster.deployment("web");
  EXPECT_FALSE(model::is_true(web->status.conditions, "Available"));
  EXPECT_EQ(web->status.availableReplicas, 2);
  EXPECT_EQ(web->status.unavailableReplicas, 1);
  EXPECT_TRUE(model::is_true(web->status.conditions, "Progressing"));
  cluster.run_for(minutes(6));
  EXPECT_EQ(
      model::find_condition(cluster.deployment("web")->status.conditions, "Progressing")->reason,
      "ProgressDeadlineExceeded");
  cluster.add_node("b");
  cluster.run_for(seconds(30));
  EXPECT_TRUE(is_rolled_out(*cluster.deployment("web")));
  EXPECT_TRUE(model::is_true(cluster.deployment("web")->status.conditions, "Progressing"));
}

TEST(Deployment, scales_up_and_down) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 1);
  cluster.run_for(seconds(10));
  cluster.scale("web", 5);
  cluster.run_for(seconds(10));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(5));
  EXPECT_EQ(
      model::find_condition(cluster.deployment("web")->status.conditions, "Progressing")->reason,
      "NewReplicaSetAvailable");
  cluster.scale("web", 2);
  cluster.run_for(seconds(10));
  EXPECT_THAT(cluster.pods(), SizeIs(2));
  EXPECT_TRUE(is_rolled_out(*cluster.deployment("web")));
}

TEST(Deployment, rolls_to_a_new_template_within_its_bounds) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 4);
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::Deployment, "web", kNewImage);
  std::vector<std::int64_t> ready;
  std::vector<std::int64_t> active;
  for (int step = 0; step < 300 && !(step > 5 && is_rolled_out(*cluster.deployment("web")));
       ++step) {
    cluster.run_for(milliseconds(100));
    ready.push_back(std::ssize(cluster.ready_pods()));
    auto pods = cluster.pods();
    active.push_back(std::ranges::count_if(pods, [](const auto& pod) { return is_active(*pod); }));
  }
  EXPECT_TRUE(is_rolled_out(*cluster.deployment("web")));
  EXPECT_THAT(ready, Each(Ge(3))) << "25% of 4 may be unavailable";
  EXPECT_THAT(active, Each(Le(5))) << "25% of 4 may be too many";
  cluster.run_for(seconds(5));
  ASSERT_THAT(cluster.pods(), SizeIs(4));
  for (const auto& pod : cluster.pods()) {
    EXPECT_EQ(pod->spec->containers[0].image, "app:2");
  }
  EXPECT_THAT(sets(cluster), SizeIs(2)) << "the old one is kept for undo";
  auto web = cluster.deployment("web");
  EXPECT_EQ(model::value_of(web->metadata.annotations, "deployment.kubernetes.io/revision"), "2");
}

TEST(Deployment, goes_back_to_the_set_it_had) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  base::Json first = find(cluster.store, model::Kind::Deployment, {"default", "web"})->json;
  cluster.patch(model::Kind::Deployment, "web", kNewImage);
  cluster.run_for(seconds(30));
  edit(cluster.store, model::Kind::Deployment, {"default", "web"}, [&](boost::json::object& value) {
    object_at(value, "spec")["template"] = first.at("spec").at("template");
  });
  cluster.run_for(seconds(30));
  EXPECT_THAT(sets(cluster), SizeIs(2));
  EXPECT_EQ(model::value_of(cluster.deployment("web")->metadata.annotations,
                            "deployment.kubernetes.io/revision"),
            "3");
  for (const auto& pod : cluster.ready_pods()) {
    EXPECT_EQ(pod->spec->containers[0].image, "app:1");
  }
}

TEST(Deployment, recreate_ends_the_old_pods_first) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 2, "500m", R"({"type": "Recreate"})");
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::Deployment, "web", kNewImage);
  for (int step = 0; step < 100; ++step) {
    cluster.run_for(milliseconds(100));
    std::set<std::string> images;
    for (const auto& pod : cluster.pods())
      images.insert(pod->spec->containers[0].image);
    ASSERT_THAT(images, SizeIs(Le(1U)));
  }
  EXPECT_TRUE(is_rolled_out(*cluster.deployment("web")));
}

TEST(Deployment, paused_ones_only_scale) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::Deployment, "web", R"({"spec": {"paused": true, "replicas": 3}})");
  cluster.patch(model::Kind::Deployment, "web", kNewImage);
  cluster.run_for(seconds(10));
  EXPECT_THAT(sets(cluster), SizeIs(1));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(3));
}

TEST(Deployment, takes_everything_along_when_it_is_deleted) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 3);
  cluster.run_for(seconds(10));
  cluster.remove(model::Kind::Deployment, "web");
  cluster.run_for(seconds(5));
  EXPECT_THAT(sets(cluster), IsEmpty());
  EXPECT_THAT(cluster.pods(), IsEmpty());
}

std::shared_ptr<const model::Pod> ranked(std::string_view json) {
  auto pod = base::from_json<model::Pod>(TestCluster::parsed(json));
  EXPECT_TRUE(pod);
  return std::make_shared<const model::Pod>(std::move(*pod));
}

TEST(ReplicaSet, gives_up_the_least_useful_pods_first) {
  auto ready = [](std::string_view name, std::string_view node, std::string_view since,
                  std::string_view annotations = "{}") {
    return ranked(fmt::format(
        R"({{"metadata": {{"name": "{}", "creationTimestamp": "2026-01-01T00:00:00Z",
                           "annotations": {}}},
             "spec": {{"nodeName": "{}"}},
             "status": {{"phase": "Running", "conditions": [{{"type": "Ready", "status": "True",
                         "lastTransitionTime": "{}"}}]}}}})",
        name, annotations, node, since));
  };
  std::vector<std::shared_ptr<const model::Pod>> pods = {
      ready("alone", "c", "2026-01-01T00:02:00Z"),
      ready("old", "a", "2026-01-01T00:01:00Z"),
      ready("young", "a", "2026-01-01T00:03:00Z"),
      ready("cheap", "b", "2026-01-01T00:01:00Z",
            R"({"controller.kubernetes.io/pod-deletion-cost": "-5"})"),
      ranked(R"({"metadata": {"name": "starting"}, "spec": {"nodeName": "b"},
                 "status": {"phase": "Pending"}})"),
      ranked(R"({"metadata": {"name": "homeless"}, "status": {"phase": "Pending"}})"),
  };
  sort_by_dispensability(pods, *base::parse_time("2026-01-01T01:00:00Z"));
  std::vector<std::string> names;
  for (const auto& pod : pods)
    names.push_back(pod->metadata.name);
  EXPECT_THAT(names, ElementsAre("homeless", "starting", "cheap", "young", "old", "alone"));
}

TEST(ReplicaSet, replaces_a_pod_that_is_deleted) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  cluster.remove(model::Kind::Pod, cluster.pods()[0]->metadata.name);
  cluster.run_for(milliseconds(100));
  EXPECT_THAT(cluster.pods(), SizeIs(3)) << "the new one does not wait for the old to end";
  cluster.run_for(seconds(5));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(2));
  EXPECT_THAT(cluster.pods(), SizeIs(2));
}

const char* kDaemonSet = R"({"metadata": {"name": "agent", "namespace": "default"}, "spec": {
    "selector": {"matchLabels": {"app": "agent"}},
    "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {
      "nodeSelector": {"kubernetes.io/arch": "amd64"},
      "containers": [{"name": "agent", "image": "agent:1",
                      "resources": {"requests": {"cpu": "100m"}}}]}}}})";

std::vector<std::string> nodes_of(const TestCluster& cluster) {
  std::vector<std::string> nodes;
  for (const auto& pod : cluster.pods())
    nodes.push_back(pod->spec->nodeName);
  return nodes;
}

TEST(DaemonSet, runs_one_pod_on_each_node_that_fits) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.add_node("arm", "2", "8Gi", {{"kubernetes.io/arch", "arm64"}});
  cluster.add_node("tainted");
  cluster.patch(model::Kind::Node, "tainted",
                R"({"spec": {"taints": [{"key": "team", "effect": "NoSchedule"}]}})");
  cluster.create(model::Kind::DaemonSet, kDaemonSet);
  cluster.run_for(seconds(10));
  EXPECT_THAT(nodes_of(cluster), ElementsAre("a"));
  cluster.add_node("b");
  cluster.run_for(seconds(10));
  EXPECT_THAT(nodes_of(cluster), UnorderedElementsAre("a", "b"));
  auto agent = find<model::DaemonSet>(cluster.store, {"default", "agent"});
  EXPECT_EQ(agent->status.desiredNumberScheduled, 2);
  EXPECT_EQ(agent->status.numberReady, 2);
  EXPECT_EQ(agent->status.updatedNumberScheduled, 2);
}

TEST(DaemonSet, a_cordoned_node_keeps_its_pod_and_a_full_one_leaves_it_pending) {
  TestCluster cluster;
  cluster.add_node("full", "1");
  cluster.add_node("roomy", "4");
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "big", "namespace": "default"},
      "spec": {"nodeName": "full", "containers": [{"name": "app", "image": "app:1",
               "resources": {"requests": {"cpu": "1"}}}]}})");
  cluster.run_for(seconds(5));
  cluster.patch(model::Kind::Node, "roomy", R"({"spec": {"unschedulable": true}})");
  cluster.create(model::Kind::DaemonSet, kDaemonSet);
  cluster.run_for(seconds(10));
  std::vector<std::string> messages;
  for (const auto& pod : cluster.pods()) {
    if (!pod->spec->nodeName.empty()) continue;
    messages.push_back(model::find_condition(pod->status.conditions, "PodScheduled")->message);
  }
  EXPECT_THAT(messages,
              ElementsAre("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy "
                          "plugin(s) [NodeAffinity]. preemption: 0/2 nodes are available: 1 No "
                          "preemption victims found for incoming pod, 1 Preemption is not helpful "
                          "for scheduling."));
  EXPECT_THAT(nodes_of(cluster), UnorderedElementsAre("full", "", "roomy"));
}

TEST(DaemonSet, NoExecute_ends_its_pod) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::DaemonSet, kDaemonSet);
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::Node, "a",
                R"({"spec": {"taints": [{"key": "broken", "effect": "NoExecute"}]}})");
  cluster.run_for(seconds(5));
  EXPECT_THAT(cluster.pods(), IsEmpty());
}

TEST(DaemonSet, replaces_its_pods_one_by_one) {
  TestCluster cluster;
  for (const char* name : {"a", "b", "c"})
    cluster.add_node(name);
  cluster.create(model::Kind::DaemonSet, kDaemonSet);
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::DaemonSet, "agent", R"({"spec": {"template": {"spec": {"containers":
      [{"name": "agent", "image": "agent:2"}]}}}})");
  std::vector<std::int64_t> ready;
  for (int step = 0; step < 300; ++step) {
    cluster.run_for(milliseconds(100));
    ready.push_back(std::ssize(cluster.ready_pods()));
  }
  EXPECT_THAT(ready, Each(Ge(2)));
  ASSERT_THAT(cluster.ready_pods(), SizeIs(3));
  for (const auto& pod : cluster.ready_pods()) {
    EXPECT_EQ(pod->spec->containers[0].image, "agent:2");
  }
}

}  // namespace
}  // namespace sim
