// Which node kube-scheduler likes best, plugin by plugin.
#include "judge/scores.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "judge/test_objects.h"

namespace judge {
namespace {

using testing::ElementsAre;

std::shared_ptr<const model::Node> in_zone(std::string_view name, std::string_view zone,
                                           std::string_view spec = "{}") {
  return node(
      fmt::format(R"({{"topology.kubernetes.io/zone": "{}", "kubernetes.io/hostname": "{}"}})",
                  zone, name),
      spec, name);
}

std::shared_ptr<const model::Pod> bound(std::string_view node, std::string_view more = "") {
  return read<model::Pod>(fmt::format(
      R"({{"metadata": {{"name": "web", "namespace": "default", "labels": {{"app": "web"}}}},
          "spec": {{"nodeName": "{}" {}}}}})",
      node, more));
}

std::vector<std::int64_t> points(std::int64_t Score::* plugin,
                                 const std::shared_ptr<const model::Pod>& asking,
                                 const Nodes& nodes, const Pods& pods,
                                 const std::optional<model::LabelSelector>& owners = {}) {
  ClusterView cluster = make_cluster(nodes, pods);
  std::vector<const NodeView*> all;
  for (const NodeView& view : cluster.nodes)
    all.push_back(&view);
  std::vector<std::int64_t> result;
  for (const Score& score : scores(*asking, all, cluster, owners))
    result.push_back(score.*plugin);
  return result;
}

constexpr const char* kHalf = R"(, "containers": [{"name": "c", "resources": {"requests":
    {"cpu": "1", "memory": "1Gi"}}}])";

TEST(Scores, least_allocated_likes_free_nodes) {
  auto asking = pod(R"({"containers": [{"name": "c", "resources": {"requests":
      {"cpu": "500m", "memory": "1Gi"}}}]})");
  Nodes nodes = {in_zone("a", "a"), in_zone("b", "b")};
  EXPECT_THAT(points(&Score::least_allocated, asking, nodes, {bound("a", kHalf)}),
              ElementsAre((25 + 50) / 2, (75 + 75) / 2));
}

TEST(Scores, a_container_without_requests_counts_a_little) {
  auto asking = pod(R"({"containers": [{"name": "c"}]})");
  EXPECT_THAT(points(&Score::least_allocated, asking, {node()}, {}), ElementsAre((95 + 95) / 2));
}

TEST(Scores, balanced_allocation_likes_equal_fractions) {
  auto only_cpu = pod(cpu("1"));
  EXPECT_THAT(points(&Score::balanced_allocation, only_cpu, {node()}, {}), ElementsAre(75));
  auto both = pod(R"({"containers": [{"name": "c", "resources": {"requests":
      {"cpu": "1", "memory": "2Gi"}}}]})");
  EXPECT_THAT(points(&Score::balanced_allocation, both, {node()}, {}), ElementsAre(100));
}

TEST(Scores, soft_taints_are_avoided) {
  Nodes nodes = {in_zone("a", "a"),
                 in_zone("b", "b", R"({"taints": [{"key": "x", "effect": "PreferNoSchedule"}]})"),
                 in_zone("c", "c", R"({"taints": [{"key": "x", "effect": "PreferNoSchedule"},
                                       {"key": "y", "effect": "PreferNoSchedule"}]})")};
  EXPECT_THAT(points(&Score::taint_toleration, pod("{}"), nodes, {}), ElementsAre(100, 50, 0));
}

TEST(Scores, preferred_node_affinity_by_weight) {
  auto asking = pod(R"({"affinity": {"nodeAffinity": {
      "preferredDuringSchedulingIgnoredDuringExecution": [
        {"weight": 30, "preference": {"matchExpressions": [
            {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}]}},
        {"weight": 10, "preference": {"matchExpressions": [
            {"key": "topology.kubernetes.io/zone", "operator": "Exists"}]}}]}}})");
  EXPECT_THAT(
      points(&Score::node_affinity, asking, {in_zone("a", "a"), in_zone("b", "b"), node()}, {}),
      ElementsAre(100, 25, 0));
}

TEST(Scores, pods_of_an_owner_are_spread_by_default) {
  model::LabelSelector web;
  web.matchLabels["app"] = "web";
  Nodes nodes = {in_zone("a1", "a"), in_zone("a2", "a"), in_zone("b1", "b")};
  auto asking = pod("{}", R"({"app": "web"})");
  auto spread = points(&Score::pod_topology_spread, asking, nodes, {bound("a1")}, web);
  EXPECT_GT(spread[2], spread[1]);
  EXPECT_GT(spread[1], spread[0]);
  EXPECT_THAT(points(&Score::pod_topology_spread, asking, nodes, {bound("a1")}),
              ElementsAre(0, 0, 0));
}

TEST(Scores, preferred_affinity_draws_and_repels) {
  auto preferring = [](std::string_view kind) {
    return pod(fmt::format(
        R"({{"affinity": {{"{}": {{"preferredDuringSchedulingIgnoredDuringExecution": [
            {{"weight": 5, "podAffinityTerm": {{"topologyKey": "topology.kubernetes.io/zone",
              "labelSelector": {{"matchLabels": {{"app": "web"}}}}}}}}]}}}}}})",
        kind));
  };
  Nodes nodes = {in_zone("a", "a"), in_zone("b", "b")};
  EXPECT_THAT(points(&Score::inter_pod_affinity, preferring("podAffinity"), nodes, {bound("a")}),
              ElementsAre(100, 0));
  EXPECT_THAT(
      points(&Score::inter_pod_affinity, preferring("podAntiAffinity"), nodes, {bound("a")}),
      ElementsAre(0, 100));
}

TEST(Scores, weights_of_the_plugins) {
  EXPECT_EQ((Score{1, 1, 1, 1, 1, 1}.sum()), 3 + 2 + 2 + 2 + 1 + 1);
}

}  // namespace
}  // namespace judge
