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

EC2NodeClass base_class() {
  base::Result<EC2NodeClass> node_class = base::from_json<EC2NodeClass>(*base::parse_json(R"({
    "spec": {
      "role": "role-1", "tags": {"keyTag-1": "valueTag-1", "keyTag-2": "valueTag-2"},
      "context": "fake-context", "detailedMonitoring": false, "associatePublicIPAddress": false,
      "metadataOptions": {"httpEndpoint": "disabled", "httpProtocolIPv6": "disabled",
                          "httpPutResponseHopLimit": 1, "httpTokens": "optional"},
      "userData": "userdata-test-1",
      "blockDeviceMappings": [
        {"deviceName": "map-device-1",
         "ebs": {"deleteOnTermination": false, "encrypted": false, "iops": 0,
                 "kmsKeyID": "fakeKMSKeyID", "snapshotID": "fakeSnapshot", "throughput": 0,
                 "volumeSize": "2G", "volumeType": "standard"}},
        {"deviceName": "map-device-2"}]}})"));
  EXPECT_TRUE(node_class);
  return node_class.value_or(EC2NodeClass());
}

std::string class_hash(const EC2NodeClass& node_class) {
  return node_class_hash(node_class, "test-ca-bundle");
}

TEST(EC2NodeClassHash, API_335_vectors) {
  EXPECT_EQ(class_hash(base_class()), "11148166120438674859");
  EC2NodeClass changed = base_class();
  changed.spec.userData = "userdata-test-2";
  EXPECT_EQ(class_hash(changed), "11774429238106843388");
  changed = base_class();
  changed.spec.blockDeviceMappings[0].ebs->volumeSize = "10G";
  EXPECT_EQ(class_hash(changed), "10372902467896351912");
  changed = base_class();
  changed.spec.role.clear();
  changed.spec.instanceProfile = "test-instance-profile";
  EXPECT_EQ(class_hash(changed), "10323991363677716244");
  changed = base_class();
  changed.spec.instanceStorePolicy = "RAID0";
  EXPECT_EQ(class_hash(changed), "16697988646989909967");
  changed = base_class();
  changed.spec.connectionTracking.emplace().udpTimeout = 45;
  EXPECT_EQ(class_hash(changed), "17941926745862994490");
  changed = base_class();
  changed.spec.cpuOptions.emplace().nestedVirtualization = "enabled";
  EXPECT_EQ(class_hash(changed), "6157846767212910604");
  changed = base_class();
  changed.spec.associatePublicIPAddress = true;
  EXPECT_EQ(class_hash(changed), "16141801171825097963");
  changed = base_class();
  changed.spec.context = "context-2";
  EXPECT_EQ(class_hash(changed), "2279761750428738028");
  changed = base_class();
  changed.spec.detailedMonitoring = true;
  EXPECT_EQ(class_hash(changed), "1936848126751988570");
}

TEST(EC2NodeClassHash, API_333_what_is_not_part_of_it) {
  EC2NodeClass changed = base_class();
  std::swap(changed.spec.blockDeviceMappings[0], changed.spec.blockDeviceMappings[1]);
  changed.spec.subnetSelectorTerms.emplace_back().id = "subnet-1";
  changed.spec.securityGroupSelectorTerms.emplace_back().id = "sg-1";
  changed.spec.amiSelectorTerms.emplace_back().id = "ami-1";
  changed.spec.capacityReservationSelectorTerms.emplace_back().id = "cr-1";
  changed.spec.ipPrefixCount = 2;
  changed.metadata.name = "other";
  EXPECT_EQ(class_hash(changed), class_hash(base_class()));

  EC2NodeClass alias = base_class();
  alias.spec.amiSelectorTerms.emplace_back().alias = "al2023@latest";
  EXPECT_NE(class_hash(alias), class_hash(base_class()));
  EC2NodeClass named = alias;
  named.spec.amiFamily = "AL2023";
  EXPECT_EQ(class_hash(named), class_hash(alias));
}

TEST(EC2NodeClassHash, API_326_331_332_spelling) {
  EC2NodeClass big = base_class();
  big.spec.blockDeviceMappings[0].ebs->volumeSize = "1024Gi";
  EC2NodeClass same = base_class();
  same.spec.blockDeviceMappings[0].ebs->volumeSize = "1Ti";
  EXPECT_EQ(class_hash(big), class_hash(same));

  EC2NodeClass kubelet = base_class();
  kubelet.spec.kubelet = *base::parse_json(R"({"maxPods": 1, "clusterDNS": ["<&>"]})");
  same = base_class();
  same.spec.kubelet = *base::parse_json(R"({"clusterDNS": ["<&>"], "maxPods": 1})");
  EXPECT_EQ(class_hash(kubelet), class_hash(same));
  EXPECT_NE(class_hash(kubelet), class_hash(base_class()));
  same.spec.kubelet = base::Json(boost::json::object());
  EXPECT_EQ(class_hash(same), class_hash(base_class())) << "an empty map counts as none";

  EC2NodeClass given = base_class();
  given.spec.networkInterfaces.give();
  EXPECT_NE(class_hash(given), class_hash(base_class())) << "given, though empty";
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
