#include "sim/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/conditions.h"

namespace sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

const base::Time kNow{std::chrono::hours(24 * 20000)};

model::EC2NodeClass node_class(std::string_view discovery = "my-cluster") {
  model::EC2NodeClass result;
  result.metadata.name = "default";
  result.metadata.generation = 3;
  result.spec.amiSelectorTerms.emplace_back().alias = "al2023@latest";
  result.spec.role = "KarpenterNodeRole";
  result.spec.subnetSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = discovery;
  result.spec.securityGroupSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = discovery;
  return result;
}

model::EC2NodeClassStatus ready_now(const model::EC2NodeClass& node_class) {
  return ready_status(node_class, catalog::ec2_zones().value(), kNow);
}

const model::InstanceType& type_named(std::string_view name) {
  static const model::InstanceTypes types = catalog::load_ec2().value();
  auto found = std::ranges::find(types, name, [](const auto& type) { return type->name; });
  EXPECT_NE(found, types.end()) << name;
  return **found;
}

TEST(Account, API_209_a_subnet_in_each_zone_for_any_discovery_value) {
  model::EC2NodeClassStatus status = ready_now(node_class());
  ASSERT_THAT(status.subnets, SizeIs(6));
  EXPECT_TRUE(std::ranges::is_sorted(status.subnets, {}, &model::SubnetStatus::id));
  for (const model::SubnetStatus& subnet : status.subnets) {
    EXPECT_THAT(subnet.id, MatchesRegex("subnet-0[0-9a-f]{16}"));
    EXPECT_THAT(subnet.zone, MatchesRegex("us-east-1[a-f]"));
    EXPECT_THAT(subnet.zoneID, MatchesRegex("use1-az[1-6]"));
  }
  EXPECT_THAT(status.securityGroups, SizeIs(1));
  EXPECT_THAT(ready_now(node_class("another")).subnets, SizeIs(6));
}

TEST(Account, every_condition_is_true_for_the_present_generation) {
  model::EC2NodeClassStatus status = ready_now(node_class());
  for (std::string_view type :
       {model::kSubnetsReady, model::kSecurityGroupsReady, model::kAMIsReady,
        model::kInstanceProfileReady, model::kValidationSucceeded, model::kReady}) {
    const model::Condition* condition = model::find_condition(status.conditions, type);
    ASSERT_NE(condition, nullptr) << type;
    EXPECT_EQ(condition->status, "True") << type;
    EXPECT_EQ(condition->observedGeneration, 3) << type;
  }
}

TEST(Account, API_207_a_class_without_selectors_is_not_ready) {
  model::EC2NodeClassStatus status = ready_now(model::EC2NodeClass{});
  auto reason = [&](std::string_view type) {
    const model::Condition* condition = model::find_condition(status.conditions, type);
    return condition == nullptr ? "" : condition->status + " " + condition->reason;
  };
  EXPECT_EQ(reason(model::kSubnetsReady), "False SubnetsNotFound");
  EXPECT_EQ(reason(model::kSecurityGroupsReady), "False SecurityGroupsNotFound");
  EXPECT_EQ(reason(model::kAMIsReady), "False AMINotFound");
  EXPECT_EQ(reason(model::kReady), "False UnhealthyDependents");
  EXPECT_THAT(status.subnets, IsEmpty());
}

TEST(Account, API_026_a_second_look_changes_nothing) {
  model::EC2NodeClass looked_at = node_class();
  looked_at.status = ready_now(looked_at);
  model::EC2NodeClassStatus again =
      ready_status(looked_at, catalog::ec2_zones().value(), kNow + std::chrono::hours(1));
  EXPECT_EQ(base::to_json(again), base::to_json(looked_at.status));
}

TEST(Account, API_213_instance_profile_given_or_managed) {
  EXPECT_THAT(ready_now(node_class()).instanceProfile, MatchesRegex("joiner_.+"));
  model::EC2NodeClass given = node_class();
  given.spec.role.clear();
  given.spec.instanceProfile = "KarpenterNodeInstanceProfile-demo";
  EXPECT_EQ(ready_now(given).instanceProfile, "KarpenterNodeInstanceProfile-demo");
}

TEST(Account, API_211_images_with_requirements_by_length_of_key) {
  model::EC2NodeClassStatus status = ready_now(node_class());
  ASSERT_THAT(status.amis, SizeIs(5));
  EXPECT_EQ(status.amis[0].name, "amazon-eks-node-al2023-x86_64-standard-1.32-v20251015");
  EXPECT_THAT(status.amis[0].id, MatchesRegex("ami-0[0-9a-f]{16}"));
  base::Json expected = base::parse_json(R"([
    {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]},
    {"key": "karpenter.k8s.aws/instance-gpu-count", "operator": "DoesNotExist"},
    {"key": "karpenter.k8s.aws/instance-accelerator-count", "operator": "DoesNotExist"}])")
                            .value();
  EXPECT_EQ(base::Json(boost::json::array(status.amis[0].requirements.begin(),
                                          status.amis[0].requirements.end())),
            expected);
}

TEST(Account, AWL_183_family_of_the_images) {
  model::EC2NodeClass by_alias = node_class();
  by_alias.spec.amiFamily = "Custom";
  EXPECT_EQ(image_family_of(by_alias), "AL2023");
  by_alias.spec.amiSelectorTerms[0].alias = "bottlerocket@v1.20.0";
  EXPECT_EQ(image_family_of(by_alias), "Bottlerocket");
  model::EC2NodeClass by_name = node_class();
  by_name.spec.amiFamily = "AL2";
  by_name.spec.amiSelectorTerms[0] = {};
  by_name.spec.amiSelectorTerms[0].name = "my-ami";
  EXPECT_EQ(image_family_of(by_name), "AL2");
}

TEST(Account, AWL_197_each_type_gets_the_image_that_it_can_run) {
  std::vector<Image> images = images_of("AL2023");
  auto image = [&](std::string_view type) {
    const Image* found = image_for(images, type_named(type).requirements);
    return found == nullptr ? "" : found->name;
  };
  EXPECT_THAT(image("m5.large"), HasSubstr("x86_64-standard"));
  EXPECT_THAT(image("m7g.xlarge"), HasSubstr("arm64-standard"));
  EXPECT_THAT(image("g5.12xlarge"), HasSubstr("x86_64-nvidia"));
  EXPECT_THAT(image("g5g.xlarge"), HasSubstr("arm64-nvidia"));
  EXPECT_THAT(image("inf2.24xlarge"), HasSubstr("x86_64-neuron"));
}

TEST(Account, variables_that_were_not_filled_in_are_named) {
  EXPECT_THAT(unexpanded_values(node_class()), IsEmpty());
  model::EC2NodeClass raw = node_class("${CLUSTER_NAME}");
  raw.spec.role = "KarpenterNodeRole-${CLUSTER_NAME}";
  raw.spec.userData = "echo ${HOSTNAME}";  // a shell's own variable
  EXPECT_THAT(unexpanded_values(raw),
              ElementsAre(HasSubstr("spec.subnetSelectorTerms[0].tags.karpenter.sh/discovery: "
                                    "\"${CLUSTER_NAME}\""),
                          HasSubstr("spec.securityGroupSelectorTerms[0].tags"),
                          HasSubstr("spec.role: \"KarpenterNodeRole-${CLUSTER_NAME}\"")));
}

}  // namespace
}  // namespace sim
