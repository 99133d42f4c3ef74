// PodTopologySpread and InterPodAffinity, as kube-scheduler has them.
#include "judge/topology.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "judge/filters.h"
#include "judge/test_objects.h"

namespace judge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const model::Node> in_zone(std::string_view name, std::string_view zone,
                                           std::string_view spec = "{}") {
  return node(fmt::format(R"({{"zone": "{}", "host": "{}"}})", zone, name), spec, name);
}

// A bound pod with the label app.
std::shared_ptr<const model::Pod> bound(std::string_view app, std::string_view node,
                                        std::string_view more = "") {
  return read<model::Pod>(fmt::format(
      R"({{"metadata": {{"name": "{}", "namespace": "default", "labels": {{"app": "{}"}}}},
          "spec": {{"nodeName": "{}" {}}}}})",
      app, app, node, more));
}

std::shared_ptr<const model::Pod> spread(std::string_view more = "", std::string_view spec = "") {
  return pod(fmt::format(R"({{"topologySpreadConstraints": [{{"maxSkew": 1, "topologyKey": "zone",
      "whenUnsatisfiable": "DoNotSchedule",
      "labelSelector": {{"matchLabels": {{"app": "web"}}}} {}}}] {}}})",
                         more, spec),
             R"({"app": "web", "revision": "2"})");
}

// A required term over the zone for pods with app=web.
std::string term(std::string_view kind, std::string_view more = "", std::string_view app = "web") {
  return fmt::format(R"("affinity": {{"{}": {{"requiredDuringSchedulingIgnoredDuringExecution": [
      {{"topologyKey": "zone", "labelSelector": {{"matchLabels": {{"app": "{}"}}}} {}}}]}}}})",
                     kind, app, more);
}

// Why the pod may not run on each node, "" where it may.
std::vector<std::string> refusals(const std::shared_ptr<const model::Pod>& asking,
                                  const Nodes& nodes, const Pods& pods,
                                  Surroundings surroundings = {}) {
  ClusterView cluster = make_cluster(nodes, pods, std::move(surroundings));
  TopologyCounts counts = count_topology(*asking, cluster);
  std::vector<std::string> reasons;
  for (const NodeView& view : cluster.nodes) {
    Verdict verdict = first_refusal({*asking, view, cluster});
    EXPECT_EQ(verdict.reasons, first_refusal({*asking, view, cluster, &counts}).reasons);
    reasons.push_back(verdict.allows() ? "" : verdict.reasons.front());
  }
  return reasons;
}

constexpr const char* kSkewed = "node(s) didn't match pod topology spread constraints";
constexpr const char* kAttracted = "node(s) didn't match pod affinity rules";
constexpr const char* kRepelled = "node(s) didn't match pod anti-affinity rules";
constexpr const char* kRepelling = "node(s) didn't satisfy existing pods anti-affinity rules";

TEST(PodTopologySpread, the_emptiest_zone_takes_the_next_pod) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b"), in_zone("b2", "b")};
  EXPECT_THAT(refusals(spread(), nodes, {bound("web", "b2")}), ElementsAre("", kSkewed, kSkewed));
  EXPECT_THAT(refusals(spread(), nodes, {bound("web", "b2"), bound("web", "a1")}),
              ElementsAre("", "", ""));
}

TEST(PodTopologySpread, counts_pods_that_stay_and_match) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b")};
  auto leaving = read<model::Pod>(R"({"metadata": {"name": "gone", "namespace": "default",
      "deletionTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web"}},
      "spec": {"nodeName": "b1"}})");
  auto foreign = read<model::Pod>(R"({"metadata": {"name": "far", "namespace": "other",
      "labels": {"app": "web"}}, "spec": {"nodeName": "b1"}})");
  EXPECT_THAT(refusals(spread(), nodes, {leaving, foreign}), ElementsAre("", ""));
  EXPECT_THAT(refusals(spread(), nodes, {bound("other", "b1")}), ElementsAre("", ""));
}

TEST(PodTopologySpread, a_node_without_the_label_is_refused_and_no_preemption_helps) {
  auto lost = node("{}", "{}", "c");
  ClusterView cluster = make_cluster({in_zone("a1", "a"), lost}, {});
  Verdict verdict = first_refusal({*spread(), cluster.nodes[1], cluster});
  EXPECT_THAT(verdict.reasons,
              ElementsAre("node(s) didn't match pod topology spread constraints (missing required "
                          "label)"));
  EXPECT_FALSE(verdict.preemption_may_help);
}

TEST(PodTopologySpread, min_domains_that_are_not_there_count_as_empty) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b")};
  Pods there = {bound("web", "a1"), bound("web", "b1")};
  EXPECT_THAT(refusals(spread(), nodes, there), ElementsAre("", ""));
  EXPECT_THAT(refusals(spread(R"(, "minDomains": 3)"), nodes, there),
              ElementsAre(kSkewed, kSkewed));
}

TEST(PodTopologySpread, match_label_keys_separate_revisions) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b")};
  EXPECT_THAT(
      refusals(spread(R"(, "matchLabelKeys": ["revision", "no"])"), nodes, {bound("web", "a1")}),
      ElementsAre("", ""));
  EXPECT_THAT(refusals(spread(R"(, "matchLabelKeys": ["no"])"), nodes, {bound("web", "a1")}),
              ElementsAre(kSkewed, ""));
}

TEST(PodTopologySpread, policies_say_which_nodes_count) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b"),
                 in_zone("c1", "c", R"({"taints": [{"key": "no", "effect": "NoSchedule"}]})")};
  Pods there = {bound("web", "a1"), bound("web", "b1")};
  EXPECT_EQ(refusals(spread(), nodes, there)[0], kSkewed);
  EXPECT_EQ(refusals(spread(R"(, "nodeTaintsPolicy": "Honor")"), nodes, there)[0], "");
  std::string_view in_a = R"(, "nodeSelector": {"zone": "a"})";
  EXPECT_EQ(refusals(spread("", in_a), nodes, there)[0], "");
  EXPECT_EQ(refusals(spread(R"(, "nodeAffinityPolicy": "Ignore")", in_a), nodes, there)[0],
            kSkewed);
}

TEST(InterPodAffinity, goes_where_the_wanted_pod_is) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b"), in_zone("b2", "b")};
  auto asking = pod("{" + term("podAffinity") + "}");
  EXPECT_THAT(refusals(asking, nodes, {bound("web", "b1")}), ElementsAre(kAttracted, "", ""));
  EXPECT_THAT(refusals(asking, nodes, {}), ElementsAre(kAttracted, kAttracted, kAttracted));
}

TEST(InterPodAffinity, the_first_of_its_kind_may_go_anywhere) {
  Nodes nodes = {in_zone("a1", "a"), node("{}", "{}", "b")};
  auto first = pod("{" + term("podAffinity") + "}", R"({"app": "web"})");
  EXPECT_THAT(refusals(first, nodes, {}), ElementsAre("", kAttracted));
}

TEST(InterPodAffinity, keeps_away_from_pods_and_they_from_it) {
  Nodes nodes = {in_zone("a1", "a"), in_zone("b1", "b"), in_zone("b2", "b")};
  auto asking = pod("{" + term("podAntiAffinity") + "}", R"({"app": "web"})");
  EXPECT_THAT(refusals(asking, nodes, {bound("web", "b1")}), ElementsAre("", kRepelled, kRepelled));
  auto plain = pod("{}", R"({"app": "web"})");
  EXPECT_THAT(refusals(plain, nodes, {bound("db", "a1", ", " + term("podAntiAffinity"))}),
              ElementsAre(kRepelling, "", ""));
  EXPECT_THAT(
      refusals(plain, nodes, {bound("db", "a1", ", " + term("podAntiAffinity", "", "other"))}),
      ElementsAre("", "", ""));
}

TEST(InterPodAffinity, namespaces_by_name_and_by_label) {
  Nodes nodes = {in_zone("a1", "a")};
  auto far = read<model::Pod>(R"({"metadata": {"name": "far", "namespace": "shop",
      "labels": {"app": "web"}}, "spec": {"nodeName": "a1"}})");
  Surroundings surroundings;
  surroundings.namespaces = by_name<model::Namespace>(
      {read<model::Namespace>(R"({"metadata": {"name": "shop", "labels": {"team": "red"}}})")});
  auto result = [&](std::string_view where) {
    return refusals(pod("{" + term("podAntiAffinity", where) + "}"), nodes, {far}, surroundings)[0];
  };
  EXPECT_EQ(result(""), "");
  EXPECT_EQ(result(R"(, "namespaces": ["shop"])"), kRepelled);
  EXPECT_EQ(result(R"(, "namespaceSelector": {})"), kRepelled);
  EXPECT_EQ(result(R"(, "namespaceSelector": {"matchLabels": {"team": "red"}})"), kRepelled);
  EXPECT_EQ(result(R"(, "namespaceSelector": {"matchLabels": {"team": "blue"}})"), "");
}

}  // namespace
}  // namespace judge
