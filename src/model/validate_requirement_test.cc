#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/validate.h"

namespace model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Values = std::vector<std::string>;

std::vector<std::string> faults(std::string_view key, std::string_view op, Values values = {},
                                std::optional<std::int32_t> min_values = std::nullopt) {
  return requirement_faults(key, op, values, min_values);
}

TEST(RequirementFaults, SCH_034_each_operator_passes) {
  EXPECT_THAT(faults("team", "In", {"a", "b"}), IsEmpty());
  EXPECT_THAT(faults("team", "NotIn", {"a"}), IsEmpty());
  EXPECT_THAT(faults("team", "NotIn"), IsEmpty());
  EXPECT_THAT(faults("team", "Exists"), IsEmpty());
  EXPECT_THAT(faults("team", "DoesNotExist"), IsEmpty());
  for (const char* op : {"Gt", "Lt", "Gte", "Lte"}) {
    EXPECT_THAT(faults("karpenter.k8s.aws/instance-cpu", op, {"3"}), IsEmpty()) << op;
  }
}

TEST(RequirementFaults, SCH_034_an_unknown_operator_names_the_valid_ones) {
  EXPECT_THAT(faults("team", "in", {"a"}),
              ElementsAre("key \"team\": operator \"in\" is none of In, NotIn, Exists, "
                          "DoesNotExist, Gt, Lt, Gte, Lte; did you mean \"In\"?"));
  EXPECT_THAT(faults("team", "Equals", {"a"}), ElementsAre(HasSubstr("\"Equals\" is none of In")));
}

TEST(RequirementFaults, SCH_034_a_key_with_blanks_around_it) {
  EXPECT_THAT(faults(" karpenter.sh/capacity-type", "In", {"spot"}),
              ElementsAre("key \" karpenter.sh/capacity-type\" begins with a blank; did you mean "
                          "\"karpenter.sh/capacity-type\"?"));
  EXPECT_THAT(faults("team ", "Exists"), ElementsAre(HasSubstr("\"team \" ends with a blank")));
  EXPECT_THAT(faults("\tteam ", "Exists"), ElementsAre(HasSubstr("begins and ends with a blank")));
}

TEST(RequirementFaults, SCH_034_a_key_that_is_no_qualified_name) {
  for (const std::string key : {"a b", "test/", "/test", "a/b/c", "Upper.case/x", "",
                                "x."
                                "com}"}) {
    EXPECT_EQ(faults(key, "Exists").size(), 1u) << key;
  }
  EXPECT_EQ(faults(std::string(64, 'a'), "Exists").size(), 1u);
  EXPECT_THAT(faults(std::string(63, 'a'), "Exists"), IsEmpty());
}

TEST(RequirementFaults, SCH_034_values_are_label_values) {
  EXPECT_THAT(faults("team", "In", {"a", ""}), IsEmpty());
  EXPECT_THAT(faults("team", "In", {"a", "???"}), ElementsAre(HasSubstr("\"???\" is no label")));
  EXPECT_THAT(faults("node.kubernetes.io/instance-type", "In", {"m5.large "}),
              ElementsAre(HasSubstr("ends with a blank; did you mean \"m5.large\"?")));
}

TEST(RequirementFaults, SCH_034_number_of_values) {
  EXPECT_THAT(faults("team", "In"), ElementsAre("key \"team\": In needs at least one value"));
  EXPECT_THAT(
      faults("team", "In", {"a"}, 2),
      ElementsAre("key \"team\": minValues is 2, more than the number of listed values, 1"));
  EXPECT_THAT(faults("team", "In", {"a", "b"}, 2), IsEmpty());
  EXPECT_THAT(faults("team", "Exists", {}, 2), IsEmpty());
}

TEST(RequirementFaults, SCH_034_comparisons_take_one_whole_number) {
  for (const Values& values :
       std::vector<Values>{{}, {"1", "2"}, {"a"}, {"-1"}, {"1.5"}, {"99999999999999999999"}}) {
    EXPECT_FALSE(faults("karpenter.k8s.aws/instance-cpu", "Gt", values).empty())
        << testing::PrintToString(values);
  }
  EXPECT_THAT(faults("karpenter.k8s.aws/instance-cpu", "Gte", {"0"}), IsEmpty());
}

TEST(RequirementFaults, SCH_035_reserved_keys) {
  EXPECT_THAT(faults("karpenter.sh/custom", "Exists"), ElementsAre(HasSubstr("is reserved")));
  EXPECT_THAT(faults("sub.karpenter.sh/custom", "Exists"), ElementsAre(HasSubstr("is reserved")));
  EXPECT_THAT(faults("kubernetes.io/hostname", "In", {"a"}), ElementsAre(HasSubstr("host")));
  EXPECT_THAT(faults("karpenter.sh/capacity-typ", "Exists"),
              ElementsAre(HasSubstr("did you mean \"karpenter.sh/capacity-type\"?")));
  EXPECT_THAT(faults("mykarpenter.sh/custom", "Exists"), IsEmpty());
  EXPECT_THAT(faults("kops.k8s.io/instancegroup", "Exists"), IsEmpty());
  EXPECT_THAT(faults("karpenter.sh/nodepool", "In", {"default"}), IsEmpty());
}

TEST(RequirementFaults, SCH_048_old_spellings_are_normalised_first) {
  EXPECT_THAT(faults("beta.kubernetes.io/arch", "In", {"arm64"}), IsEmpty());
}

TEST(RequirementFaults, SCH_036_capacity_types_are_known) {
  EXPECT_THAT(faults("karpenter.sh/capacity-type", "In", {"spot", "cheap"}), IsEmpty());
  EXPECT_THAT(faults("karpenter.sh/capacity-type", "In", {"ondemand"}),
              ElementsAre(HasSubstr("there are on-demand, spot, reserved; did you mean "
                                    "\"on-demand\"?")));
  EXPECT_THAT(faults("karpenter.sh/capacity-type", "NotIn", {"cheap"}), IsEmpty());
  EXPECT_THAT(faults("karpenter.sh/capacity-type", "In", {"spot", "cheap"}, 2),
              ElementsAre(HasSubstr("number of its values that exist, 1 (on-demand")));
}

TEST(RequirementFaults, API_070_tenancies_are_known) {
  EXPECT_THAT(faults("karpenter.k8s.aws/instance-tenancy", "In", {"dedicated"}), IsEmpty());
  EXPECT_THAT(faults("karpenter.k8s.aws/instance-tenancy", "In", {"host"}),
              ElementsAre(HasSubstr("there are default, dedicated")));
}

TEST(RequirementFaults, of_objects) {
  EXPECT_THAT(requirement_faults(NodeSelectorRequirement{"team", "In", {}}),
              ElementsAre(HasSubstr("at least one value")));
  EXPECT_THAT(requirement_faults(NodeRequirement{"team", "In", {"a"}, 3}),
              ElementsAre(HasSubstr("minValues is 3")));
}

}  // namespace
}  // namespace model
