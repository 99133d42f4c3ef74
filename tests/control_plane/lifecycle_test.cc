// How machines leave, and what survives failures, on a real control plane.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "control_plane/real_cluster.h"

namespace control_plane {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

using Lifecycle = OnRealCluster;

TEST_F(Lifecycle, a_deleted_node_is_drained_and_its_pods_move) {
  pool();
  deployment("web", 3);
  ASSERT_TRUE(is_available("web"));
  std::string node = values("nodes", ".metadata.name").at(0);
  ok(fmt::format("delete node {} --wait=true --timeout=90s", node));
  EXPECT_TRUE(is_available("web"));
  EXPECT_THAT(values("nodes", ".metadata.name"), Not(Contains(node)));
  EXPECT_EQ(count("nodeclaims"), count("nodes"));
}

TEST_F(Lifecycle, a_deleted_claim_takes_its_node_along) {
  pool();
  deployment("web", 3);
  ASSERT_TRUE(is_available("web"));
  std::string claim = values("nodeclaims", ".metadata.name").at(0);
  std::string node = values("nodes", ".metadata.name").at(0);
  ok(fmt::format("delete nodeclaim {} --wait=true --timeout=90s", claim));
  EXPECT_THAT(values("nodes", ".metadata.name"), Not(Contains(node)));
  EXPECT_TRUE(is_available("web"));
}

TEST_F(Lifecycle, empty_nodes_go) {
  pool("disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: 1s}");
  deployment("web", 2);
  ASSERT_TRUE(is_available("web"));
  ok("delete deployment web");
  EXPECT_TRUE(until([&] { return count("nodeclaims") == 0 && count("nodes") == 0; }));
}

TEST_F(Lifecycle, old_nodes_are_replaced) {
  pool("disruption: {consolidateAfter: Never}", "expireAfter: 30s");
  deployment("web", 1);
  ASSERT_TRUE(is_available("web"));
  std::string claim = values("nodeclaims", ".metadata.name").at(0);
  EXPECT_TRUE(until([&] {
    std::vector<std::string> claims = values("nodeclaims", ".metadata.name");
    return std::ranges::find(claims, claim) == claims.end() && !claims.empty();
  }));
  pool("disruption: {consolidateAfter: Never}", "expireAfter: Never");
  EXPECT_TRUE(is_available("web"));
}

TEST_F(Lifecycle, a_budget_holds_a_drain_until_it_is_lifted) {
  pool();
  deployment("web", 2);
  ASSERT_TRUE(is_available("web"));
  apply(R"(apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 0
  selector: {matchLabels: {app: web}}
)");
  ASSERT_TRUE(until([&] {
    return values("poddisruptionbudgets", ".status.expectedPods") == std::vector<std::string>{"2"};
  }));
  std::string node = values("nodes", ".metadata.name").at(0);
  std::vector<std::string> pods = values("pods", ".metadata.uid");
  ok(fmt::format("delete node {} --wait=false", node));
  EXPECT_TRUE(joiner->process().wait_for("tainted node", kPatience));
  EXPECT_TRUE(until([&] {
    return ok("get events -A --field-selector reason=FailedDraining -o "
              "jsonpath={.items[*].message}") != "";
  }));
  EXPECT_EQ(values("pods", ".metadata.uid"), pods);  // none was evicted
  ok("delete poddisruptionbudget web");
  ok(fmt::format("wait --for=delete node/{} --timeout=90s", node));
  EXPECT_TRUE(is_available("web"));
}

TEST_F(Lifecycle, a_node_whose_claim_is_gone_is_collected) {
  pool();
  apply(R"(apiVersion: v1
kind: Node
metadata:
  name: orphan
  labels:
    karpenter.sh/nodepool: default
    karpenter.kwok.sh/kwoknodeclass: default
    karpenter.sh/registered: "true"
    kubernetes.io/hostname: orphan-claim
  annotations: {kwok.x-k8s.io/node: fake}
spec: {providerID: "kwok://orphan"}
)");
  // LIF-145: looked at every two minutes
  EXPECT_TRUE(until([&] { return count("nodes") == 0; }, std::chrono::seconds(200)));
}

TEST_F(Lifecycle, a_claim_whose_node_is_gone_is_collected) {
  pool();
  deployment("web", 1);
  ASSERT_TRUE(is_available("web"));
  std::string claim = values("nodeclaims", ".metadata.name").at(0);
  std::string node = values("nodes", ".metadata.name").at(0);
  joiner->stop();
  ok({"patch node " + node + " --type=merge -p {\"metadata\":{\"finalizers\":null}}"});
  ok(fmt::format("delete node {}", node));
  joiner = std::make_unique<Joiner>(cluster);
  EXPECT_TRUE(until(
      [&] {
        std::vector<std::string> claims = values("nodeclaims", ".metadata.name");
        return std::ranges::find(claims, claim) == claims.end();
      },
      std::chrono::seconds(200)));
  EXPECT_TRUE(is_available("web"));
}

TEST_F(Lifecycle, the_other_replica_takes_over) {
  pool();
  Joiner other(cluster);
  EXPECT_FALSE(other.process().wait_for("became leader", std::chrono::seconds(3)));
  joiner->stop();
  EXPECT_TRUE(other.process().wait_for("became leader", std::chrono::seconds(10)));
  deployment("web", 2);
  EXPECT_TRUE(is_available("web"));
  joiner = std::make_unique<Joiner>(cluster);
  other.process().signal(SIGKILL);
  EXPECT_TRUE(joiner->leads());  // once the lease has run out
  ok("scale deployment web --replicas=12");
  EXPECT_TRUE(is_available("web"));
}

TEST_F(Lifecycle, settings_change_with_a_restart) {
  pool();
  joiner->stop();
  joiner = std::make_unique<Joiner>(
      cluster, std::vector<std::string>{"--batch-idle-duration=4s", "--batch-max-duration=5s"});
  ASSERT_TRUE(joiner->leads());
  deployment("web", 1);
  EXPECT_FALSE(joiner->process().wait_for("created nodeclaim", std::chrono::seconds(3)));
  EXPECT_TRUE(is_available("web"));
}

// What the next process finds is what the API server has. Without the lease, which a killed process cannot
// give back.
TEST_F(Lifecycle, killed_at_any_moment_nothing_is_lost_or_doubled) {
  constexpr std::size_t kRounds = 4;
  const std::vector<std::string> alone{"--disable-leader-election"};
  pool();
  joiner->stop();
  joiner = std::make_unique<Joiner>(cluster, alone);
  std::size_t replicas = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (const char* moment :
         {"found provisionable pod(s)", "created nodeclaim", "launched nodeclaim",
          "registered nodeclaim", "initialized nodeclaim"}) {
      replicas += 2;
      deployment("web", static_cast<int>(replicas),
                 "topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, "
                 "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}]");
      EXPECT_TRUE(joiner->process().wait_for(moment, kPatience)) << moment;
      joiner->process().signal(SIGKILL);
      joiner = std::make_unique<Joiner>(cluster, alone);
    }
  }
  EXPECT_TRUE(is_available("web"));
  EXPECT_THAT(values("nodes", ".spec.providerID"),
              UnorderedElementsAreArray(values("nodeclaims", ".status.providerID")));
  EXPECT_THAT(values("nodes", ".metadata.name"), SizeIs(replicas));
}

}  // namespace
}  // namespace control_plane
