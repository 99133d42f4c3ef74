#include "model/hash.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace model {
namespace {

constexpr const char* kEc2Class =
    R"("nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"})";
constexpr const char* kKwokClass =
    R"("nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "default"})";

// The hash of a NodePool whose template has these members of spec and metadata.
std::string hash_of(const std::string& spec, const std::string& metadata = "") {
  std::string text = fmt::format(
      R"({{"spec": {{"template": {{"metadata": {{{}}}, "spec": {{{}, "requirements": []}}}}}}}})",
      metadata, spec);
  base::Result<base::Json> json = base::parse_json(text);
  EXPECT_TRUE(json) << text;
  base::Result<std::string> hash = node_pool_hash(*json);
  EXPECT_TRUE(hash) << hash.error().message;
  base::Result<NodePool> pool = base::from_json<NodePool>(*json);
  EXPECT_TRUE(pool) << pool.error().message;
  EXPECT_EQ(node_pool_hash(*pool), hash.value_or("")) << "the object has the hash of its wire form";
  return hash.value_or("");
}

std::string ec2(const std::string& spec = R"("expireAfter": "720h")",
                const std::string& metadata = "") {
  return hash_of(std::string(kEc2Class) + ", " + spec, metadata);
}

std::string kwok(const std::string& spec = R"("expireAfter": "720h")",
                 const std::string& metadata = "") {
  return hash_of(std::string(kKwokClass) + ", " + spec, metadata);
}

constexpr const char* kGpuTaint = R"({"key": "dedicated", "value": "gpu", "effect": "NoSchedule"})";
constexpr const char* kTaint = R"({"key": "k", "value": "v", "effect": "NoSchedule"})";

TEST(NodePoolHash, API_330_vectors) {
  EXPECT_EQ(ec2(), "6821555240594823858");
  EXPECT_EQ(ec2(R"("expireAfter": "Never")"), "17369979337536258260");
  EXPECT_EQ(ec2(R"("expireAfter": "0s")"), "15640125381500602090");
  EXPECT_EQ(ec2(R"("expireAfter": "720h")", R"("labels": {"team": "a"})"), "1617844334411263980");
  EXPECT_EQ(ec2(R"("expireAfter": "720h")", R"("labels": {})"), "1287117484082965808");
  EXPECT_EQ(ec2(fmt::format(R"("expireAfter": "720h", "taints": [{}])", kGpuTaint)),
            "13579916569126205748");
  EXPECT_EQ(ec2(R"("expireAfter": "720h", "taints": [])"), "17700736223175069915");
  EXPECT_EQ(ec2(R"("expireAfter": "720h", "taints": [{"key": "a", "effect": "NoSchedule"},
                                                    {"key": "a", "effect": "NoSchedule"}])"),
            "17700736223175069915");
  EXPECT_EQ(ec2(R"("expireAfter": "720h", "terminationGracePeriod": "48h")"),
            "15015733878877233177");
  EXPECT_EQ(
      ec2(fmt::format(R"("expireAfter": "720h", "terminationGracePeriod": "48h", "taints": [{}],
                        "startupTaints": [{{"key": "node.cilium.io/agent-not-ready",
                                            "value": "true", "effect": "NoExecute"}}])",
                      kGpuTaint),
          R"("labels": {"team": "a"}, "annotations": {"o": "x", "p": "y"})"),
      "5317593231545503408");
}

TEST(NodePoolHash, LIF_206_vectors) {
  EXPECT_EQ(kwok(), "12745407319442031341");
  EXPECT_EQ(kwok(R"("expireAfter": "Never")"), "7428780003907761376");
  EXPECT_EQ(kwok(R"("expireAfter": "720h", "terminationGracePeriod": "0s")"),
            "16848824146983765585");
  EXPECT_EQ(kwok(R"("expireAfter": "0s")"), "13546070544088512816");
  EXPECT_EQ(kwok(R"("expireAfter": "720h")", R"("labels": {"x": "1", "y": "2"})"),
            "7457554387570918158");
  EXPECT_EQ(kwok(fmt::format(
                R"("expireAfter": "720h", "taints": [{}, {{"key": "k2", "effect": "NoExecute"}}])",
                kTaint)),
            "12599259529599738509");
  EXPECT_EQ(kwok(fmt::format(R"("expireAfter": "720h", "taints": [{}, {}])", kTaint, kTaint)),
            "845502862369909111");
  EXPECT_EQ(kwok(R"("expireAfter": "720h", "taints": [])", R"("labels": {})"),
            "17766151736966155869");
}

TEST(NodePoolHash, LIF_207_vectors) {
  EXPECT_EQ(kwok(fmt::format(R"("expireAfter": "5m", "terminationGracePeriod": "5m",
                               "taints": [{}],
                               "startupTaints": [{{"key": "s", "effect": "NoExecute"}}])",
                             kTaint),
                 R"("labels": {"team": "a"}, "annotations": {"note": "b"})"),
            "5038570638097302685");
  EXPECT_EQ(ec2(), "6821555240594823858");
}

TEST(NodePoolHash, LIF_200_order_and_spelling_do_not_matter) {
  EXPECT_EQ(ec2(R"("expireAfter": "43200m")"), ec2());
  EXPECT_EQ(ec2(R"("expireAfter": "720h")", R"("labels": {"a": "1", "b": "2"})"),
            ec2(R"("expireAfter": "720h")", R"("labels": {"b": "2", "a": "1"})"));
  EXPECT_NE(ec2(R"("expireAfter": "720h")", R"("labels": {"a": "1", "b": "2"})"),
            ec2(R"("expireAfter": "720h")", R"("labels": {"a": "2", "b": "1"})"));
}

TEST(NodePoolHash, API_329_what_is_not_part_of_it) {
  NodePool pool;
  pool.metadata.name = "default";
  pool.spec.template_.spec.nodeClassRef = {"karpenter.k8s.aws", "EC2NodeClass", "default"};
  pool.spec.template_.spec.expireAfter = NillableDuration{std::chrono::hours(720), "720h"};
  std::string before = node_pool_hash(pool);
  EXPECT_EQ(before, "6821555240594823858");

  pool.metadata.name = "other";
  pool.spec.weight = 10;
  pool.spec.disruption.emplace().consolidationPolicy = "WhenEmpty";
  pool.spec.template_.spec.requirements.push_back({"kubernetes.io/arch", "In", {"arm64"}, {}});
  EXPECT_EQ(node_pool_hash(pool), before);

  pool.spec.template_.metadata.labels["team"] = "a";
  EXPECT_EQ(node_pool_hash(pool), "1617844334411263980");
}

TEST(NodePoolHash, faults_of_the_wire_form_name_their_place) {
  base::Result<std::string> hash = node_pool_hash(
      *base::parse_json(R"({"spec": {"template": {"spec": {"taints": [{"key": 7}]}}}})"));
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().message,
            "spec.template.spec.taints[0].key: expected a string, found a number");
  EXPECT_FALSE(node_pool_hash(base::Json()));
}

}  // namespace
}  // namespace model
