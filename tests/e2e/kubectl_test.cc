// The verbs of a walk, by real and unmodified kubectl binaries over HTTP: one from before and one
// from after the changes of 1.32 (protobuf) and 1.34 (lists by watch). The cluster lives in a
// thread of the test at twenty times wall time; the tests wait for what they want to see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "apiserver/api_server.h"
#include "model/instance_type.h"
#include "model/resources.h"
#include "sim/actors.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"
#include "support/kubectl.h"

namespace {

using support::Kubectl;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kSpeed = 20;

// Two nodes of 2 cpu and 8Gi, and all that lives in a cluster beside Joiner.
class RunningCluster {
 public:
  explicit RunningCluster(const std::string& kubeconfig) {
    model::InstanceType type;
    type.name = "m5.large";
    type.capacity = {{std::string(model::kCpu), *base::Quantity::parse("2")},
                     {std::string(model::kMemory), *base::Quantity::parse("8Gi")},
                     {std::string(model::kPods), base::Quantity::from_units(29)}};
    auto shared = std::make_shared<const model::InstanceType>(std::move(type));
    for (const char* name : {"node-a", "node-b"}) {
      actors_.kubelet().add_unmanaged_node(name, shared);
    }
    base::Result<int> port = server_.listen(0);
    EXPECT_TRUE(port) << port.error().message;
    base::Result<void> written = apiserver::write_kubeconfig(kubeconfig, port.value_or(0));
    EXPECT_TRUE(written) << written.error().message;
    thread_ = std::thread([this] { clock_.run(kSpeed); });
  }
  ~RunningCluster() {
    boost::asio::post(context_, [this] { clock_.stop(); });
    thread_.join();
  }

 private:
  boost::asio::io_context context_;
  sim::SimClock clock_{context_,
                       std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  sim::Cluster cluster_{clock_, base::Random(1)};
  sim::Actors actors_{cluster_.store(), clock_, base::Random(2)};
  apiserver::ApiServer server_{context_, cluster_.store(), clock_};
  std::thread thread_;
};

constexpr std::string_view kManifests = R"(apiVersion: karpenter.k8s.aws/v1
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
  template:
    spec:
      requirements:
      - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: debug}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 1
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - name: app
        image: app:1
        env: [{name: LEVEL, value: debug}]
        resources: {requests: {cpu: 100m}}
)";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  for (std::size_t at = 0; (at = result.find(from, at)) != std::string::npos; at += to.size()) {
    result.replace(at, from.size(), to);
  }
  return result;
}

class KubectlTest : public ::testing::TestWithParam<std::string> {
 protected:
  KubectlTest()
      : home_(std::filesystem::path(::testing::TempDir()) /
              ("joiner-" + std::to_string(getpid()) + "-kubectl-" + GetParam())),
        kubectl_(GetParam(), home_),
        cluster_(kubectl_.kubeconfig()) {
    EXPECT_TRUE(std::filesystem::exists("build/tools/kubectl-" + GetParam()))
        << "make setup installs it";
  }
  void TearDown() override { std::filesystem::remove_all(home_); }

  std::string ok(const std::vector<std::string>& arguments) { return kubectl_.ok(arguments); }
  std::string ok(std::string_view arguments) { return kubectl_.ok(arguments); }
  std::string refused(std::string_view arguments) { return kubectl_.refused(arguments); }

  void deploy(const std::string& name, int replicas) {
    ok("create deployment " + name + " --image=pause:3.2 --replicas=" + std::to_string(replicas));
    EXPECT_THAT(ok("rollout status deployment/" + name + " --timeout=50s"),
                HasSubstr("successfully rolled out"));
  }

  std::filesystem::path home_;
  Kubectl kubectl_;
  RunningCluster cluster_;
};

TEST_P(KubectlTest, get_in_all_its_forms) {
  deploy("web", 2);
  EXPECT_THAT(ok("get nodes"), AllOf(HasSubstr("NAME     STATUS   ROLES    AGE"),
                                     HasSubstr("node-a   Ready    <none>   ")));
  EXPECT_THAT(ok("get nodes -o wide"), HasSubstr("INTERNAL-IP"));
  EXPECT_THAT(ok("get deployments"), AllOf(HasSubstr("NAME   READY   UP-TO-DATE   AVAILABLE   AGE"),
                                           HasSubstr("web    2/2     2            2  ")));
  EXPECT_THAT(ok("get all"), AllOf(HasSubstr("deployment.apps/web"), HasSubstr("pod/web-"),
                                   HasSubstr("replicaset.apps/web-")));
  EXPECT_THAT(
      ok("get pods -o wide -l app=web"),
      AllOf(HasSubstr("NOMINATED NODE"), HasSubstr("1/1     Running   0"), HasSubstr("node-b")));
  EXPECT_THAT(ok("get pods -A -L app --field-selector=spec.nodeName=node-a"),
              AllOf(HasSubstr("NAMESPACE"), HasSubstr("APP"), Not(HasSubstr("node-b"))));
  EXPECT_THAT(
      ok("get deployment web -o yaml"),
      AllOf(HasSubstr("apiVersion: apps/v1\nkind: Deployment\n"), HasSubstr("  replicas: 2\n")));
  EXPECT_THAT(ok("get deployment web -o json"), HasSubstr("\"kind\": \"Deployment\""));
  EXPECT_EQ(ok({"get", "deployments", "-o", "jsonpath={.items[*].spec.replicas}"}), "2");
  EXPECT_THAT(ok("get pods --sort-by=.metadata.name -o name"), HasSubstr("pod/web-"));
  EXPECT_THAT(ok("get events"), HasSubstr("Scaled up replica set"));
  EXPECT_EQ(refused("get deployment none"),
            "Error from server (NotFound): deployments.apps \"none\" not found\n");
}

TEST_P(KubectlTest, get_watch_shows_each_change) {
  std::unique_ptr<support::Process> watch = kubectl_.start({"get", "pods", "-w"});
  deploy("web", 1);
  EXPECT_TRUE(watch->wait_for("ContainerCreating")) << watch->output();
  EXPECT_TRUE(watch->wait_for("Running")) << watch->output();
  ok("delete deployment web");
  EXPECT_TRUE(watch->wait_for("Terminating")) << watch->output();
  EXPECT_THAT(watch->output(), HasSubstr("NAME"));
}

TEST_P(KubectlTest, a_deployment_from_creation_to_deletion) {
  deploy("inflate", 1);
  EXPECT_EQ(ok("set resources deployment inflate --requests=cpu=100m,memory=64Mi"),
            "deployment.apps/inflate resource requirements updated\n");
  ok("rollout status deployment/inflate --timeout=50s");
  EXPECT_EQ(ok("scale deployment inflate --replicas=3"), "deployment.apps/inflate scaled\n");
  ok("rollout status deployment/inflate --timeout=50s");
  ok({"wait", "--for=jsonpath={.status.readyReplicas}=3", "deployment/inflate", "--timeout=50s"});
  ok("wait --for=condition=Available deployment/inflate --timeout=50s");
  EXPECT_THAT(ok("describe deployment inflate"),
              AllOf(HasSubstr("3 desired | 3 updated | 3 total | 3 available"),
                    HasSubstr("cpu:         100m"), HasSubstr("ScalingReplicaSet")));
  EXPECT_THAT(ok("describe pod -l app=inflate --show-events=true"),
              AllOf(HasSubstr("Controlled By:  ReplicaSet/inflate-"),
                    HasSubstr("Successfully assigned default/inflate-")));
  EXPECT_THAT(ok("rollout restart deployment inflate"), HasSubstr("restarted"));
  ok("rollout status deployment/inflate --timeout=50s");
  EXPECT_THAT(ok("delete deployment inflate"), HasSubstr("deployment.apps \"inflate\" deleted"));
  ok("wait --for=delete pod -l app=inflate --timeout=50s");
  EXPECT_THAT(ok("get pods,rs"), HasSubstr("No resources found"));
}

TEST_P(KubectlTest, apply_new_unchanged_and_changed) {
  std::string path = kubectl_.file("all.yaml", kManifests);
  EXPECT_EQ(ok("apply -f " + path),
            "ec2nodeclass.karpenter.k8s.aws/default created\n"
            "nodepool.karpenter.sh/default created\n"
            "configmap/settings created\n"
            "deployment.apps/app created\n");
  EXPECT_EQ(ok("apply -f " + path),
            "ec2nodeclass.karpenter.k8s.aws/default unchanged\n"
            "nodepool.karpenter.sh/default unchanged\n"
            "configmap/settings unchanged\n"
            "deployment.apps/app unchanged\n");
  std::string changed = replaced(replaced(kManifests, "debug", "info"), "on-demand", "spot");
  EXPECT_EQ(ok("apply -f " + kubectl_.file("changed.yaml", changed)),
            "ec2nodeclass.karpenter.k8s.aws/default unchanged\n"
            "nodepool.karpenter.sh/default configured\n"
            "configmap/settings configured\n"
            "deployment.apps/app configured\n");
  EXPECT_EQ(ok({"get", "deployment", "app", "-o",
                "jsonpath={.spec.template.spec.containers[0].env[0].value}"}),
            "info");
  EXPECT_EQ(ok({"get", "nodepool", "default", "-o",
                "jsonpath={.spec.template.spec.requirements[0].values}"}),
            "[\"spot\"]");
  EXPECT_THAT(refused("create -f " + path),
              HasSubstr("nodepools.karpenter.sh \"default\" already exists"));
  EXPECT_THAT(ok("replace -f " + path), HasSubstr("deployment.apps/app replaced"));
  EXPECT_THAT(ok("delete -f " + path), HasSubstr("nodepool.karpenter.sh \"default\" deleted"));
  EXPECT_THAT(ok("create -f " + path), HasSubstr("nodepool.karpenter.sh/default created"));
}

TEST_P(KubectlTest, custom_kinds_are_shown_described_explained_and_changed) {
  ok("apply -f " + kubectl_.file("all.yaml", kManifests));
  EXPECT_THAT(ok("get nodepools,ec2nodeclasses"),
              AllOf(HasSubstr("NODECLASS   NODES   READY   AGE"),
                    HasSubstr("nodepool.karpenter.sh/default   default")));
  EXPECT_THAT(ok("get nodepools -o wide"), HasSubstr("WEIGHT   CPU   MEMORY"));
  EXPECT_THAT(ok("get karpenter"), HasSubstr("ec2nodeclass.karpenter.k8s.aws/default"));
  EXPECT_THAT(ok("describe nodepool default"),
              AllOf(HasSubstr("Kind:         NodePool"), HasSubstr("karpenter.sh/capacity-type")));
  EXPECT_THAT(ok("explain nodepool"),
              AllOf(HasSubstr("KIND:       NodePool"), HasSubstr("spec\t<NodePoolSpec>")));
  EXPECT_THAT(ok("explain nodepool.spec.disruption.budgets"),
              HasSubstr("FIELD: budgets <[]Budget>"));
  EXPECT_EQ(ok({"patch", "nodepool", "default", "--type=merge", "-p", R"({"spec":{"weight":7}})"}),
            "nodepool.karpenter.sh/default patched\n");
  EXPECT_EQ(ok({"get", "nodepool", "default", "-o", "jsonpath={.spec.weight}"}), "7");
  EXPECT_THAT(refused(R"(patch nodepool default -p {"spec":{"weight":8}})"),
              HasSubstr("application/strategic-merge-patch+json is not supported"));
  kubectl_.set_editor("sed -i s/weight:.*/weight:\\ 9/");
  EXPECT_EQ(ok("edit nodepool default"), "nodepool.karpenter.sh/default edited\n");
  EXPECT_EQ(ok({"get", "nodepool", "default", "-o", "jsonpath={.spec.weight}"}), "9");
  EXPECT_EQ(ok("label nodepool default team=a"), "nodepool.karpenter.sh/default labeled\n");
  EXPECT_THAT(ok("delete nodepool default"), HasSubstr("\"default\" deleted"));
}

TEST_P(KubectlTest, bad_input_is_refused_with_its_place_and_nothing_changes) {
  std::string unknown = replaced(kManifests, "  template:\n    spec:\n      requirements",
                                 "  wight: 7\n  template:\n    spec:\n      requirements");
  EXPECT_THAT(refused("apply -f " + kubectl_.file("unknown.yaml", unknown)),
              HasSubstr("strict decoding error: unknown field \"spec.wight\""));
  EXPECT_THAT(refused("get nodepool default"), HasSubstr("not found"));
  std::string operation = replaced(kManifests, "operator: In", "operator: Among");
  EXPECT_THAT(refused("apply -f " + kubectl_.file("operator.yaml", operation)),
              AllOf(HasSubstr("The NodePool \"default\" is invalid"),
                    HasSubstr("spec.template.spec.requirements[0].operator"), HasSubstr("Among")));
  EXPECT_THAT(refused("apply -f " + kubectl_.file("broken.yaml", "kind: [\n")),
              HasSubstr("error parsing"));
  EXPECT_THAT(refused("get nodepool default"), HasSubstr("not found"));
}

TEST_P(KubectlTest, objects_are_patched_labelled_annotated_and_edited) {
  deploy("web", 1);
  EXPECT_EQ(ok("label deployment web tier=front"), "deployment.apps/web labeled\n");
  EXPECT_EQ(ok("annotate deployment web note=hello"), "deployment.apps/web annotated\n");
  EXPECT_EQ(ok({"patch", "deployment", "web", "-p",
                R"({"spec":{"template":{"spec":{"containers":[{"name":"pause","tty":true}]}}}})"}),
            "deployment.apps/web patched\n");
  EXPECT_EQ(ok({"patch", "deployment", "web", "--type=json", "-p",
                R"([{"op":"add","path":"/metadata/labels/more","value":"1"}])"}),
            "deployment.apps/web patched\n");
  EXPECT_EQ(ok({"get", "deployment", "web", "-o",
                "jsonpath={.spec.template.spec.containers[*].image} {.metadata.labels.more}"}),
            "pause:3.2 1");
  kubectl_.set_editor("sed -i s/tier:.*/tier:\\ back/");
  EXPECT_EQ(ok("edit deployment web"), "deployment.apps/web edited\n");
  EXPECT_THAT(ok("get deployment web --show-labels"), HasSubstr("tier=back"));
  EXPECT_EQ(ok("label deployment web tier-"), "deployment.apps/web unlabeled\n");
  ok("patch deployment web --subresource=scale --type=merge -p {\"spec\":{\"replicas\":2}}");
  EXPECT_EQ(ok({"get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"}), "2");
}

TEST_P(KubectlTest, nodes_are_described_tainted_cordoned_and_drained) {
  deploy("web", 2);
  EXPECT_THAT(ok("describe node node-a"),
              AllOf(HasSubstr("HolderIdentity:  node-a"), HasSubstr("Allocated resources:"),
                    HasSubstr("default                     web-")));
  EXPECT_EQ(ok("taint nodes node-a team=a:PreferNoSchedule"), "node/node-a tainted\n");
  EXPECT_EQ(ok("taint nodes node-a team-"), "node/node-a untainted\n");
  EXPECT_EQ(ok("cordon node-b"), "node/node-b cordoned\n");
  EXPECT_THAT(ok("get nodes"), HasSubstr("Ready,SchedulingDisabled"));
  ok("create poddisruptionbudget web --selector=app=web --min-available=2");
  ok({"wait", "--for=jsonpath={.status.currentHealthy}=2", "pdb/web", "--timeout=50s"});
  EXPECT_THAT(refused("drain node-b --timeout=1s"),
              HasSubstr("Cannot evict pod as it would violate the pod's disruption budget."));
  EXPECT_THAT(ok("get pods --field-selector=spec.nodeName=node-b"), HasSubstr("Running"));
  ok({"patch", "pdb", "web", "-p", R"({"spec":{"minAvailable":1}})"});
  ok({"wait", "--for=jsonpath={.status.disruptionsAllowed}=1", "pdb/web", "--timeout=50s"});
  EXPECT_THAT(ok("drain node-b --timeout=50s"),
              AllOf(HasSubstr("evicting pod default/web-"), HasSubstr("node/node-b drained")));
  EXPECT_THAT(ok("get pods --field-selector=spec.nodeName=node-b"),
              HasSubstr("No resources found"));
  EXPECT_EQ(ok("uncordon node-b"), "node/node-b uncordoned\n");
}

TEST_P(KubectlTest, namespaces_hold_what_is_created_in_them) {
  EXPECT_EQ(ok("create namespace team"), "namespace/team created\n");
  EXPECT_EQ(ok("create configmap settings -n team --from-literal=a=b"),
            "configmap/settings created\n");
  EXPECT_EQ(ok("create secret generic key -n team --from-literal=a=bcde"), "secret/key created\n");
  EXPECT_EQ(ok({"get", "secret", "key", "-n", "team", "-o", "jsonpath={.data.a}"}), "YmNkZQ==");
  EXPECT_EQ(ok("create serviceaccount robot -n team"), "serviceaccount/robot created\n");
  EXPECT_EQ(ok("create service clusterip web -n team --tcp=80:8080"), "service/web created\n");
  EXPECT_EQ(ok("create priorityclass high --value=10"),
            "priorityclass.scheduling.k8s.io/high created\n");
  EXPECT_EQ(ok("run tool -n team --image=tool:1"), "pod/tool created\n");
  ok("wait --for=condition=Ready pod/tool -n team --timeout=50s");
  EXPECT_THAT(ok("get cm,secret,svc,pods -n team"),
              AllOf(HasSubstr("configmap/settings"), HasSubstr("secret/key"),
                    HasSubstr("service/web"), HasSubstr("pod/tool")));
  EXPECT_THAT(refused("create configmap x -n none"), HasSubstr("namespaces \"none\" not found"));
  EXPECT_THAT(ok("delete namespace team"), HasSubstr("namespace \"team\" deleted"));
  EXPECT_THAT(ok("get cm,secret -n team"), HasSubstr("No resources found"));
}

TEST_P(KubectlTest, the_cluster_says_what_it_is) {
  EXPECT_THAT(ok("version"), HasSubstr("Server Version: v1.32.0+joiner"));
  EXPECT_THAT(ok("api-resources"), AllOf(HasSubstr("nodepools"), HasSubstr("karpenter.sh/v1"),
                                         HasSubstr("ec2nc,ec2ncs"), HasSubstr("deploy")));
  EXPECT_EQ(ok("get --raw /readyz"), "ok");
  EXPECT_THAT(ok("explain deployment.spec.replicas"), HasSubstr("FIELD: replicas <integer>"));
  EXPECT_THAT(ok("explain pod.spec.containers.resources"), HasSubstr("requests"));
  EXPECT_THAT(ok("explain statefulset --recursive"), HasSubstr("volumeClaimTemplates"));
  EXPECT_THAT(ok("api-resources --api-group=batch"), HasSubstr("jobs"));
  EXPECT_THAT(ok("api-versions"), HasSubstr("storage.k8s.io/v1"));
  EXPECT_THAT(ok("cluster-info"), HasSubstr("is running at"));
}

TEST_P(KubectlTest, diff_and_dry_runs_show_and_change_nothing) {
  std::string path = kubectl_.file("all.yaml", kManifests);
  EXPECT_THAT(ok("apply --dry-run=server -f " + path),
              HasSubstr("deployment.apps/app created (server dry run)"));
  EXPECT_THAT(ok("get deployments,nodepools"), HasSubstr("No resources found"));
  support::Ran added = kubectl_("diff -f " + path);
  EXPECT_EQ(added.code, 1) << added.output;
  EXPECT_THAT(added.output, AllOf(HasSubstr("+kind: NodePool"), HasSubstr("+kind: Deployment")));
  ok("apply -f " + path);
  EXPECT_EQ(ok("diff -f " + path), "");
  std::string changed = replaced(replaced(kManifests, "debug", "info"), "on-demand", "spot");
  support::Ran diff = kubectl_("diff -f " + kubectl_.file("changed.yaml", changed));
  EXPECT_EQ(diff.code, 1) << diff.output;
  EXPECT_THAT(diff.output,
              AllOf(HasSubstr("-  level: debug"), HasSubstr("+  level: info"),
                    HasSubstr("+        - spot"), Not(HasSubstr("+  resourceVersion"))));
  EXPECT_THAT(ok("diff -f " + path), "");
  EXPECT_THAT(ok("delete --dry-run=server -f " + path), HasSubstr("(server dry run)"));
  EXPECT_THAT(ok("scale deployment app --replicas=3 --dry-run=server"), HasSubstr("dry run"));
  EXPECT_EQ(ok({"get", "deployment", "app", "-o", "jsonpath={.spec.replicas}"}), "1");
  EXPECT_THAT(ok("get nodepools"), HasSubstr("default"));
}

TEST_P(KubectlTest, lists_come_in_chunks) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ok("create configmap " + std::string(name));
  }
  EXPECT_EQ(ok("get configmaps -o name --chunk-size=2"),
            "configmap/a\nconfigmap/b\nconfigmap/c\nconfigmap/d\nconfigmap/e\n");
  EXPECT_THAT(ok("get configmaps --chunk-size=2"), AllOf(HasSubstr("a "), HasSubstr("e ")));
  EXPECT_THAT(ok("get --raw /api/v1/namespaces/default/configmaps?limit=2"),
              HasSubstr("\"remainingItemCount\":3"));
}

TEST_P(KubectlTest, stateful_sets_and_jobs_run_to_their_ends) {
  ok("apply -f " + kubectl_.file("db.yaml", R"(apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "db:1"}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
)"));
  EXPECT_THAT(ok("rollout status statefulset/db --timeout=50s"), HasSubstr("complete"));
  EXPECT_THAT(ok("get statefulsets,pods"), AllOf(HasSubstr("2/2"), HasSubstr("pod/db-1")));
  EXPECT_THAT(ok("get pvc"), AllOf(HasSubstr("data-db-0"), HasSubstr("Bound"), HasSubstr("fast")));
  EXPECT_THAT(ok("get pv"), HasSubstr("default/data-db-1"));
  EXPECT_THAT(ok("describe statefulset db"), HasSubstr("create Pod db-1 in StatefulSet db"));
  ok("scale statefulset db --replicas=1");
  ok("wait --for=delete pod/db-1 --timeout=50s");

  ok("create job once --image=busybox:1 -- sleep 5");
  ok("wait --for=condition=Complete job/once --timeout=50s");
  EXPECT_THAT(ok("get jobs"), AllOf(HasSubstr("COMPLETIONS"), HasSubstr("1/1")));
  EXPECT_THAT(ok("get pods"), HasSubstr("Completed"));
  EXPECT_THAT(ok("describe job once"), HasSubstr("1 Succeeded"));
  ok("delete job once");
  ok("run bad --image=busybox:1 -- false");
  ok({"wait", "--for=jsonpath={.status.containerStatuses[0].restartCount}=2", "pod/bad",
      "--timeout=50s"});
  EXPECT_THAT(ok("get events"), HasSubstr("Back-off restarting failed container"));
}

TEST_P(KubectlTest, owners_are_deleted_in_three_ways) {
  deploy("web", 1);
  ok("delete deployment web --cascade=orphan");
  EXPECT_THAT(ok("get rs,pods -o name"),
              AllOf(HasSubstr("replicaset.apps/web-"), HasSubstr("pod/web-")));
  ok("delete rs -l app=web --cascade=foreground");
  EXPECT_THAT(ok("get pods -o name"), Not(HasSubstr("web"))) << "they go before their owner";
  deploy("api", 1);
  ok("delete deployment api");
  ok("wait --for=delete pod -l app=api --timeout=50s");
}

TEST_P(KubectlTest, events_are_told_by_their_verb) {
  deploy("web", 1);
  EXPECT_THAT(ok("events --for deployment/web"),
              AllOf(HasSubstr("ScalingReplicaSet"), HasSubstr("Deployment/web")));
  EXPECT_THAT(ok("events --types=Normal"), HasSubstr("Scheduled"));
}

TEST_P(KubectlTest, what_it_does_not_serve_is_refused_in_a_sentence) {
  deploy("web", 1);
  std::string pod = ok({"get", "pods", "-o", "jsonpath={.items[0].metadata.name}"});
  constexpr std::string_view kSentence = "the embedded demonstration cluster does not serve ";
  auto sentence = [&](std::string_view what) {
    return HasSubstr(std::string(kSentence) + std::string(what));
  };
  EXPECT_THAT(refused("logs " + pod), sentence("logs (no program runs in its containers)"));
  EXPECT_THAT(refused("exec " + pod + " -- ls"), sentence("exec"));
  EXPECT_THAT(refused("attach " + pod), sentence("attach"));
  EXPECT_THAT(refused("port-forward " + pod + " 18000:80"), sentence("port-forward"));
  EXPECT_THAT(refused("debug " + pod + " --image=busybox"), sentence("debug"));
  EXPECT_THAT(refused("auth can-i get pods"), sentence("authorization"));
  std::string path = kubectl_.file("all.yaml", kManifests);
  EXPECT_THAT(refused("apply --server-side -f " + path), sentence("server-side apply"));
}

INSTANTIATE_TEST_SUITE_P(Versions, KubectlTest, ::testing::Values("1.31", "1.37"),
                         [](const auto& version) {
                           return "kubectl_" + replaced(version.param, ".", "_");
                         });

}  // namespace
