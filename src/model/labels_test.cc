#include "model/labels.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace model {
namespace {

TEST(Labels, API_019_label_values) {
  for (const char* valid : {"", "a", "A-1_2.b", "0", "true"}) {
    EXPECT_TRUE(is_label_value(valid)) << valid;
  }
  EXPECT_TRUE(is_label_value(std::string(63, 'a')));
  EXPECT_FALSE(is_label_value(std::string(64, 'a')));
  for (const char* invalid : {"-a", "a-", ".a", "a b", "a/b", "???", "ä", "a\n"}) {
    EXPECT_FALSE(is_label_value(invalid)) << invalid;
  }
}

TEST(Labels, API_020_keys) {
  for (const char* valid : {"Test", "test.com/Test", "key-only", "a.b_c-d", "1.2/3"}) {
    EXPECT_TRUE(is_qualified_name(valid)) << valid;
  }
  for (const char* invalid : {"test.com.com}", "Test.com/test", "test/test/test", "test/", "/test",
                              "", "a b", "test..com/a", ".com/a", "-a.com/a", "a_b.com/c", "-a"}) {
    EXPECT_FALSE(is_qualified_name(invalid)) << invalid;
  }
}

TEST(Labels, API_021_lengths_of_domain_and_name) {
  // Four labels of 62 characters with their dots, and one that fills up to 253.
  std::string domain;
  for (int label = 0; label < 4; ++label)
    domain += std::string(62, 'a') + '.';
  domain += "b";
  ASSERT_EQ(domain.size(), 253u);
  EXPECT_TRUE(is_qualified_name(domain + "/a"));
  EXPECT_FALSE(is_qualified_name("a" + domain + "/a"));
  EXPECT_TRUE(is_qualified_name("a.b/" + std::string(63, 'n')));
  EXPECT_FALSE(is_qualified_name("a.b/" + std::string(64, 'n')));
}

TEST(Labels, API_258_well_known) {
  for (std::string_view key : {kNodePoolLabel, kCapacityTypeLabel, kZoneLabel, kRegionLabel,
                               kInstanceTypeLabel, kArchLabel, kOsLabel, kWindowsBuildLabel}) {
    EXPECT_TRUE(is_well_known(key)) << key;
  }
  EXPECT_TRUE(is_well_known(kZoneIdLabel)) << "API-287";
  EXPECT_TRUE(is_well_known("karpenter.k8s.aws/instance-gpu-memory"));
  EXPECT_TRUE(is_well_known("karpenter.kwok.sh/instance-memory")) << "API-291";
  EXPECT_FALSE(is_well_known(kHostnameLabel));
  EXPECT_FALSE(is_well_known(kEC2NodeClassLabel)) << "API-262";
  EXPECT_FALSE(is_well_known("karpenter.k8s.aws/instance-pods")) << "API-288";
  EXPECT_FALSE(is_well_known("example.com/team"));
}

TEST(Labels, API_258_each_well_known_key_is_listed_once) {
  std::set<std::string_view> keys;
  for (std::string_view key : well_known_labels()) {
    EXPECT_TRUE(keys.insert(key).second) << key;
    EXPECT_TRUE(is_well_known(key)) << key;
    EXPECT_FALSE(is_restricted(key)) << key;
    EXPECT_EQ(normalized_label(key), key);
  }
}

TEST(Labels, API_259_restricted) {
  for (const char* restricted :
       {"karpenter.sh/x", "sub.karpenter.sh/x", "karpenter.k8s.aws/x", "kubernetes.io/hostname",
        "karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-ami-id"}) {
    EXPECT_TRUE(is_restricted(restricted)) << restricted;
  }
  for (const char* free : {"karpenter.sh", "mykarpenter.sh/x", "kubernetes.io/x", "k8s.io/x",
                           "kops.k8s.io/instancegroup", "karpenter.sh/capacity-type", "x"}) {
    EXPECT_FALSE(is_restricted(free)) << free;
  }
}

TEST(Labels, API_260_normalised) {
  EXPECT_EQ(normalized_label("failure-domain.beta.kubernetes.io/zone"), kZoneLabel);
  EXPECT_EQ(normalized_label("failure-domain.beta.kubernetes.io/region"), kRegionLabel);
  EXPECT_EQ(normalized_label("beta.kubernetes.io/arch"), kArchLabel);
  EXPECT_EQ(normalized_label("beta.kubernetes.io/os"), kOsLabel);
  EXPECT_EQ(normalized_label("beta.kubernetes.io/instance-type"), kInstanceTypeLabel);
  EXPECT_EQ(normalized_label("topology.ebs.csi.aws.com/zone"), kZoneLabel) << "SCH-048";
  EXPECT_EQ(normalized_label("beta.kubernetes.io/other"), "beta.kubernetes.io/other");
}

TEST(Labels, API_262_node_class_label) {
  EXPECT_EQ(node_class_label(kAwsGroup, "EC2NodeClass"), kEC2NodeClassLabel);
  EXPECT_EQ(node_class_label("karpenter.kwok.sh", "KWOKNodeClass"),
            "karpenter.kwok.sh/kwoknodeclass");
}

}  // namespace
}  // namespace model
