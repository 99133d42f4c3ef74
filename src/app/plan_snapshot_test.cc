#include "app/plan_snapshot.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/plan_pods.h"
#include "base/yaml.h"
#include "catalog/kwok.h"

namespace app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

PlanInput input_of(std::string_view yaml) {
  PlanInput input;
  for (const base::YamlDocument& document : base::read_yaml(yaml).value()) {
    auto added = input.add(document.value);
    EXPECT_TRUE(added) << to_string(added.error());
  }
  return input;
}

std::vector<std::string> pending(std::string_view yaml) {
  std::vector<std::string> names;
  for (const auto& pod : snapshot_of(input_of(yaml), {}, {}).pods) {
    names.push_back(pod->metadata.namespace_ + "/" + pod->metadata.name);
  }
  return names;
}

std::string workload(std::string_view kind, std::string_view name, std::string_view spec) {
  return fmt::format("---\napiVersion: {}\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n",
                     kind == "Job" ? "batch/v1" : "apps/v1", kind, name, spec);
}

TEST(PlanSnapshot, workloads_without_pods_count_as_their_replicas) {
  EXPECT_THAT(pending(workload("Deployment", "one", "{}")), ElementsAre("default/one-0"));
  EXPECT_THAT(pending(workload("Deployment", "none", "{replicas: 0}")), IsEmpty());
  std::vector<std::string> twelve = pending(workload("ReplicaSet", "rs", "{replicas: 12}"));
  ASSERT_EQ(twelve.size(), 12u);
  EXPECT_EQ(twelve.front(), "default/rs-00");
  EXPECT_EQ(twelve.back(), "default/rs-11");
  EXPECT_THAT(pending(workload("StatefulSet", "db", "{replicas: 2}")),
              ElementsAre("default/db-0", "default/db-1"));
}

TEST(PlanSnapshot, jobs_count_as_what_they_run_at_a_time) {
  EXPECT_EQ(pending(workload("Job", "j", "{}")).size(), 1u);
  EXPECT_EQ(pending(workload("Job", "j", "{parallelism: 5, completions: 3}")).size(), 3u);
  EXPECT_EQ(pending(workload("Job", "j", "{parallelism: 5}")).size(), 5u);
  EXPECT_EQ(pending(workload("Job", "j", "{parallelism: 5, suspend: true}")).size(), 0u);
  EXPECT_EQ(pending(workload("Job", "j", "{}") +
                    "status: {conditions: [{type: Complete, status: 'True'}]}\n")
                .size(),
            0u);
}

TEST(PlanSnapshot, made_pods_have_the_age_of_their_workload_and_their_name_as_uid) {
  PlanInput input = input_of(
      "apiVersion: apps/v1\nkind: Deployment\n"
      "metadata: {name: web, namespace: a, creationTimestamp: '2026-01-01T00:00:00Z'}\n"
      "spec: {replicas: 1, template: {metadata: {labels: {app: web}}}}\n---\n"
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: b}\n");
  auto pods = pods_of_workloads(input).pods;
  ASSERT_EQ(pods.size(), 2u);
  EXPECT_EQ(pods[0]->metadata.uid, "web-0");
  EXPECT_EQ(pods[1]->metadata.uid, "b/web-0") << "no two pods have one uid";
  EXPECT_TRUE(pods[0]->metadata.creationTimestamp.has_value());
  EXPECT_EQ(pods[0]->metadata.labels.at("app"), "web");
  EXPECT_EQ(owner_of(*pods[0]), "deployment a/web");
}

TEST(PlanSnapshot, a_workload_with_pods_makes_no_more) {
  constexpr std::string_view kPod =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, labels: {{pod-template-hash: '{}'}}, "
      "ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {}, uid: u, controller: "
      "true}}]}}\n";
  std::string deployment = workload("Deployment", "web", "{replicas: 3}");
  EXPECT_EQ(pending(deployment).size(), 3u);
  EXPECT_THAT(pending(deployment + fmt::format(kPod, "5d4f8c", "web-5d4f8c")),
              ElementsAre("default/p"));
  EXPECT_EQ(pending(deployment + fmt::format(kPod, "5d4f8c", "web-2-5d4f8c")).size(), 4u)
      << "of another Deployment";
}

TEST(PlanSnapshot, a_replica_set_leaves_its_pods_to_its_deployment) {
  std::string deployment = workload("Deployment", "web", "{replicas: 3}");
  std::string replica_set =
      "---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web-x, ownerReferences: "
      "[{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}\n"
      "spec: {replicas: 3}\n";
  EXPECT_EQ(pending(deployment + replica_set).size(), 3u);
  EXPECT_EQ(pending(replica_set).size(), 3u);
  std::string pod =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, ownerReferences: [{apiVersion: apps/v1, "
      "kind: ReplicaSet, name: web-x, uid: u, controller: true}]}\n";
  EXPECT_THAT(pending(deployment + replica_set + pod), ElementsAre("default/p"));
}

TEST(PlanSnapshot, volumes_of_made_pods_are_claimed) {
  PlanInput input = input_of(
      workload("StatefulSet", "db",
               "{replicas: 2, volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]}") +
      "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: gp3, annotations: "
      "{storageclass.kubernetes.io/is-default-class: 'true'}}\nprovisioner: ebs.csi.aws.com\n"
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-db-1}\n"
      "spec: {volumeName: pv-1}\n");
  engine::Snapshot snapshot = snapshot_of(input, {}, {});
  ASSERT_EQ(snapshot.volume_claims.size(), 2u);
  EXPECT_EQ(snapshot.volume_claims[0]->spec.volumeName, "pv-1");
  EXPECT_EQ(snapshot.volume_claims[1]->metadata.name, "data-db-0");
  EXPECT_EQ(snapshot.volume_claims[1]->spec.storageClassName, "gp3");
  EXPECT_EQ(snapshot.pods[1]->spec->volumes.at(0).persistentVolumeClaim->claimName, "data-db-1");
}

std::string pod(std::string_view name, std::string_view rest) {
  return fmt::format("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\n{}\n", name, rest);
}

TEST(PlanSnapshot, SCH_027_conditions_decide_where_there_are_any) {
  std::string pods = pod("bare", "") + pod("bound", "spec: {nodeName: node-1}") +
                     pod("gated", "spec: {schedulingGates: [{name: g}]}") +
                     pod("done", "status: {phase: Succeeded}") +
                     pod("waiting",
                         "status: {conditions: [{type: PodScheduled, status: 'False', "
                         "reason: Unschedulable}]}") +
                     pod("new",
                         "status: {conditions: [{type: PodScheduled, status: 'False', reason: "
                         "SchedulingGated}]}") +
                     pod("other", "status: {conditions: [{type: Ready, status: 'False'}]}");
  EXPECT_THAT(pending(pods), ElementsAre("default/bare", "default/waiting"));
  EXPECT_THAT(left_out(input_of(pods)),
              ElementsAre(HasSubstr("3 unbound pods left out"),
                          "1 pod left out: bound to nodes that are not in the input"));
}

std::string pool(std::string_view name, std::string_view rest) {
  return fmt::format(
      "---\napiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{name: {}}}\nspec: {{template: "
      "{{spec: {{requirements: [], nodeClassRef: {{group: karpenter.k8s.aws, kind: EC2NodeClass, "
      "name: c}}}}}}}}\n{}\n",
      name, rest);
}

TEST(PlanSnapshot, SCH_089_pools_without_conditions_are_as_ready_as_their_class) {
  constexpr std::string_view kClass =
      "---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {{name: c}}\n"
      "status: {{conditions: [{{type: Ready, status: '{}'}}]}}\n";
  auto pools = [](const std::string& yaml) {
    return snapshot_of(input_of(yaml), {}, {}).pools.size();
  };
  EXPECT_EQ(pools(pool("a", "")), 1u);
  EXPECT_EQ(pools(pool("a", "") + fmt::format(kClass, "True")), 1u);
  EXPECT_EQ(pools(pool("a", "") + fmt::format(kClass, "False")), 0u);
  EXPECT_THAT(left_out(input_of(pool("a", "") + fmt::format(kClass, "False"))),
              ElementsAre("NodePool a takes no part: its EC2NodeClass c is not ready"));
  std::string ready = "status: {conditions: [{type: Ready, status: 'True'}]}";
  EXPECT_EQ(pools(pool("a", ready) + fmt::format(kClass, "False")), 1u) << "the pool's own decide";
  EXPECT_EQ(pools(pool("a", "status: {conditions: [{type: Ready, status: Unknown}]}")), 0u);
}

constexpr std::string_view kOverlays = R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec: {template: {spec: {nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: d}}}}
---
apiVersion: karpenter.sh/v1alpha1
kind: NodeOverlay
metadata: {name: early}
spec: {requirements: [], price: "1"}
---
apiVersion: karpenter.sh/v1alpha1
kind: NodeOverlay
metadata: {name: late}
spec: {requirements: [], price: "2"}
---
apiVersion: karpenter.sh/v1alpha1
kind: NodeOverlay
metadata: {name: nowhere}
spec: {requirements: [{key: karpenter.sh/nodepool, operator: In, values: [gone]}], price: "3"}
)";

TEST(PlanSnapshot, SCH_299_301_what_is_wrong_with_overlays_is_told) {
  PlanInput input = input_of(kOverlays);
  const model::InstanceTypes types = catalog::built_in_kwok_types().types;
  EXPECT_THAT(overlay_notes(input, types, {}),
              ElementsAre(HasSubstr("NodeOverlay early is left out (Conflict): another overlay"),
                          "NodeOverlay nowhere changes nothing: no instance type matches it"));
  engine::Snapshot snapshot = snapshot_of(input, types, {});
  EXPECT_EQ(snapshot.pools[0].types[0]->offerings[0].price, base::Money::from_micros(2'000'000));
  EXPECT_NE(types[0]->offerings[0].price, base::Money::from_micros(2'000'000));
}

TEST(PlanSnapshot, API_145_API_163_overlays_and_buffers_that_no_server_has_judged_are_judged) {
  auto error = [](std::string_view yaml) {
    PlanInput input;
    auto added = input.add(base::read_yaml(yaml).value().front().value);
    return added ? "" : to_string(added.error());
  };
  EXPECT_THAT(error("{apiVersion: karpenter.sh/v1alpha1, kind: NodeOverlay, metadata: {name: a}, "
                    "spec: {requirements: [], price: '1', priceAdjustment: '+1'}}"),
              HasSubstr("NodeOverlay a: spec: price and priceAdjustment are both set"));
  EXPECT_THAT(error("{apiVersion: autoscaling.x-k8s.io/v1beta1, kind: CapacityBuffer, metadata: "
                    "{name: a}, spec: {podTemplateRef: {name: t}}}"),
              HasSubstr("CapacityBuffer default/a: spec: podTemplateRef needs replicas or limits"));
  EXPECT_EQ(error("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: null}}"),
            "");
}

TEST(PlanSnapshot, SCH_307_buffers_that_refer_to_nothing_are_told) {
  PlanInput input = input_of(
      "{apiVersion: autoscaling.x-k8s.io/v1beta1, kind: CapacityBuffer, metadata: {name: a}, "
      "spec: {podTemplateRef: {name: t}, replicas: 2}}");
  EXPECT_THAT(left_out(input), ElementsAre("CapacityBuffer default/a takes no part: PodTemplate "
                                           "\"t\" not found"));
}

}  // namespace
}  // namespace app
