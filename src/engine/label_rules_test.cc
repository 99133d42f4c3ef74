#include "engine/label_rules.h"

#include <gtest/gtest.h>

#include "model/labels.h"

namespace engine {
namespace {

using model::Operator;

model::Requirements in(std::string_view key, std::string_view value) {
  model::Requirements requirements;
  requirements.add({key, Operator::In, {std::string(value)}});
  return requirements;
}

TEST(LabelRules, SCH_050_the_keys_of_the_cloud_that_is_planned_for) {
  LabelRules aws{Settings()};
  EXPECT_TRUE(aws.is_well_known("karpenter.k8s.aws/instance-cpu"));
  EXPECT_FALSE(aws.is_well_known("karpenter.kwok.sh/instance-cpu"));

  Settings settings;
  settings.cloud_labels = CloudLabels{{"karpenter.kwok.sh/instance-cpu"}, {"karpenter.kwok.sh"}};
  LabelRules kwok(settings);
  EXPECT_TRUE(kwok.is_well_known("karpenter.kwok.sh/instance-cpu"));
  EXPECT_FALSE(kwok.is_well_known("karpenter.k8s.aws/instance-cpu"));
}

TEST(LabelRules, SCH_035_restricted_domains_and_what_lies_below_them) {
  Settings settings;
  settings.cloud_labels = CloudLabels{{"karpenter.kwok.sh/instance-cpu"}, {"karpenter.kwok.sh"}};
  LabelRules rules(settings);
  EXPECT_FALSE(rules.is_restricted("karpenter.kwok.sh/instance-cpu"));
  EXPECT_TRUE(rules.is_restricted("karpenter.kwok.sh/other"));
  EXPECT_TRUE(rules.is_restricted("below.karpenter.kwok.sh/other"));
  EXPECT_TRUE(rules.is_restricted("karpenter.sh/other"));
  EXPECT_TRUE(rules.is_restricted(model::kHostnameLabel));
  EXPECT_FALSE(rules.is_restricted("notkarpenter.kwok.sh/other"));
  EXPECT_FALSE(rules.is_restricted("team.kubernetes.io/kind"));
}

TEST(LabelRules, SCH_060_loose_lets_well_known_keys_be_undefined) {
  LabelRules rules{Settings()};
  EXPECT_TRUE(rules.compatible({}, in(model::kZoneLabel, "z1")));
  EXPECT_FALSE(rules.compatible({}, in("team", "red")));
  EXPECT_TRUE(rules.compatible(in("team", "red"), in("team", "red")));
  EXPECT_FALSE(rules.compatible(in(model::kZoneLabel, "z2"), in(model::kZoneLabel, "z1")));
  model::Requirements unwanted;
  unwanted.add({"team", Operator::DoesNotExist});
  EXPECT_TRUE(rules.compatible({}, unwanted));
}

TEST(LabelRules, SCH_063_hints_at_what_was_meant) {
  LabelRules rules{Settings()};
  auto hint = [&](std::string_view key) {
    std::string text = rules.incompatibility({}, in(key, "x")).value_or("");
    std::size_t at = text.find("(typo of ");
    return at == std::string::npos ? "" : text.substr(at);
  };
  EXPECT_EQ(hint("zone"), "(typo of \"topology.kubernetes.io/zone\"?)");
  EXPECT_EQ(hint("node.io/zone"), "(typo of \"topology.kubernetes.io/zone\"?)");
  EXPECT_EQ(hint("topology.kubernetesio/zone"), "(typo of \"topology.kubernetes.io/zone\"?)");
  EXPECT_EQ(hint("topology.kubernetes.io/regio"), "(typo of \"topology.kubernetes.io/region\"?)");
  EXPECT_EQ(hint("karpenter/nodepool"), "(typo of \"karpenter.sh/nodepool\"?)");
  EXPECT_EQ(hint("nodepool"), "(typo of \"karpenter.sh/nodepool\"?)");
  EXPECT_EQ(hint("instance-type"), "(typo of \"node.kubernetes.io/instance-type\"?)");
  EXPECT_EQ(hint("arch"), "(typo of \"kubernetes.io/arch\"?)");
  EXPECT_EQ(hint("capacity-type"), "(typo of \"karpenter.sh/capacity-type\"?)");
  EXPECT_EQ(hint("something-else"), "");
}

TEST(LabelRules, SCH_064_all_keys_that_do_not_go_together) {
  LabelRules rules{Settings()};
  model::Requirements existing = in("team", "red");
  existing.add(in("tier", "1"));
  model::Requirements incoming = in("team", "blue");
  incoming.add(in("tier", "2"));
  EXPECT_EQ(
      rules.incompatibility(existing, incoming),
      "key team, team In [blue] not in team In [red]; key tier, tier In [2] not in tier In [1]");
  EXPECT_EQ(rules.incompatibility(existing, in("team", "red")), std::nullopt);
}

}  // namespace
}  // namespace engine
