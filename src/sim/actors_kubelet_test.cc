#include "sim/actors_kubelet.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Lt;
using ::testing::Pair;

RunningInstance instance_of(const TestCluster& cluster, std::string nodeclaim) {
  RunningInstance instance;
  instance.instance_id = "i-0123456789abcdef0";
  instance.providerID = "aws:///us-east-1b/i-0123456789abcdef0";
  instance.host_name = "ip-192-168-1-2.ec2.internal";
  instance.ip = "192.168.1.2";
  instance.zone = "us-east-1b";
  instance.type = TestCluster::type("r5.large", "2", "16Gi");
  instance.capacity_type = "spot";
  instance.nodeclaim = std::move(nodeclaim);
  instance.nodepool = "general";
  instance.launched_at = cluster.clock.now();
  instance.joins_at = cluster.clock.now();
  instance.ready_at = cluster.clock.now() + seconds(8);
  return instance;
}

StoredPtr make_claim(TestCluster& cluster) {
  return cluster.create(model::Kind::NodeClaim, R"({"metadata": {"name": "general-abcde",
      "labels": {"karpenter.sh/nodepool": "general", "team": "ml",
                 "node.kubernetes.io/instance-type": "ignored"}},
      "spec": {"nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass",
                                "name": "default"},
               "requirements": [],
               "taints": [{"key": "dedicated", "value": "ml", "effect": "NoSchedule"}],
               "startupTaints": [{"key": "cni", "effect": "NoExecute"}]}})");
}

std::vector<std::string> taints(const model::Node& node) {
  std::vector<std::string> texts;
  for (const model::Taint& taint : node.spec.taints) {
    texts.push_back(fmt::format("{}:{}", taint.key, taint.effect));
  }
  return texts;
}

const char* kPod = R"({"metadata": {"name": "web", "namespace": "default"},
    "spec": {"nodeName": "a", "containers": [{"name": "app", "image": "app:1"},
                                             {"name": "log", "image": "log:1"}]}})";

TEST(Kubelet, AWL_234_a_machine_registers_with_what_its_claim_says) {
  TestCluster cluster;
  make_claim(cluster);
  cluster.actors.kubelet().join(instance_of(cluster, "general-abcde"));
  auto node = cluster.node("ip-192-168-1-2.ec2.internal");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->spec.providerID, "aws:///us-east-1b/i-0123456789abcdef0");
  EXPECT_THAT(taints(*node), ElementsAre("dedicated:NoSchedule", "cni:NoExecute",
                                         "karpenter.sh/unregistered:NoExecute",
                                         "node.kubernetes.io/not-ready:NoSchedule"));
  EXPECT_THAT(
      node->metadata.labels,
      AllOf(Contains(Pair("karpenter.sh/nodepool", "general")),
            Contains(Pair("karpenter.sh/capacity-type", "spot")), Contains(Pair("team", "ml")),
            Contains(Pair("kubernetes.io/hostname", "ip-192-168-1-2.ec2.internal")),
            Contains(Pair("node.kubernetes.io/instance-type", "r5.large")),
            Contains(Pair("topology.kubernetes.io/zone", "us-east-1b")),
            Contains(Pair("topology.kubernetes.io/region", "us-east-1"))));
  EXPECT_EQ(node->status.allocatable, instance_of(cluster, "").type->allocatable());
  EXPECT_FALSE(model::is_true(node->status.conditions, "Ready"));
}

TEST(Kubelet, a_node_becomes_ready_when_its_instance_does) {
  TestCluster cluster;
  make_claim(cluster);
  cluster.actors.kubelet().join(instance_of(cluster, "general-abcde"));
  cluster.run_for(milliseconds(7900));
  const std::string name = "ip-192-168-1-2.ec2.internal";
  EXPECT_FALSE(model::is_true(cluster.node(name)->status.conditions, "Ready"));
  cluster.run_for(milliseconds(200));
  EXPECT_TRUE(model::is_true(cluster.node(name)->status.conditions, "Ready"));
  EXPECT_THAT(taints(*cluster.node(name)), ElementsAre("dedicated:NoSchedule", "cni:NoExecute",
                                                       "karpenter.sh/unregistered:NoExecute"));
}

TEST(Kubelet, runs_a_pod_from_creating_to_ready) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Pod, kPod);
  cluster.run_for(milliseconds(200));
  auto creating = cluster.pod("web");
  EXPECT_EQ(creating->status.phase, "Pending");
  ASSERT_EQ(creating->status.containerStatuses.size(), 2U);
  EXPECT_EQ(base::string_at(*creating->status.containerStatuses[0].state, {"waiting", "reason"}),
            "ContainerCreating");
  cluster.run_for(seconds(4));
  auto running = cluster.pod("web");
  EXPECT_EQ(running->status.phase, "Running");
  EXPECT_TRUE(is_ready(*running));
  EXPECT_TRUE(running->status.containerStatuses[1].ready);
  EXPECT_NE(running->status.podIP, "");
  EXPECT_EQ(running->status.hostIP, "10.0.0.4");
  EXPECT_THAT(cluster.events("Created"), ElementsAre("Normal Created Created container: app",
                                                     "Normal Created Created container: log"));
  EXPECT_THAT(cluster.events("Pulled"),
              Contains(HasSubstr("Successfully pulled image \"app:1\" in ")));
}

TEST(Kubelet, pulls_an_image_once_a_machine) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Pod, kPod);
  cluster.run_for(seconds(10));
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "again", "namespace": "default"},
      "spec": {"nodeName": "a", "containers": [{"name": "app", "image": "app:1"}]}})");
  cluster.run_for(milliseconds(700));
  EXPECT_EQ(cluster.pod("again")->status.phase, "Running");
  EXPECT_THAT(cluster.events("Pulled"),
              Contains("Normal Pulled Container image \"app:1\" already present on machine"));
}

TEST(Kubelet, waits_for_the_network_unless_the_pod_uses_the_hosts) {
  TestCluster cluster;
  RunningInstance instance = instance_of(cluster, "");
  instance.host_name = "a";
  cluster.actors.kubelet().join(instance);
  cluster.create(model::Kind::Pod, kPod);
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "cni", "namespace": "default"},
      "spec": {"nodeName": "a", "hostNetwork": true,
               "containers": [{"name": "cni", "image": "cni:1"}]}})");
  cluster.run_for(seconds(7));
  EXPECT_EQ(cluster.pod("cni")->status.phase, "Running");
  EXPECT_EQ(cluster.pod("cni")->status.podIP, "192.168.1.2");
  EXPECT_EQ(cluster.pod("web")->status.phase, "Pending");
  cluster.run_for(seconds(7));
  EXPECT_EQ(cluster.pod("web")->status.phase, "Running");
}

TEST(Kubelet, a_deleted_pod_ends_within_its_grace) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Pod, kPod);
  cluster.run_for(seconds(10));
  cluster.remove(model::Kind::Pod, "web");
  ASSERT_NE(cluster.pod("web"), nullptr) << "containers need time to end";
  EXPECT_EQ(*cluster.pod("web")->metadata.deletionGracePeriodSeconds, 30);
  cluster.run_for(seconds(2));
  EXPECT_EQ(cluster.pod("web"), nullptr);
  EXPECT_THAT(cluster.events("Killing"), Contains("Normal Killing Stopping container app"));
}

TEST(Kubelet, a_machine_that_is_gone_takes_node_and_pods_along) {
  TestCluster cluster;
  RunningInstance instance = instance_of(cluster, "");
  instance.host_name = "a";
  cluster.actors.kubelet().join(instance);
  cluster.create(model::Kind::Pod, kPod);
  cluster.run_for(seconds(20));
  cluster.actors.kubelet().leave(instance);
  cluster.remove(model::Kind::Pod, "web");
  cluster.run_for(seconds(49));
  EXPECT_TRUE(model::is_true(cluster.node("a")->status.conditions, "Ready"));
  EXPECT_NE(cluster.pod("web"), nullptr) << "nobody is there to end it";
  cluster.run_for(seconds(3));
  EXPECT_EQ(model::find_condition(cluster.node("a")->status.conditions, "Ready")->status,
            "Unknown");
  EXPECT_THAT(taints(*cluster.node("a")), ElementsAre("node.kubernetes.io/unreachable:NoSchedule",
                                                      "node.kubernetes.io/unreachable:NoExecute"));
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.node("a"), nullptr);
  cluster.run_for(seconds(45));
  EXPECT_EQ(cluster.pod("web"), nullptr);
}

TEST(Kubelet, leases_are_renewed_only_if_asked_for) {
  auto renewals = [](const ActorOptions& options) {
    TestCluster cluster(1, options);
    cluster.add_node("a");
    std::uint64_t before = cluster.store.version();
    cluster.run_for(minutes(10));
    EXPECT_NE(find<model::Lease>(cluster.store, {"kube-node-lease", "a"}), nullptr);
    return cluster.store.version() - before;
  };
  EXPECT_EQ(renewals({}), 0U);
  ActorOptions options;
  options.kubelet.lease_period = seconds(10);
  EXPECT_THAT(renewals(options), AllOf(Gt(55U), Lt(62U)));
}

}  // namespace
}  // namespace sim
