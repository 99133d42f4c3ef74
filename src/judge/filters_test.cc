// What kube-scheduler would say, plugin by plugin. Objects are written as their JSON.
#include "judge/filters.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "judge/test_objects.h"

namespace judge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The verdict on the pod for a node that holds the others already.
Verdict verdict(const std::shared_ptr<const model::Pod>& asking,
                const std::shared_ptr<const model::Node>& on, const Pods& others = {}) {
  ClusterView cluster = make_cluster({on}, {});
  for (const auto& other : others) {
    cluster.nodes.front().add(other);
  }
  return first_refusal({*asking, cluster.nodes.front(), cluster});
}

TEST(NodeResourcesFit, names_each_resource_that_is_short) {
  auto asking = pod(R"({"containers": [{"name": "app", "resources": {"requests":
      {"cpu": "1500m", "memory": "3Gi", "nvidia.com/gpu": "1"}}}]})");
  auto there = pod(R"({"containers": [{"name": "app", "resources": {"requests":
      {"cpu": "600m", "memory": "2Gi"}}}]})");
  EXPECT_THAT(
      verdict(asking, node(), {there}).reasons,
      ElementsAre("Insufficient cpu", "Insufficient memory", "Insufficient nvidia.com/gpu"));
}

TEST(NodeResourcesFit, fills_a_node_to_the_last_milli) {
  EXPECT_TRUE(verdict(pod(cpu("1400m")), node(), {pod(cpu("600m"))}).allows());
  EXPECT_FALSE(verdict(pod(cpu("1401m")), node(), {pod(cpu("600m"))}).allows());
}

TEST(NodeResourcesFit, SCH_074_counts_init_containers_and_sidecars) {
  auto asking = pod(R"({
      "initContainers": [{"name": "sidecar", "restartPolicy": "Always",
                          "resources": {"requests": {"cpu": "500m"}}},
                         {"name": "init", "resources": {"requests": {"cpu": "1500m"}}}],
      "containers": [{"name": "app", "resources": {"requests": {"cpu": "100m"}}}]})");
  EXPECT_TRUE(verdict(asking, node()).allows());
  EXPECT_THAT(verdict(asking, node(), {pod(cpu("1m"))}).reasons, ElementsAre("Insufficient cpu"));
}

TEST(NodeResourcesFit, a_pod_that_asks_for_nothing_needs_only_a_slot) {
  auto nothing = pod(cpu("0"));
  auto overcommitted = pod(cpu("3"));
  EXPECT_TRUE(verdict(nothing, node(), {overcommitted, nothing}).allows());
  EXPECT_THAT(verdict(nothing, node(), {nothing, nothing, nothing}).reasons,
              ElementsAre("Too many pods"));
}

TEST(NodeResourcesFit, preemption_helps_only_where_an_empty_node_would_do) {
  EXPECT_TRUE(verdict(pod(cpu("2")), node(), {pod(cpu("1"))}).preemption_may_help);
  EXPECT_FALSE(verdict(pod(cpu("3")), node()).preemption_may_help);
}

TEST(NodeResourcesFit, finished_pods_hold_nothing) {
  auto done = read<model::Pod>(R"({"metadata": {"name": "done"},
      "spec": {"nodeName": "node", "containers": [{"name": "app",
               "resources": {"requests": {"cpu": "2"}}}]},
      "status": {"phase": "Succeeded"}})");
  auto running = read<model::Pod>(R"({"metadata": {"name": "running"},
      "spec": {"nodeName": "node", "containers": [{"name": "app",
               "resources": {"requests": {"cpu": "500m"}}}]},
      "status": {"phase": "Running"}})");
  ClusterView cluster = make_cluster({node()}, {done, running});
  ASSERT_EQ(cluster.find("node"), &cluster.nodes.front());
  EXPECT_EQ(cluster.find("nod"), nullptr);
  EXPECT_THAT(cluster.nodes.front().pods(), ElementsAre(running));
  auto asking = pod(cpu("1500m"));
  EXPECT_TRUE(first_refusal({*asking, cluster.nodes.front(), cluster}).allows());
}

TEST(TaintToleration, names_the_first_untolerated_taint) {
  auto tainted = node("{}", R"({"taints": [
      {"key": "soft", "effect": "PreferNoSchedule"},
      {"key": "team", "value": "ml", "effect": "NoSchedule"},
      {"key": "karpenter.sh/unregistered", "effect": "NoExecute"}]})");
  EXPECT_THAT(verdict(pod("{}"), tainted).reasons,
              ElementsAre("node(s) had untolerated taint {team: ml}"));
  EXPECT_THAT(
      verdict(pod(R"({"tolerations": [{"key": "team", "operator": "Exists"}]})"), tainted).reasons,
      ElementsAre("node(s) had untolerated taint {karpenter.sh/unregistered: }"));
  EXPECT_TRUE(verdict(pod(R"({"tolerations": [{"operator": "Exists"}]})"), tainted).allows());
}

TEST(TaintToleration, matches_key_value_and_effect) {
  model::Taint taint{"level", "5", "NoSchedule", {}};
  auto tolerates = [&](std::string_view json) {
    return tolerated({*read<model::Toleration>(json)}, taint);
  };
  EXPECT_TRUE(tolerates(R"({"key": "level", "value": "5"})"));
  EXPECT_TRUE(tolerates(R"({"key": "level", "operator": "Equal", "value": "5",
                            "effect": "NoSchedule"})"));
  EXPECT_FALSE(tolerates(R"({"key": "level", "value": "6"})"));
  EXPECT_FALSE(tolerates(R"({"key": "level", "operator": "Exists", "effect": "NoExecute"})"));
  EXPECT_FALSE(tolerates(R"({"key": "other", "operator": "Exists"})"));
  EXPECT_TRUE(tolerates(R"({"key": "level", "operator": "Gt", "value": "4"})"));
  EXPECT_FALSE(tolerates(R"({"key": "level", "operator": "Lt", "value": "5"})"));
}

TEST(NodeUnschedulable, stops_all_but_those_who_tolerate_it) {
  auto cordoned = node("{}", R"({"unschedulable": true})");
  EXPECT_THAT(verdict(pod("{}"), cordoned).reasons, ElementsAre("node(s) were unschedulable"));
  EXPECT_TRUE(verdict(pod(R"({"tolerations": [{"key": "node.kubernetes.io/unschedulable",
                               "operator": "Exists", "effect": "NoSchedule"}]})"),
                      cordoned)
                  .allows());
}

TEST(NodeAffinity, node_selector_needs_every_label) {
  auto asking = pod(R"({"nodeSelector": {"kubernetes.io/arch": "arm64", "disk": "ssd"}})");
  EXPECT_TRUE(verdict(asking, node(R"({"kubernetes.io/arch": "arm64", "disk": "ssd"})")).allows());
  EXPECT_THAT(verdict(asking, node(R"({"kubernetes.io/arch": "arm64"})")).reasons,
              ElementsAre("node(s) didn't match Pod's node affinity/selector"));
}

std::string affinity(std::string_view terms) {
  return R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
             {"nodeSelectorTerms": )" +
         std::string(terms) + "}}}}";
}

TEST(NodeAffinity, terms_are_alternatives_and_empty_ones_match_nothing) {
  auto labelled = node(R"({"zone": "b", "cpu": "8"})");
  auto allowed = [&](std::string_view terms) {
    return verdict(pod(affinity(terms)), labelled).allows();
  };
  auto term = [](std::string_view zone, std::string_view op, std::string_view cpu) {
    return fmt::format(R"({{"matchExpressions": [
        {{"key": "zone", "operator": "In", "values": ["{}"]}},
        {{"key": "cpu", "operator": "{}", "values": ["{}"]}}]}})",
                       zone, op, cpu);
  };
  EXPECT_TRUE(allowed("[" + term("a", "Gt", "4") + "," + term("b", "Gt", "4") + "]"));
  EXPECT_FALSE(allowed("[" + term("b", "Lt", "8") + "]"));
  EXPECT_FALSE(allowed("[{}]"));
  EXPECT_FALSE(allowed("[]"));
}

TEST(NodeAffinity, operators) {
  auto labelled = node(R"({"zone": "b", "cpu": "8"})");
  auto allowed = [&](std::string_view expression) {
    std::string terms = R"([{"matchExpressions": [)" + std::string(expression) + "]}]";
    return verdict(pod(affinity(terms)), labelled).allows();
  };
  EXPECT_TRUE(allowed(R"({"key": "zone", "operator": "Exists"})"));
  EXPECT_FALSE(allowed(R"({"key": "zone", "operator": "DoesNotExist"})"));
  EXPECT_TRUE(allowed(R"({"key": "gpu", "operator": "DoesNotExist"})"));
  EXPECT_FALSE(allowed(R"({"key": "zone", "operator": "NotIn", "values": ["a", "b"]})"));
  EXPECT_TRUE(allowed(R"({"key": "gpu", "operator": "NotIn", "values": ["a"]})"))
      << "an absent label is not in the list";
  EXPECT_FALSE(allowed(R"({"key": "zone", "operator": "Gt", "values": ["1"]})"))
      << "b is no number";
  EXPECT_FALSE(allowed(R"({"key": "gpu", "operator": "Lt", "values": ["1"]})"));
}

TEST(NodeAffinity, match_fields_name_a_node) {
  auto terms = [](std::string_view name) {
    return affinity(R"([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [")" +
                    std::string(name) + R"("]}]}])");
  };
  EXPECT_TRUE(verdict(pod(terms("node")), node()).allows());
  EXPECT_FALSE(verdict(pod(terms("other")), node()).allows());
}

std::string host_port(std::string_view port) {
  return R"({"containers": [{"name": "app", "ports": [)" + std::string(port) + "]}]}";
}

TEST(NodePorts, one_port_of_the_host_goes_to_one_pod) {
  auto taken = pod(host_port(R"({"containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1"})"));
  auto reasons = [&](std::string_view port) {
    return verdict(pod(host_port(port)), node(), {taken}).reasons;
  };
  EXPECT_THAT(reasons(R"({"containerPort": 1, "hostPort": 8080})"),
              ElementsAre("node(s) didn't have free ports for the requested pod ports"));
  EXPECT_THAT(reasons(R"({"containerPort": 1, "hostPort": 8080, "hostIP": "10.0.0.2"})"),
              IsEmpty());
  EXPECT_THAT(reasons(R"({"containerPort": 1, "hostPort": 8080, "protocol": "UDP"})"), IsEmpty());
  EXPECT_THAT(reasons(R"({"containerPort": 8080})"), IsEmpty());
}

TEST(NodePorts, the_hosts_network_takes_every_container_port) {
  auto on_host = pod(R"({"hostNetwork": true, "containers": [{"name": "app",
                         "ports": [{"containerPort": 9100}]}]})");
  EXPECT_FALSE(verdict(on_host, node(), {on_host}).allows());
  EXPECT_TRUE(verdict(on_host, node()).allows());
}

TEST(Filters, kube_scheduler_stops_at_the_first_refusal) {
  auto cordoned = node("{}", R"({"unschedulable": true})");
  auto asking = pod(cpu("3"));
  EXPECT_EQ(verdict(asking, cordoned).plugin, "NodeUnschedulable");

  ClusterView cluster = make_cluster({cordoned}, {});
  std::vector<std::string_view> refusing;
  for (const Verdict& each : filters({*asking, cluster.nodes.front(), cluster})) {
    if (!each.allows()) refusing.push_back(each.plugin);
  }
  EXPECT_THAT(refusing, ElementsAre("NodeUnschedulable", "NodeResourcesFit"));
}

}  // namespace
}  // namespace judge
