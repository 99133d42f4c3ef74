// Provisioning on a real control plane: kube-scheduler, controllers and the kwok controller are the real ones,
// and what Joiner does is seen with kubectl.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "control_plane/real_cluster.h"

namespace control_plane {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Provisioning : public OnRealCluster {
 protected:
  std::set<std::string> nodes_of(std::string_view app) {
    std::vector<std::string> names = values(fmt::format("pods -l app={}", app), ".spec.nodeName");
    return {names.begin(), names.end()};
  }
  std::string node_label(const std::string& node, std::string_view label) {
    std::string escaped;
    for (char character : label)
      escaped += character == '.' ? "\\." : std::string(1, character);
    return ok(fmt::format("get node {} -o jsonpath={{.metadata.labels.{}}}", node, escaped));
  }
};

TEST_F(Provisioning, pods_get_machines_and_run) {
  pool();
  deployment("web", 5);
  EXPECT_TRUE(is_available("web"));
  // 5 cpu fit the cheapest machine of 8, and nothing is left over
  EXPECT_THAT(values("nodes", ".metadata.labels['node\\.kubernetes\\.io/instance-type']"),
              ElementsAre("c-8x-amd64-linux"));
  EXPECT_THAT(values("nodeclaims", ".status.providerID"), Each(StartsWith("kwok://kwok-default-")));
  EXPECT_EQ(values("nodeclaims", ".status.providerID"), values("nodes", ".spec.providerID"));
  ok("wait --for=condition=Initialized nodeclaims --all --timeout=60s");
  ok("wait --for=condition=Ready nodepool/default --timeout=60s");
  EXPECT_TRUE(
      until([&] { return values("nodepools", ".status.nodes") == std::vector<std::string>{"1"}; }));
}

TEST_F(Provisioning, zones_are_spread) {
  pool();
  deployment("zonal", 4,
             "topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, "
             "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: zonal}}}]");
  EXPECT_TRUE(is_available("zonal"));
  std::set<std::string> zones;
  for (const std::string& node : nodes_of("zonal"))
    zones.insert(node_label(node, "topology.kubernetes.io/zone"));
  EXPECT_THAT(zones, ElementsAre("test-zone-a", "test-zone-b", "test-zone-c", "test-zone-d"));
}

TEST_F(Provisioning, hosts_are_spread) {
  pool();
  deployment("host", 3,
             "topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, "
             "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: host}}}]");
  EXPECT_TRUE(is_available("host"));
  EXPECT_THAT(nodes_of("host"), SizeIs(3));
  EXPECT_EQ(count("nodeclaims"), 3U);
}

TEST_F(Provisioning, daemons_are_counted) {
  pool();
  apply(R"(apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{operator: Exists}]
      containers: [{name: main, image: agent, resources: {requests: {cpu: 3500m}}}]
)");
  deployment("web", 4);
  EXPECT_TRUE(is_available("web"));
  EXPECT_TRUE(are_running("app=agent", 1));
  // 4 cpu and the agent's 3.5 do not fit the 7.9 of a machine of 8 only if the agent were forgotten
  EXPECT_THAT(values("nodes", ".metadata.labels['karpenter\\.kwok\\.sh/instance-cpu']"),
              ElementsAre("8"));
}

TEST_F(Provisioning, taints_keep_others_out) {
  pool("", "taints: [{key: team, value: a, effect: NoSchedule}]");
  deployment("plain", 1);
  deployment("tolerant", 1, "tolerations: [{key: team, value: a}]");
  EXPECT_TRUE(is_available("tolerant"));
  EXPECT_TRUE(until([&] {
    return ok("get events --field-selector reason=FailedScheduling -o jsonpath={.items[*].message}")
               .find("did not tolerate taint (taint=team=a:NoSchedule)") != std::string::npos;
  }));
  EXPECT_THAT(values("pods -l app=plain", ".status.phase"), ElementsAre("Pending"));
  EXPECT_EQ(count("nodeclaims"), 1U);
}

TEST_F(Provisioning, a_volume_says_the_zone) {
  pool();
  apply(R"(apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: local
  local: {path: /disk}
  claimRef: {namespace: default, name: data}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [test-zone-c]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: local
  volumeName: disk
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
)");
  deployment("store", 1, "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");
  EXPECT_TRUE(is_available("store"));
  for (const std::string& node : nodes_of("store"))
    EXPECT_EQ(node_label(node, "topology.kubernetes.io/zone"), "test-zone-c");
}

TEST_F(Provisioning, limits_are_kept) {
  pool("limits: {cpu: \"4\"}");
  deployment("web", 6);
  EXPECT_TRUE(are_running("app=web", 3));
  EXPECT_TRUE(until([&] {
    return ok("get events --field-selector reason=FailedScheduling -o jsonpath={.items[*].message}")
               .find("limits") != std::string::npos;
  }));
  EXPECT_THAT(values("nodes", ".metadata.labels['karpenter\\.kwok\\.sh/instance-cpu']"),
              ElementsAre("4"));
}

TEST_F(Provisioning, a_missing_class_is_said) {
  apply(R"(apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: lost}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: nowhere}
      requirements: []
)");
  EXPECT_TRUE(until([&] {
    return values("nodepools", ".status.conditions[?(@.type==\"NodeClassReady\")].reason") ==
           std::vector<std::string>{"NodeClassNotFound"};
  }));
  deployment("web", 1);
  EXPECT_TRUE(until([&] {
    return joiner->process().wait_for("no nodepools found", std::chrono::seconds(1)) ||
           ok("get events -o jsonpath={.items[*].message}").find("NodePool") != std::string::npos;
  }));
  EXPECT_EQ(count("nodeclaims"), 0U);
}

}  // namespace
}  // namespace control_plane
