// `joiner plan` and `joiner catalog` as people call them: exit codes, standard input, variables, and
// what a real kubectl says of a running cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/demo.h"
#include "support/kubectl.h"

namespace {

using support::Process;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kPool = R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  limits: {cpu: 4}
  template:
    spec:
      requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}]
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec:
  role: nodes
  amiSelectorTerms: [{alias: al2023@latest}]
  subnetSelectorTerms: [{tags: {cluster: demo}}]
  securityGroupSelectorTerms: [{tags: {cluster: demo}}]
)";

constexpr std::string_view kDeployment = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            preference:
              matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [arm64]}]
      containers: [{name: c, image: i, resources: {requests: {cpu: 1500m}}}]
)";

class PlanTest : public ::testing::Test {
 protected:
  // A line for the shell, in which $J is the program and the folder is the test's own. Returns the
  // exit code; what was said is in output_.
  int run(const std::string& line) {
    const char* program = std::getenv("JOINER_PROGRAM");
    Process shell({"/bin/sh", "-c", "cd " + folder_.path().string() + " && " + line},
                  {std::string("J=") + std::filesystem::absolute(program).string(), "TERM=xterm",
                   "PATH=/usr/bin:/bin"});
    int code = shell.finish();
    output_ = shell.output();
    return code;
  }
  void file(std::string_view name, std::string_view text) {
    std::ofstream(folder_.file(name)) << text;
  }

  support::Folder folder_{"plan"};
  std::string output_;
};

TEST_F(PlanTest, exit_codes_tell_how_it_went) {
  file("pool.yaml", kPool);
  file("web.yaml", kDeployment);
  EXPECT_EQ(run("$J plan -f pool.yaml -f web.yaml"), 0) << output_;
  EXPECT_THAT(output_, AllOf(HasSubstr("2 of 2 pods placed"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(run("sed 's/replicas: 2/replicas: 20/' web.yaml | $J plan -f pool.yaml -f -"), 3);
  EXPECT_THAT(output_, HasSubstr("pods of deployment default/web:"));
  EXPECT_EQ(run("$J plan -f ."), 0) << output_;
  file("broken.json", "{\"kind\": \"List\", \"items\": [{},\n {\"a\" 1}]}");
  EXPECT_EQ(run("$J plan -f ."), 2);
  EXPECT_THAT(output_, StartsWith("joiner: ./broken.json:1: "));
  EXPECT_EQ(run("$J plan -f pool.yaml > /dev/full"), 1);
}

TEST_F(PlanTest, wrong_words_are_named) {
  file("pool.yaml", kPool);
  EXPECT_EQ(run("$J plan"), 2);
  EXPECT_EQ(run("$J plan -f pool.yaml --catalog gcp"), 2);
  EXPECT_THAT(output_, HasSubstr("--catalog"));
  EXPECT_EQ(run("$J plan -f pool.yaml --region eu-west-1"), 2);
  EXPECT_THAT(output_, HasSubstr("us-east-1"));
  EXPECT_EQ(run("$J plan -f pool.yaml --exlpain a"), 2);
  EXPECT_THAT(output_, HasSubstr("did you mean --explain?"));
  EXPECT_EQ(run("$J plan -f pool.yaml --instance-types none.json"), 2);
  EXPECT_THAT(output_, HasSubstr("none.json: cannot be read"));
}

TEST_F(PlanTest, SCH_001_SCH_002_policies_by_flag_or_variable) {
  file("pool.yaml", kPool);
  file("web.yaml", kDeployment);
  auto types = [&](const std::string& before, const std::string& behind) {
    EXPECT_EQ(run(before + " $J plan -f pool.yaml -f web.yaml -o json " + behind), 0) << output_;
    return output_.substr(output_.find("instanceTypes"));
  };
  std::string respected = types("", "");
  std::string ignored = types("PREFERENCE_POLICY=Ignore", "");
  EXPECT_NE(respected, ignored) << "arm64 alone, or any";
  EXPECT_EQ(types("", "--preference-policy Ignore"), ignored);
  EXPECT_EQ(types("PREFERENCE_POLICY=Ignore", "--preference-policy Respect"), respected);
  EXPECT_EQ(run("MIN_VALUES_POLICY=Lax $J plan -f pool.yaml"), 2);
  EXPECT_THAT(output_, HasSubstr("--min-values-policy"));
}

TEST_F(PlanTest, catalog_shows_types_as_a_table_and_as_json) {
  EXPECT_EQ(run("$J catalog 2>/dev/null"), 0);
  EXPECT_THAT(output_, AllOf(StartsWith("NAME"), HasSubstr("\nm5.large ")));
  EXPECT_EQ(run("$J catalog --region us-east-1 -o wide 2>/dev/null"), 0);
  EXPECT_THAT(output_, HasSubstr("nvidia.com/gpu 8"));
  EXPECT_EQ(run("$J catalog --region eu-west-1"), 2);
  ASSERT_EQ(run("$J catalog -o json"), 0);
  base::Json types = base::parse_json(output_).value();
  EXPECT_GT(types.as_array().size(), 700u);
  for (const base::Json& type : types.as_array()) {
    if (type.at("name") != base::Json("m5.large")) continue;
    EXPECT_EQ(type.at("labels").at("karpenter.k8s.aws/instance-family"), base::Json("m5"));
    EXPECT_EQ(type.at("capacity").at("cpu"), base::Json("2"));
    EXPECT_EQ(type.at("allocatable").at("cpu"), base::Json("1930m"));
    EXPECT_TRUE(type.at("offerings").at(0).at("available").is_bool());
    EXPECT_GT(type.at("offerings").at(0).at("pricePerHour").as_double(), 0);
    return;
  }
  FAIL() << "m5.large is not in the catalogue";
}

// The limit of the NodePool lets a part of the pods run; the others wait for as long as one likes.
TEST_F(PlanTest, what_kubectl_says_of_a_cluster_is_planned) {
  support::Demo demo(folder_.path());
  support::Kubectl kubectl("1.37", folder_.path() / "home");
  kubectl.set_kubeconfig(demo.kubeconfig());
  std::string deployment(kDeployment);
  deployment.replace(deployment.find("replicas: 2"), 11, "replicas: 9");
  kubectl.ok({"apply", "-f", kubectl.file("pool.yaml", kPool), "-f",
              kubectl.file("web.yaml", deployment)});
  kubectl.ok(
      {"wait", "--for=jsonpath={.status.readyReplicas}=3", "deployment/web", "--timeout=60s"});
  const std::string kinds = "nodepools,ec2nodeclasses,nodeclaims,nodes,pods,deploy,rs,ds,ns";
  file("cluster.yaml", kubectl.ok({"get", kinds, "-A", "-o", "yaml"}));
  file("cluster.json", kubectl.ok({"get", kinds, "-A", "-o", "json"}));
  EXPECT_EQ(run("$J plan -f cluster.yaml"), 3) << output_;
  EXPECT_THAT(output_, AllOf(HasSubstr("pods of deployment default/web:"),
                             HasSubstr("exceed limits for nodepool")));
  EXPECT_EQ(run("$J plan -f cluster.yaml -o json >a; $J plan -f cluster.json -o json >b; cmp a b"),
            0)
      << output_;
}

}  // namespace
