#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/conversion.h"

namespace model {
namespace {

using support::at;
using support::convert_text;
using support::converted;
using support::fault;
using support::provisioner;
using support::with_provider;
using support::yaml;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ConvertClass, API_411_API_412_selectors) {
  auto terms = [](const std::string& selector) {
    return at(converted(with_provider("subnetSelector: " + selector +
                                      ", securityGroupSelector: {a: b}"))[1],
              {"spec", "subnetSelectorTerms"});
  };
  EXPECT_EQ(terms("{b: \"1, 2\", a: \"p,q,p\"}"),
            yaml("[{tags: {a: p, b: \"1\"}}, {tags: {a: p, b: \"2\"}}, "
                 "{tags: {a: q, b: \"1\"}}, {tags: {a: q, b: \"2\"}}]"));
  EXPECT_EQ(terms("{Name: \"*private*\"}"), yaml("[{tags: {Name: \"*private*\"}}]"));
  EXPECT_EQ(terms("{aws-ids: \"subnet-1, subnet-2\"}"), yaml("[{id: subnet-1}, {id: subnet-2}]"));
  EXPECT_EQ(terms("{\"aws::ids\": subnet-1, a: b}"), yaml("[{id: subnet-1}]"));
  EXPECT_EQ(terms("{a: \"\"}"), yaml("[{tags: {a: \"*\"}}]"));
}

TEST(ConvertClass, API_411_what_is_dropped_or_guessed_is_told) {
  auto warnings = [](const std::string& selector) {
    return convert_text(
               with_provider("subnetSelector: " + selector + ", securityGroupSelector: {a: b}"))
        .warnings;
  };
  EXPECT_THAT(warnings("{\"aws::ids\": subnet-1, a: b}"), Contains(HasSubstr("ids stand alone")));
  EXPECT_THAT(warnings("{a: \"\"}"),
              Contains(HasSubstr("spec.provider.subnetSelector[a]: has no value")));
}

TEST(ConvertClass, API_413_too_many_terms) {
  EXPECT_THAT(convert_text(with_provider("subnetSelector: {a: \"1,2,3,4,5,6\", "
                                         "b: \"1,2,3,4,5,6\"}, securityGroupSelector: {a: b}"))
                  .errors,
              ElementsAre(fault("spec.provider.subnetSelector", "36 terms, at most 30")));
  std::string keys;
  for (int index = 0; index < 21; ++index)
    keys += fmt::format("k{}: a, ", index);
  EXPECT_THAT(
      convert_text(with_provider("subnetSelector: {" + keys + "}, securityGroupSelector: {a: b}"))
          .errors,
      ElementsAre(fault("spec.provider.subnetSelector", "21 tag keys, at most 20")));
}

TEST(ConvertClass, API_414_API_415_families) {
  auto family = [](const std::string& name) {
    return convert_text(
        with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, "
                      "amiFamily: " +
                      name));
  };
  EXPECT_EQ(at(family("Bottlerocket").objects.at(1), {"spec", "amiSelectorTerms"}),
            yaml("[{alias: bottlerocket@latest}]"));
  EXPECT_EQ(at(family("Windows2022").objects.at(1), {"spec", "amiSelectorTerms"}),
            yaml("[{alias: windows2022@latest}]"));
  EXPECT_EQ(base::find_path(family("Bottlerocket").objects.at(1), {"spec", "amiFamily"}), nullptr);
  EXPECT_THAT(family("Bottlerocket").warnings, Not(Contains(HasSubstr("AL2"))));
  EXPECT_THAT(family("AL2").warnings, Contains(HasSubstr("Kubernetes 1.33")));
  for (const char* name : {"Custom", "Ubuntu", "AL2023"}) {
    EXPECT_THAT(family(name).errors,
                ElementsAre(fault("spec.provider.amiFamily", fmt::format("\"{}\"", name))));
  }
}

TEST(ConvertClass, API_405_launch_templates_of_ones_own) {
  EXPECT_THAT(convert_text(with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, "
                                         "launchTemplate: mine"))
                  .errors,
              ElementsAre(fault("spec.provider.launchTemplate", "\"mine\"")));
}

TEST(ConvertClass, API_416_metadata_options) {
  std::string base = "subnetSelector: {a: b}, securityGroupSelector: {a: b}";
  auto options = [&](const std::string& more, const ConvertOptions& convert_options = {}) {
    return at(converted(with_provider(base + more), convert_options)[1],
              {"spec", "metadataOptions"});
  };
  EXPECT_EQ(options(", metadataOptions: {httpTokens: required}"),
            yaml("{httpEndpoint: enabled, httpProtocolIPv6: disabled, httpPutResponseHopLimit: 1, "
                 "httpTokens: required}"));
  EXPECT_EQ(options(", metadataOptions: {httpPutResponseHopLimit: 3}"),
            yaml("{httpEndpoint: enabled, httpProtocolIPv6: disabled, httpPutResponseHopLimit: 3, "
                 "httpTokens: optional}"));
  ConvertOptions ipv6;
  ipv6.ipv6 = true;
  EXPECT_EQ(at(options("", ipv6), {"httpProtocolIPv6"}), "enabled");
  EXPECT_THAT(convert_text(with_provider(base + ", metadataOptions: {httpTokens: maybe}")).errors,
              ElementsAre(fault("spec.provider.metadataOptions.httpTokens", "\"maybe\"")));
}

TEST(ConvertClass, API_407_API_417_volumes) {
  auto volume = [](const std::string& size) {
    return convert_text(
        with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, blockDeviceMappings: "
                      "[{deviceName: /dev/xvda, ebs: {volumeSize: " +
                      size + ", volumeType: gp3}}]"));
  };
  auto size = [&](const std::string& written) {
    return at(at(volume(written).objects.at(1), {"spec", "blockDeviceMappings"}).at(0),
              {"ebs", "volumeSize"});
  };
  EXPECT_EQ(size("100Gi"), "100Gi");
  EXPECT_EQ(size("1024Gi"), "1024Gi");
  EXPECT_EQ(size("20G"), "20G");
  EXPECT_EQ(size("1.5Ti"), "1536Gi");
  EXPECT_EQ(size("100000M"), "94Gi");
  EXPECT_EQ(size("20000000000"), "19Gi");
  EXPECT_THAT(volume("1.5Ti").warnings, Not(Contains(HasSubstr("rounded"))));
  EXPECT_THAT(volume("100000M").warnings,
              Contains(HasSubstr("spec.provider.blockDeviceMappings[0].ebs.volumeSize: \"100000M\" "
                                 "is rounded up to \"94Gi\"")));
  EXPECT_THAT(
      volume("much").errors,
      ElementsAre(fault("spec.provider.blockDeviceMappings[0].ebs.volumeSize", "\"much\"")));
  EXPECT_THAT(
      volume("100Ti").errors,
      ElementsAre(fault("spec.provider.blockDeviceMappings[0].ebs.volumeSize", "102400Gi")));
  EXPECT_THAT(convert_text(with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, "
                                         "blockDeviceMappings: [{}]"))
                  .errors,
              ElementsAre(fault("spec.provider.blockDeviceMappings[0].deviceName", "required"),
                          fault("spec.provider.blockDeviceMappings[0].ebs", "required")));
}

TEST(ConvertClass, API_418_tags) {
  ConvertOptions options;
  options.extra_tags = {{"team", "all"}, {"cost", "1"}};
  Conversion conversion = convert_text(
      with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, tags: {team: a, "
                    "karpenter.sh/provisioner-name: x, kubernetes.io/cluster/mine: owned}"),
      options);
  EXPECT_EQ(at(conversion.objects.at(1), {"spec", "tags"}), yaml("{team: a, cost: \"1\"}"));
  EXPECT_THAT(conversion.warnings,
              Contains(HasSubstr("spec.provider.tags[kubernetes.io/cluster/mine]")));
  EXPECT_THAT(conversion.warnings,
              Contains(HasSubstr("spec.provider.tags[karpenter.sh/provisioner-name]")));
}

}  // namespace
}  // namespace model
