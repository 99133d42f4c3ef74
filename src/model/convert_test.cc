#include "model/convert.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/conversion.h"

namespace model {
namespace {

using support::at;
using support::convert_text;
using support::converted;
using support::fault;
using support::provisioner;
using support::with_provider;
using support::with_role;
using support::yaml;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string seed(const std::string& name) {
  std::ifstream file("tests/data/seeds/" + name);
  EXPECT_TRUE(file) << name << ": tests run in the root of the source tree";
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What a cluster that knows its own network and role fills in.
ConvertOptions filling_in() {
  ConvertOptions options;
  ClassDefaults& defaults = options.fill_in.emplace();
  defaults.role = "demo-node-role";
  defaults.subnetSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = "demo";
  defaults.securityGroupSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = "demo";
  return options;
}

TEST(Convert, API_356_other_documents_pass_through) {
  for (const char* text : {"{apiVersion: v1, kind: Pod, metadata: {name: a}}",
                           "{apiVersion: karpenter.sh/v1, kind: NodePool, metadata: {name: a}}",
                           "{apiVersion: example.com/v1, kind: Foo}"}) {
    Conversion conversion = convert_text(text);
    EXPECT_THAT(conversion.objects, ElementsAre(yaml(text)));
    EXPECT_THAT(conversion.warnings, IsEmpty());
    EXPECT_THAT(conversion.errors, IsEmpty());
  }
}

TEST(Convert, API_356_unknown_kinds_of_Karpenter_are_errors) {
  Conversion conversion =
      convert_text("{apiVersion: karpenter.sh/v1alpha5, kind: Foo, metadata: {name: a}}");
  EXPECT_THAT(conversion.objects, IsEmpty());
  EXPECT_EQ(conversion.source, "Foo a");
  EXPECT_THAT(conversion.errors, ElementsAre(fault("apiVersion", "karpenter.sh/v1alpha5 Foo")));
  EXPECT_THAT(convert_text("{kind: Foo}").errors, ElementsAre(fault("apiVersion", "required")));
  EXPECT_THAT(convert(base::Json(7), {}).errors, ElementsAre(fault("kind", "required")));
  EXPECT_TRUE(is_convertible("karpenter.sh/v1alpha5", "Provisioner"));
  EXPECT_FALSE(is_convertible("karpenter.sh/v1", "NodePool"));
}

TEST(Convert, walk_002_as_written_needs_a_role) {
  Conversion conversion = convert_text(seed("002-provisioner-v1alpha5.yaml"));
  EXPECT_EQ(conversion.source, "Provisioner default");
  EXPECT_THAT(conversion.objects, IsEmpty());
  EXPECT_THAT(conversion.errors,
              ElementsAre(fault("spec.provider.instanceProfile", "--node-role")));
  EXPECT_THAT(conversion.errors[0].message, HasSubstr("--instance-profile"));
}

TEST(Convert, walk_002_with_a_role) {
  std::vector<base::Json> objects = converted(seed("002-provisioner-v1alpha5.yaml"), with_role());
  EXPECT_EQ(objects[0], yaml(R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata:
  name: default
spec:
  template:
    spec:
      requirements:
      - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      - {key: node.kubernetes.io/instance-type, operator: In, values: [r5.large]}
      - {key: kubernetes.io/arch, operator: In, values: [amd64]}
      - {key: kubernetes.io/os, operator: In, values: [linux]}
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      expireAfter: 600s
  disruption:
    consolidateAfter: 30s
    consolidationPolicy: WhenEmpty
    budgets:
    - {nodes: 100%, reasons: [Empty]}
    - {nodes: 10%, reasons: [Underutilized, Drifted]}
  limits: {cpu: 10, memory: 80Gi}
)"));
  EXPECT_EQ(objects[1], yaml(R"(
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata:
  name: default
spec:
  subnetSelectorTerms: [{tags: {karpenter.sh/discovery: sample-1-22}}]
  securityGroupSelectorTerms: [{tags: {karpenter.sh/discovery: sample-1-22}}]
  amiSelectorTerms: [{alias: al2@latest}]
  role: node-role-demo
  metadataOptions:
    httpEndpoint: enabled
    httpProtocolIPv6: disabled
    httpPutResponseHopLimit: 2
    httpTokens: required
)"));
}

TEST(Convert, walk_002_in_a_cluster_that_fills_in_its_role) {
  Conversion conversion = convert_text(seed("002-provisioner-v1alpha5.yaml"), filling_in());
  EXPECT_THAT(conversion.errors, IsEmpty());
  EXPECT_THAT(conversion.warnings,
              Contains("Provisioner default: spec.provider.instanceProfile: is not set; the role "
                       "\"demo-node-role\" is used"));
  ASSERT_EQ(conversion.objects.size(), 2u);
  EXPECT_EQ(base::string_at(conversion.objects[1], {"spec", "role"}), "demo-node-role");
}

TEST(Convert, walk_003_as_written_names_both_traps) {
  Conversion conversion = convert_text(seed("003-provisioner-v1alpha5.yaml"));
  EXPECT_THAT(conversion.objects, IsEmpty());
  EXPECT_THAT(
      conversion.errors,
      ElementsAre(Fault{"spec.requirements[3].key",
                        "\" karpenter.sh/capacity-type\" begins with a blank; did you mean "
                        "\"karpenter.sh/capacity-type\"?"},
                  fault("spec.provider.subnetSelector", "is required: select the subnets by a tag"),
                  fault("spec.provider.securityGroupSelector", "is required")));
}

TEST(Convert, walk_003_with_the_key_mended) {
  std::string text = seed("003-provisioner-v1alpha5.yaml");
  std::size_t blank = text.find("\" karpenter.sh");
  ASSERT_NE(blank, std::string::npos);
  text.erase(blank + 1, 1);

  EXPECT_THAT(convert_text(text).errors,
              ElementsAre(fault("spec.provider.subnetSelector", "karpenter.sh/discovery"),
                          fault("spec.provider.securityGroupSelector", "is required")));

  Conversion conversion = convert_text(text, filling_in());
  EXPECT_THAT(conversion.errors, IsEmpty());
  EXPECT_THAT(conversion.warnings,
              ElementsAre("Provisioner default: spec.provider.subnetSelector: is not set; the "
                          "subnets of this cluster are used",
                          "Provisioner default: spec.provider.securityGroupSelector: is not set; "
                          "the security groups of this cluster are used",
                          HasSubstr("AL2 was the default")));
  ASSERT_EQ(conversion.objects.size(), 2u);
  const base::Json& node_class = conversion.objects[1];
  EXPECT_EQ(base::string_at(node_class, {"spec", "instanceProfile"}),
            "KarpenterNodeInstanceProfile-eks-karpenter-demo");
  EXPECT_EQ(base::find_path(node_class, {"spec", "role"}), nullptr);
  EXPECT_EQ(at(node_class, {"spec", "subnetSelectorTerms"}),
            yaml("[{tags: {karpenter.sh/discovery: demo}}]"));
  EXPECT_EQ(at(conversion.objects[0], {"spec", "template", "spec", "requirements"}), yaml(R"(
- {key: node.kubernetes.io/instance-type, operator: In, values: [m5.large, m5.2xlarge]}
- {key: topology.kubernetes.io/zone, operator: In, values: [us-east-1a, us-east-1b]}
- {key: kubernetes.io/arch, operator: In, values: [arm64, amd64]}
- {key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}
- {key: kubernetes.io/os, operator: In, values: [linux]}
)"));
}

TEST(Convert, a_Provisioner_with_an_inline_provider_and_consolidation) {
  std::vector<base::Json> objects = converted(R"(
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata:
  name: plain
spec:
  consolidation:
    enabled: true
  requirements:
  - key: beta.kubernetes.io/arch
    operator: In
    values: [arm64]
  provider:
    apiVersion: extensions.karpenter.sh/v1alpha1
    kind: AWS
    subnetSelector:
      karpenter.sh/discovery: demo
    securityGroupSelector:
      karpenter.sh/discovery: "*"
)",
                                              with_role());
  EXPECT_EQ(objects[0], yaml(R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata:
  name: plain
spec:
  disruption:
    consolidationPolicy: WhenEmptyOrUnderutilized
    consolidateAfter: 0s
    budgets:
    - nodes: 10%
  template:
    spec:
      expireAfter: Never
      nodeClassRef:
        group: karpenter.k8s.aws
        kind: EC2NodeClass
        name: plain
      requirements:
      - {key: beta.kubernetes.io/arch, operator: In, values: [arm64]}
      - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      - {key: kubernetes.io/os, operator: In, values: [linux]}
      - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r]}
      - {key: karpenter.k8s.aws/instance-generation, operator: Gt, values: ["2"]}
)"));
  EXPECT_EQ(objects[1], yaml(R"(
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata:
  name: plain
spec:
  role: node-role-demo
  amiSelectorTerms:
  - alias: al2@latest
  subnetSelectorTerms:
  - tags:
      karpenter.sh/discovery: demo
  securityGroupSelectorTerms:
  - tags:
      karpenter.sh/discovery: "*"
  metadataOptions:
    httpEndpoint: enabled
    httpProtocolIPv6: disabled
    httpPutResponseHopLimit: 2
    httpTokens: required
)"));
}

TEST(Convert, API_354_the_order_of_keys_does_not_matter) {
  std::string one =
      "  labels: {a: b, c: d}\n  weight: 5\n  limits: {resources: {cpu: 1, memory: 1Gi}}\n";
  std::string other =
      "  limits: {resources: {memory: 1Gi, cpu: 1}}\n  weight: 5\n  labels: {c: d, a: b}\n";
  std::vector<base::Json> left = converted(provisioner(one));
  std::vector<base::Json> right = converted(provisioner(other));
  EXPECT_EQ(base::print_json(left[0]), base::print_json(right[0]));
  EXPECT_EQ(base::print_json(left[1]), base::print_json(right[1]));
}

TEST(Convert, API_358_API_366_API_368_API_370_metadata) {
  base::Json metadata = at(converted(R"(
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata:
  name: default
  uid: 7f0c
  resourceVersion: "7"
  generation: 3
  creationTimestamp: "2023-01-01T00:00:00Z"
  finalizers: [karpenter.sh/termination]
  managedFields: [{manager: kubectl}]
  labels:
    team: data
    karpenter.sh/provisioner-name: default
    karpenter.sh/managed-by: mine
  annotations:
    note: keep
    karpenter.sh/provisioner-hash: "123"
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  provider: {instanceProfile: p, subnetSelector: {a: b}, securityGroupSelector: {a: b}}
status: {resources: {cpu: 5}}
)")[0],
                           {"metadata"});
  EXPECT_EQ(metadata, yaml("{name: default, labels: {team: data, karpenter.sh/nodepool: default}, "
                           "annotations: {note: keep}}"));
}

TEST(Convert, API_361_unknown_fields_name_the_nearest_one) {
  std::string text = provisioner("  requirments: []\n  limits: {resource: {cpu: 1}}\n");
  EXPECT_THAT(convert_text(text).errors,
              ElementsAre(fault("spec.limits.resource", "did you mean \"resources\"?"),
                          fault("spec.requirments", "did you mean \"requirements\"?")));
  ConvertOptions lenient;
  lenient.strict = false;
  Conversion conversion = convert_text(text, lenient);
  EXPECT_THAT(conversion.errors, IsEmpty());
  EXPECT_THAT(conversion.warnings, Contains("Provisioner default: spec.requirments: is no known "
                                            "field and is dropped; did you mean "
                                            "\"requirements\"?"));
}

TEST(Convert, API_361_unknown_fields_of_the_provider_are_always_errors) {
  ConvertOptions lenient;
  lenient.strict = false;
  EXPECT_THAT(convert_text(with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}, "
                                         "blockDeviceMappings: [{deviceName: x, "
                                         "ebs: {volumeSize: 1Gi, volumeTyp: gp3}}], userData: abc"),
                           lenient)
                  .errors,
              ElementsAre(fault("spec.provider.blockDeviceMappings[0].ebs.volumeTyp",
                                "did you mean \"volumeType\"?"),
                          fault("spec.provider.userData", "is no known field")));
}

TEST(Convert, a_value_of_a_wrong_type_names_its_field) {
  EXPECT_THAT(convert_text(provisioner("  weight: heavy\n")).errors,
              ElementsAre(fault("spec.weight", "expected an integer")));
}

TEST(Convert, API_363_options_for_the_role) {
  std::string text = with_provider("subnetSelector: {a: b}, securityGroupSelector: {a: b}");
  EXPECT_EQ(at(converted(text, with_role())[1], {"spec", "instanceProfile"}), "profile");

  ConvertOptions options;
  options.instance_profile = "mine";
  std::string bare =
      provisioner("  provider: {subnetSelector: {a: b}, securityGroupSelector: {a: b}}\n", false);
  EXPECT_EQ(at(converted(bare, options)[1], {"spec", "instanceProfile"}), "mine");
  options.node_role = "role";
  EXPECT_THAT(convert_text(bare, options).errors, Contains(fault("options", "both given")));
}

TEST(Convert, API_367_labels_that_are_gone_are_dropped) {
  Conversion conversion = convert_text(provisioner(R"(
  labels: {karpenter.k8s.aws/instance-ami-id: ami-1, team: a}
  requirements:
  - {key: karpenter.k8s.aws/instance-pods, operator: Gt, values: ["10"]}
  - {key: " team", operator: Exists}
)"));
  EXPECT_THAT(conversion.warnings,
              Contains(HasSubstr("spec.requirements[0]: \"karpenter.k8s.aws/instance-pods\"")));
  EXPECT_THAT(conversion.warnings,
              Contains(HasSubstr("spec.labels[karpenter.k8s.aws/instance-ami-id]")));
  // The index is that of the written list.
  EXPECT_THAT(conversion.errors, ElementsAre(fault("spec.requirements[1].key", "\" team\"")));
}

TEST(Convert, API_369_API_371_annotations_and_taints_of_the_template) {
  base::Json node_template = at(converted(provisioner(R"(
  annotations: {karpenter.sh/do-not-consolidate: "true", note: keep}
  taints:
  - {key: karpenter.sh/disruption, value: disrupting, effect: NoSchedule}
  - {key: a, value: b, effect: NoExecute}
  startupTaints:
  - {key: boot, effect: NoSchedule}
)"))[0],
                                {"spec", "template"});
  EXPECT_EQ(at(node_template, {"metadata", "annotations"}),
            yaml("{karpenter.sh/do-not-disrupt: \"true\", note: keep}"));
  EXPECT_EQ(at(node_template, {"spec", "taints"}),
            yaml("[{key: karpenter.sh/disrupted, effect: NoSchedule}, "
                 "{key: a, value: b, effect: NoExecute}]"));
  EXPECT_EQ(at(node_template, {"spec", "startupTaints"}),
            yaml("[{key: boot, effect: NoSchedule}]"));
}

TEST(Convert, API_377_a_taint_may_stand_once) {
  EXPECT_THAT(convert_text(provisioner("  taints: [{key: a, effect: NoSchedule}]\n"
                                       "  startupTaints: [{key: a, effect: NoSchedule}]\n"))
                  .errors,
              ElementsAre(fault("spec", "\"a:NoSchedule\" stands there twice")));
}

TEST(Convert, API_378_operators_of_the_old_kind) {
  EXPECT_THAT(
      convert_text(provisioner("  requirements: [{key: a, operator: Gte, values: [\"1\"]}]\n"))
          .errors,
      ElementsAre(fault("spec.requirements[0].operator", "\"Gte\" is none of In")));
}

TEST(Convert, API_381_a_reference_to_a_template) {
  Conversion conversion =
      convert_text(provisioner("  providerRef: {name: mine, kind: AWSNodeTemplate}\n", false));
  EXPECT_THAT(conversion.errors, IsEmpty());
  ASSERT_EQ(conversion.objects.size(), 1u);
  EXPECT_EQ(at(conversion.objects[0], {"spec", "template", "spec", "nodeClassRef"}),
            yaml("{group: karpenter.k8s.aws, kind: EC2NodeClass, name: mine}"));
  EXPECT_THAT(convert_text(provisioner("  providerRef: {name: mine, kind: Other}\n", false)).errors,
              ElementsAre(fault("spec.providerRef.kind", "\"Other\"")));
  EXPECT_THAT(convert_text(provisioner("  providerRef: {kind: AWSNodeTemplate}\n", false)).errors,
              ElementsAre(fault("spec.providerRef.name", "is required")));
}

TEST(Convert, API_388_provider_or_providerRef) {
  EXPECT_THAT(convert_text(provisioner("  weight: 1\n", false)).errors,
              ElementsAre(fault("spec", "needs either provider or providerRef")));
  EXPECT_THAT(convert_text(provisioner("  providerRef: {name: mine}\n")).errors,
              ElementsAre(fault("spec", "both set")));
}

TEST(Convert, API_383_expiry) {
  auto expiry = [](const std::string& spec) {
    return at(converted(provisioner(spec))[0], {"spec", "template", "spec", "expireAfter"});
  };
  EXPECT_EQ(expiry("  weight: 1\n"), "Never");
  EXPECT_EQ(expiry("  ttlSecondsUntilExpired: 2592000\n"), "2592000s");
  EXPECT_EQ(expiry("  ttlSecondsUntilExpired: 0\n"), "0s");
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsUntilExpired: 0\n")).warnings,
              Contains(HasSubstr("every node expire at once")));
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsUntilExpired: -1\n")).errors,
              ElementsAre(fault("spec.ttlSecondsUntilExpired", "-1 is negative")));
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsUntilExpired: 9223372037\n")).errors,
              ElementsAre(fault("spec.ttlSecondsUntilExpired", "is more than")));
}

TEST(Convert, API_389_a_Provisioner_that_never_scaled_down) {
  Conversion conversion = convert_text(provisioner("  weight: 1\n"));
  EXPECT_EQ(at(conversion.objects.at(0), {"spec", "disruption"}),
            yaml("{consolidationPolicy: WhenEmpty, consolidateAfter: Never, "
                 "budgets: [{nodes: 10%}]}"));
  EXPECT_THAT(conversion.warnings, Contains(HasSubstr("at most 10% of the nodes")));
}

TEST(Convert, API_389_faults) {
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsAfterEmpty: 30\n"
                                       "  consolidation: {enabled: true}\n"))
                  .errors,
              ElementsAre(fault("spec.ttlSecondsAfterEmpty", "consolidation.enabled")));
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsAfterEmpty: -30\n")).errors,
              ElementsAre(fault("spec.ttlSecondsAfterEmpty", "-30 is negative")));
  EXPECT_THAT(convert_text(provisioner("  ttlSecondsAfterEmpty: 30\n"
                                       "  consolidation: {enabled: false}\n"))
                  .errors,
              IsEmpty());
}

TEST(Convert, API_391_empty_nodes_still_go_all_at_once) {
  Conversion conversion = convert_text(provisioner("  ttlSecondsAfterEmpty: 0\n"));
  EXPECT_EQ(at(conversion.objects.at(0), {"spec", "disruption"}),
            yaml("{consolidationPolicy: WhenEmpty, consolidateAfter: 0s, budgets: ["
                 "{nodes: 100%, reasons: [Empty]}, "
                 "{nodes: 10%, reasons: [Underutilized, Drifted]}]}"));
  EXPECT_THAT(conversion.warnings, Not(Contains(HasSubstr("10%"))));
}

TEST(Convert, API_392_default_requirements) {
  auto keys = [](const std::string& spec, const ConvertOptions& options = {}) {
    std::vector<std::string> result;
    for (const base::Json& requirement :
         at(converted(provisioner(spec), options)[0], {"spec", "template", "spec", "requirements"})
             .get_array()) {
      result.emplace_back(base::string_at(requirement, {"key"}));
    }
    return result;
  };
  EXPECT_THAT(
      keys("  weight: 1\n"),
      ElementsAre("karpenter.sh/capacity-type", "kubernetes.io/arch", "kubernetes.io/os",
                  "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-generation"));
  EXPECT_THAT(
      keys("  labels: {karpenter.sh/capacity-type: spot, beta.kubernetes.io/os: linux}\n"
           "  requirements: [{key: karpenter.k8s.aws/instance-family, operator: Exists}]\n"),
      ElementsAre("karpenter.k8s.aws/instance-family", "kubernetes.io/arch"));
  ConvertOptions options;
  options.ignore_defaults = true;
  EXPECT_THAT(keys("  weight: 1\n", options), IsEmpty());
}

TEST(Convert, API_393_keys_that_were_refused) {
  for (const char* key : {"karpenter.sh/provisioner-name", "karpenter.sh/emptiness-timestamp",
                          "kubernetes.io/hostname", "karpenter.k8s.aws/other"}) {
    EXPECT_THAT(convert_text(provisioner(fmt::format("  labels: {{{}: a}}\n", key))).errors,
                ElementsAre(fault(fmt::format("spec.labels[{}]", key), key)));
    EXPECT_THAT(convert_text(provisioner(fmt::format(
                                 "  requirements: [{{key: {}, operator: Exists}}]\n", key)))
                    .errors,
                ElementsAre(fault("spec.requirements[0].key", key)));
  }
  EXPECT_THAT(convert_text(provisioner("  labels: {example.k8s.io/x: a}\n")).errors, IsEmpty());
}

TEST(Convert, API_362_faults_are_named_by_the_old_field) {
  EXPECT_THAT(
      convert_text(provisioner("  weight: 101\n"
                               "  limits: {resources: {cpu: \"-5\"}}\n"
                               "  taints: [{key: a, effect: Sometimes}]\n"))
          .errors,
      ElementsAre(fault("spec.taints[0].effect", "\"Sometimes\""),
                  fault("spec.limits.resources.cpu", "negative"), fault("spec.weight", "101")));
  EXPECT_THAT(convert_text(with_provider("subnetSelector: {aws-ids: vpc-1}, "
                                         "securityGroupSelector: {a: b}"))
                  .errors,
              ElementsAre(fault("spec.provider.subnetSelector[0].id", "\"vpc-1\"")));
}

}  // namespace
}  // namespace model
