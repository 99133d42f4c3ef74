// Volumes: what kube-scheduler says about a pod's claims, and about nodes that cannot reach them.
#include "judge/volumes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "judge/filters.h"
#include "judge/test_objects.h"

namespace judge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const model::PersistentVolumeClaim> claim(std::string_view name,
                                                          std::string_view spec,
                                                          std::string_view phase = "Bound",
                                                          std::string_view meta = "") {
  return read<model::PersistentVolumeClaim>(fmt::format(
      R"({{"metadata": {{"name": "{}", "namespace": "default",
           "annotations": {{"pv.kubernetes.io/bind-completed": "yes"}} {}}},
          "spec": {}, "status": {{"phase": "{}"}}}})",
      name, meta, spec, phase));
}

std::shared_ptr<const model::PersistentVolume> volume(std::string_view name,
                                                      std::string_view zone) {
  return read<model::PersistentVolume>(fmt::format(
      R"({{"metadata": {{"name": "{}"}}, "spec": {{"csi": {{"driver": "ebs.csi.aws.com"}},
          "nodeAffinity": {{"required": {{"nodeSelectorTerms": [{{"matchExpressions": [
          {{"key": "zone", "operator": "In", "values": ["{}"]}}]}}]}}}}}}}})",
      name, zone));
}

Surroundings storage() {
  Surroundings all;
  all.volume_claims = by_name<model::PersistentVolumeClaim>({
      claim("in-a", R"({"volumeName": "in-a"})"),
      claim("also-in-a", R"({"volumeName": "also-in-a"})"),
      claim("gone", R"({"volumeName": "gone"})"),
      claim("lost", R"({"volumeName": "gone"})", "Lost"),
      claim("leaving", R"({"volumeName": "in-a"})", "Bound",
            R"(, "deletionTimestamp": "2026-01-01T00:00:00Z")"),
      claim("waiting", R"({"storageClassName": "waits"})", "Pending"),
      claim("by-hand", R"({"storageClassName": "by-hand"})", "Pending"),
      claim("at-once", R"({"storageClassName": "at-once"})", "Pending"),
      claim("pod-scratch", R"({"volumeName": "in-a"})"),
      claim("labelled", R"({"volumeName": "labelled"})"),
  });
  all.volumes = by_name<model::PersistentVolume>(
      {volume("in-a", "a"), volume("also-in-a", "a"), read<model::PersistentVolume>(R"({
          "metadata": {"name": "labelled", "labels": {
              "failure-domain.beta.kubernetes.io/zone": "x__y"}}})")});
  all.storage_classes = by_name<model::StorageClass>({
      read<model::StorageClass>(R"({"metadata": {"name": "waits"},
          "provisioner": "kubernetes.io/aws-ebs", "volumeBindingMode": "WaitForFirstConsumer",
          "allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": ["b"]}]}]})"),
      read<model::StorageClass>(R"({"metadata": {"name": "by-hand"},
          "provisioner": "kubernetes.io/no-provisioner",
          "volumeBindingMode": "WaitForFirstConsumer"})"),
      read<model::StorageClass>(R"({"metadata": {"name": "at-once"},
          "provisioner": "ebs.csi.aws.com", "volumeBindingMode": "Immediate"})"),
  });
  return all;
}

std::shared_ptr<const model::Pod> with(std::vector<std::string> claims) {
  std::string volumes;
  for (const std::string& name : claims) {
    volumes += fmt::format(R"({}{{"name": "{}", "persistentVolumeClaim": {{"claimName": "{}"}}}})",
                           volumes.empty() ? "" : ", ", name, name);
  }
  return pod(R"({"volumes": [)" + volumes + "]}");
}

std::vector<std::string> reasons(const model::Pod& asking, std::string_view zone) {
  ClusterView cluster =
      make_cluster({node(fmt::format(R"({{"zone": "{}"}})", zone))}, {}, storage());
  return first_refusal({asking, cluster.nodes.front(), cluster}).reasons;
}

TEST(VolumeBinding, a_bound_volume_is_reached_only_from_its_zone) {
  EXPECT_THAT(reasons(*with({"in-a"}), "a"), IsEmpty());
  EXPECT_THAT(reasons(*with({"in-a"}), "b"),
              ElementsAre("node(s) had volume node affinity conflict"));
  EXPECT_THAT(
      reasons(*with({"gone"}), "a"),
      ElementsAre("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"));
}

TEST(VolumeBinding, a_waiting_claim_is_served_only_where_its_class_allows) {
  EXPECT_THAT(reasons(*with({"waiting"}), "b"), IsEmpty());
  EXPECT_THAT(reasons(*with({"waiting"}), "a"),
              ElementsAre("node(s) didn't find available persistent volumes to bind"));
  EXPECT_THAT(reasons(*with({"by-hand"}), "a"),
              ElementsAre("node(s) didn't find available persistent volumes to bind"));
  EXPECT_THAT(reasons(*with({"in-a", "waiting"}), "c"),
              ElementsAre("node(s) had volume node affinity conflict",
                          "node(s) didn't find available persistent volumes to bind"));
}

TEST(VolumeZone, old_labels_of_volumes_still_count) {
  auto on = [](std::string_view labels) {
    ClusterView cluster = make_cluster({node(labels)}, {}, storage());
    auto asking = with({"labelled"});
    return first_refusal({*asking, cluster.nodes.front(), cluster}).reasons;
  };
  EXPECT_THAT(on(R"({"topology.kubernetes.io/zone": "y"})"), IsEmpty());
  EXPECT_THAT(on(R"({"topology.kubernetes.io/zone": "z"})"),
              ElementsAre("node(s) had no available volume zone"));
  EXPECT_THAT(on("{}"), IsEmpty());
}

TEST(NodeVolumeLimits, counts_each_claim_once_for_each_driver) {
  Surroundings all = storage();
  all.csi_nodes = by_name<model::CSINode>({read<model::CSINode>(R"({"metadata": {"name": "node"},
      "spec": {"drivers": [{"name": "ebs.csi.aws.com", "allocatable": {"count": 1}}]}})")});
  auto there = read<model::Pod>(R"({"metadata": {"name": "there", "namespace": "default"},
      "spec": {"nodeName": "node", "volumes": [
          {"name": "v", "persistentVolumeClaim": {"claimName": "in-a"}}]}})");
  ClusterView cluster = make_cluster({node(R"({"zone": "a"})")}, {there}, all);
  auto verdict = [&](std::string_view name) {
    auto asking = with({std::string(name)});
    return first_refusal({*asking, cluster.nodes.front(), cluster});
  };
  EXPECT_TRUE(verdict("in-a").allows());
  EXPECT_THAT(verdict("also-in-a").reasons, ElementsAre("node(s) exceed max volume count"));
  EXPECT_TRUE(verdict("also-in-a").preemption_may_help);
  // In-tree plugins count for the driver that replaced them.
  EXPECT_THAT(verdict("waiting").reasons, ElementsAre("node(s) exceed max volume count"));
}

TEST(PodRefusal, names_the_claim_that_is_wrong) {
  ClusterView cluster = make_cluster({}, {}, storage());
  auto refusal = [&](std::string_view name) {
    return pod_refusal(*with({std::string(name)}), cluster).value_or("");
  };
  EXPECT_EQ(refusal("in-a"), "");
  EXPECT_EQ(refusal("waiting"), "");
  EXPECT_EQ(refusal("nowhere"), "persistentvolumeclaim \"nowhere\" not found");
  EXPECT_EQ(refusal("lost"),
            "persistentvolumeclaim \"lost\" bound to non-existent persistentvolume \"gone\"");
  EXPECT_EQ(refusal("leaving"), "persistentvolumeclaim \"leaving\" is being deleted");
  EXPECT_EQ(refusal("at-once"), "pod has unbound immediate PersistentVolumeClaims");
}

TEST(PodRefusal, waits_for_the_claim_of_an_ephemeral_volume) {
  ClusterView cluster = make_cluster({}, {}, storage());
  EXPECT_EQ(pod_refusal(*pod(R"({"volumes": [{"name": "scratch", "ephemeral": {}}]})"), cluster),
            std::nullopt);
  EXPECT_EQ(pod_refusal(*pod(R"({"volumes": [{"name": "new", "ephemeral": {}}]})"), cluster),
            "waiting for ephemeral volume controller to create the persistentvolumeclaim "
            "\"pod-new\"");
}

}  // namespace
}  // namespace judge
