// Both walks by hand, and what else a person does to a cluster with Joiner in it: `joiner demo` as
// users get it, driven by two real kubectl binaries. Every wait is for something that shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/demo.h"
#include "support/kubectl.h"

namespace {

using support::Demo;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kPool = R"(apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec:
  amiSelectorTerms: [{alias: al2023@latest}]
  role: KarpenterNodeRole
  subnetSelectorTerms: [{tags: {team: a}}]
  securityGroupSelectorTerms: [{tags: {team: a}}]
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  limits: {cpu: 20}
  disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: Never}
  template:
    spec:
      requirements:
      - {key: node.kubernetes.io/instance-type, operator: In, values: [m5.large]}
      - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
)";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  std::size_t place = result.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  if (place != std::string::npos) result.replace(place, from.size(), to);
  return result;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

class WalksTest : public ::testing::TestWithParam<std::string> {
 protected:
  void start(const std::vector<std::string>& arguments = {}) {
    demo_.emplace(temporary_.path(), arguments);
    kubectl_.set_kubeconfig(demo_->kubeconfig());
  }

  std::string ok(const std::vector<std::string>& arguments) { return kubectl_.ok(arguments); }
  std::string ok(std::string_view arguments) { return kubectl_.ok(arguments); }
  std::string refused(std::string_view arguments) { return kubectl_.refused(arguments); }

  std::vector<std::string> names(std::string_view kind) {
    return lines_of(ok("get " + std::string(kind) + " -o name"));
  }

  // The demo ends as a person ends it, and leaves nothing.
  void end() {
    demo_->process().signal(SIGINT);
    EXPECT_EQ(demo_->process().finish(), 0) << demo_->process().output();
    EXPECT_TRUE(demo_->process().is_gone());
    EXPECT_THAT(demo_->process().output(), HasSubstr("\"kind\":\"result\""));
    EXPECT_FALSE(std::filesystem::exists(demo_->kubeconfig()));
  }

  // Three replicas together on one machine of Joiner's, whose claim and node these are.
  void start_with_replicas_on_one_machine() {
    start();
    ok("cordon ip-10-0-0-10.ec2.internal");
    ok("apply -f " + kubectl_.file("pool.yaml", kPool));
    ok("create deployment web --image=web:1");
    ok("set resources deployment web --requests=cpu=500m");
    ok("scale deployment web --replicas=3");
    ok("rollout status deployment/web --timeout=50s");
    ok("wait --for=condition=Ready nodeclaim --all --timeout=50s");
    claim_ = ok({"get", "nodeclaims", "-o", "jsonpath={.items[*].metadata.name}"});
    node_ = ok({"get", "nodeclaims", "-o", "jsonpath={.items[*].status.nodeName}"});
    ASSERT_THAT(lines_of(pods_on_node()), SizeIs(3)) << ok("get pods,nodeclaims -o wide");
  }
  std::string pods_on_node() {
    return ok("get pods --field-selector=status.phase=Running,spec.nodeName=" + node_ + " -o name");
  }
  // Claim, node and instance are gone, and the replicas run on another machine.
  void expect_moved() {
    ok("wait --for=delete nodeclaim/" + claim_ + " --timeout=50s");
    ok("wait --for=delete node/" + node_ + " --timeout=50s");
    EXPECT_TRUE(demo_->process().wait_for("instance of nodeclaim " + claim_));
    ok("rollout status deployment/web --timeout=50s");
    std::string nodes = ok({"get", "pods", "-l", "app=web", "-o",
                            R"(jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end})"});
    EXPECT_THAT(lines_of(nodes), SizeIs(3));
    EXPECT_THAT(nodes, Not(HasSubstr(node_)));
    EXPECT_THAT(nodes, Not(HasSubstr("ip-10-0-0-10.")));
  }

  std::string name_ = "walks-" + replaced(GetParam(), ".", "_");
  support::Folder temporary_{name_};
  support::Folder home_{name_ + "-home"};
  support::Kubectl kubectl_{GetParam(), home_.path()};
  std::optional<Demo> demo_;
  std::string claim_;
  std::string node_;
};

TEST_P(WalksTest, walk_003_by_hand) {
  std::string journal = home_.file("journal");
  start({"--journal", journal});
  ok("create deployment inflate --image=public.ecr.aws/eks-distro/kubernetes/pause:3.2");
  ok("set resources deployment inflate --requests=cpu=1");
  EXPECT_THAT(ok("rollout status deployment/inflate --timeout=50s"),
              HasSubstr("successfully rolled out"));

  EXPECT_THAT(refused("apply -f tests/data/seeds/003-provisioner-v1alpha5.yaml"),
              AllOf(HasSubstr("\" karpenter.sh/capacity-type\""),
                    HasSubstr("\"karpenter.sh/capacity-type\"")));
  EXPECT_THAT(names("nodepools"), IsEmpty());
  std::string mended = replaced(read("tests/data/seeds/003-provisioner-v1alpha5.yaml"),
                                "\" karpenter.sh", "\"karpenter.sh");
  EXPECT_THAT(ok("apply -f " + kubectl_.file("mended.yaml", mended)),
              AllOf(HasSubstr("Warning: "), HasSubstr("subnet"), HasSubstr("created")));

  ok("scale deployment inflate --replicas 10");
  ok("rollout status deployment/inflate --timeout=50s");
  ok({"wait", "--for=jsonpath={.status.availableReplicas}=10", "deployment/inflate",
      "--timeout=50s"});
  ok("wait --for=condition=Ready nodeclaim --all --timeout=50s");
  std::string nodes = ok("get nodes");
  EXPECT_THAT(lines_of(nodes), SizeIs(1 + 3)) << nodes;
  EXPECT_THAT(nodes, Not(HasSubstr("NotReady")));
  std::vector<std::string> claims = lines_of(ok("get nodeclaims"));
  ASSERT_THAT(claims, SizeIs(1 + 2)) << nodes;
  EXPECT_THAT(claims[0], ContainsRegex("^NAME +TYPE +CAPACITY +ZONE +NODE +READY +AGE"));
  claims.erase(claims.begin());
  EXPECT_THAT(claims, Each(ContainsRegex("^default-[a-z0-9]{5} +m5\\.2?x?large +(spot|on-demand) +"
                                         "us-east-1[ab] +ip-[-0-9]+\\.ec2\\.internal +True +")));

  ok("delete deployment inflate");
  ok("wait --for=delete nodeclaim --all --timeout=50s");
  EXPECT_THAT(names("nodes"), SizeIs(1));
  EXPECT_TRUE(demo_->process().wait_for("is terminated"));
  end();
  EXPECT_THAT(demo_->process().output(), HasSubstr(R"("data":{"machines":2,"running":0,)"));
  std::string count = "\"journalLines\":" + std::to_string(lines_of(read(journal)).size()) + ",";
  EXPECT_THAT(demo_->process().output(), HasSubstr(count));
}

TEST_P(WalksTest, walk_002_by_hand) {
  start({"--scene", "002"});
  EXPECT_THAT(ok("apply -f tests/data/seeds/002-provisioner-v1alpha5.yaml"),
              HasSubstr("Warning: "));
  ok("apply -f tests/data/seeds/002-high-spec-deployment.yaml");
  ok("rollout status deployment/app --timeout=50s");
  EXPECT_THAT(names("nodeclaims"), IsEmpty());

  ok("scale deployment app --replicas 5");
  ok("rollout status deployment/app --timeout=50s");
  EXPECT_THAT(names("nodes -l karpenter.sh/nodepool"), SizeIs(Ge(3U)));
  EXPECT_THAT(names("nodes -l karpenter.sh/nodepool,node.kubernetes.io/instance-type!=r5.large"),
              IsEmpty());
  EXPECT_THAT(ok("get events"), ContainsRegex("FailedScheduling .*Insufficient (cpu|memory)"));
  ok({"wait", "--for=jsonpath={.status.resources.cpu}=6", "nodepool/default", "--timeout=50s"});

  ok("scale deployment app --replicas 1");
  ok("wait --for=delete nodeclaim --all --timeout=50s");
  ok("rollout status deployment/app --timeout=50s");

  // Machines live ten seconds here: on a slow day one is replaced while it is asked about.
  ok("scale deployment app --replicas 5");
  ok("rollout status deployment/app --timeout=50s");
  std::vector<std::string> old = names("nodeclaims");
  ASSERT_THAT(old, SizeIs(Ge(3U)));
  EXPECT_TRUE(demo_->process().wait_for("has expired after"));
  for (const std::string& claim : old)
    ok("wait --for=delete " + claim + " --timeout=50s");
  ok("rollout status deployment/app --timeout=50s");
  std::vector<std::string> young = names("nodeclaims");
  EXPECT_THAT(young, SizeIs(Ge(3U)));
  for (const std::string& claim : old)
    EXPECT_THAT(young, Not(::testing::Contains(claim)));

  ok("delete deployment app");
  ok("wait --for=delete nodeclaim --all --timeout=50s");
  EXPECT_THAT(names("nodes"), SizeIs(3));
  end();
}

TEST_P(WalksTest, deleting_a_node_drains_it_and_ends_its_instance) {
  start_with_replicas_on_one_machine();
  EXPECT_THAT(ok("delete node " + node_ + " --timeout=50s"), HasSubstr("deleted"));
  expect_moved();
}

TEST_P(WalksTest, deleting_a_nodeclaim_drains_its_node_and_ends_its_instance) {
  start_with_replicas_on_one_machine();
  EXPECT_THAT(ok("delete nodeclaim " + claim_ + " --timeout=50s"), HasSubstr("deleted"));
  expect_moved();
}

TEST_P(WalksTest, a_budget_holds_while_a_node_drains) {
  start_with_replicas_on_one_machine();
  ok("create poddisruptionbudget web --selector=app=web --min-available=2");
  ok({"wait", "--for=jsonpath={.status.disruptionsAllowed}=1", "pdb/web", "--timeout=50s"});
  auto watch =
      kubectl_.start({"get", "deployment", "web", "-w", "-o",
                      R"(jsonpath={.status.availableReplicas}{.metadata.labels.end}{"\n"})"});
  ASSERT_TRUE(watch->wait_for("3")) << watch->output();
  ok("delete node " + node_ + " --timeout=50s");
  expect_moved();
  ok("label deployment web end=end");
  ASSERT_TRUE(watch->wait_for("3end")) << watch->output();
  std::vector<std::string> available = lines_of(watch->output());
  EXPECT_EQ(*std::ranges::min_element(available), "2") << watch->output();
}

TEST_P(WalksTest, a_budget_of_none_holds_the_drain_until_it_is_gone) {
  start_with_replicas_on_one_machine();
  ok("create poddisruptionbudget web --selector=app=web --max-unavailable=0");
  ok({"wait", "--for=jsonpath={.status.currentHealthy}=3", "pdb/web", "--timeout=50s"});
  auto events = kubectl_.start({"get", "events", "-A", "-w"});
  ok("delete nodeclaim " + claim_ + " --wait=false");
  EXPECT_TRUE(events->wait_for("evicting pod violates a PDB")) << events->output();
  EXPECT_THAT(events->output(), ContainsRegex("Warning +FailedDraining +node/" + node_));
  EXPECT_THAT(lines_of(pods_on_node()), SizeIs(3));
  EXPECT_THAT(ok("get node " + node_), HasSubstr("Ready"));
  ok("delete pdb web");
  expect_moved();
}

TEST_P(WalksTest, bad_input_changes_nothing) {
  start();
  auto apply = [&](const std::string& text) {
    return refused("apply -f " + kubectl_.file("bad.yaml", text));
  };
  EXPECT_THAT(apply(replaced(kPool, "[m5.large]", "[m5.large")), HasSubstr("error parsing"));
  std::string pool(kPool.substr(kPool.find("---")));
  EXPECT_THAT(apply(replaced(pool, "limits:", "limit:")),
              HasSubstr("unknown field \"spec.limit\""));
  EXPECT_THAT(apply(replaced(pool, "operator: In", "operator: Among")),
              AllOf(HasSubstr("spec.template.spec.requirements[0].operator"), HasSubstr("Among")));
  EXPECT_THAT(apply(replaced(pool, "cpu: 20", "cpu: -20")),
              AllOf(HasSubstr("spec.limits"), HasSubstr("-20"), HasSubstr("negative")));
  EXPECT_THAT(names("nodepools"), IsEmpty());
}

TEST_P(WalksTest, a_nodepool_that_names_a_missing_class_says_so) {
  start();
  std::string pool(kPool.substr(kPool.find("---")));
  EXPECT_THAT(ok("apply -f " + kubectl_.file("pool.yaml", pool)), HasSubstr("created"));
  ok("wait --for=condition=NodeClassReady=False nodepool/default --timeout=50s");
  EXPECT_EQ(ok({"get", "nodepool", "default", "-o",
                "jsonpath={.status.conditions[?(@.type==\"NodeClassReady\")].reason}"}),
            "NodeClassNotFound");
  EXPECT_THAT(ok("get nodepool"), ContainsRegex("default +default .*False +"));
  ok("apply -f " + kubectl_.file("all.yaml", kPool));
  ok("wait --for=condition=Ready nodepool/default --timeout=50s");
}

INSTANTIATE_TEST_SUITE_P(Versions, WalksTest, ::testing::Values("1.31", "1.37"),
                         [](const auto& version) {
                           return "kubectl_" + replaced(version.param, ".", "_");
                         });

}  // namespace
