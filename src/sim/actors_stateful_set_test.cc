// StatefulSets and the storage of their pods, as a user sees them.
#include "sim/actors_stateful_set.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StatefulSetTest : public ::testing::Test {
 protected:
  void make_set(int replicas, std::string_view more = "") {
    cluster.create(model::Kind::StatefulSet, fmt::format(R"({{"metadata": {{"name": "db"}},
        "spec": {{"replicas": {}, "serviceName": "db", "selector": {{"matchLabels": {{"app": "db"}}}},
          "template": {{"metadata": {{"labels": {{"app": "db"}}}}, "spec": {{"containers": [
            {{"name": "db", "image": "db:1",
              "resources": {{"requests": {{"cpu": "500m"}}}}}}]}}}}{}}}}})",
                                                         replicas, more));
  }
  void add_class(std::string_view mode, std::string_view more = "") {
    cluster.create(
        model::Kind::StorageClass,
        fmt::format(R"({{"metadata": {{"name": "fast"}}, "provisioner": "ebs.csi.aws.com",
                                   "volumeBindingMode": "{}"{}}})",
                    mode, more));
  }
  void add_zoned_node(std::string_view name, std::string_view zone) {
    model::Labels labels;
    labels[std::string(model::kZoneLabel)] = zone;
    cluster.add_node(name, "2", "8Gi", labels);
  }
  void add_claim(std::string_view name, std::string_view size = "1Gi") {
    cluster.create(
        model::Kind::PersistentVolumeClaim,
        fmt::format(R"({{"metadata": {{"name": "{}"}}, "spec": {{"storageClassName": "fast",
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {{"requests": {{"storage": "{}"}}}}}}}})",
                    name, size));
  }
  void add_pod(std::string_view name, std::string_view claim) {
    cluster.create(model::Kind::Pod,
                   fmt::format(R"({{"metadata": {{"name": "{}"}}, "spec": {{"containers": [
                       {{"name": "app", "image": "app:1"}}], "volumes": [{{"name": "data",
                       "persistentVolumeClaim": {{"claimName": "{}"}}}}]}}}})",
                               name, claim));
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& pod : cluster.pods())
      found.push_back(pod->metadata.name);
    return found;
  }
  std::shared_ptr<const model::PersistentVolumeClaim> claim(const std::string& name) {
    return find<model::PersistentVolumeClaim>(cluster.store, {"default", name});
  }
  std::vector<std::shared_ptr<const model::PersistentVolume>> volumes() {
    return list<model::PersistentVolume>(cluster.store);
  }
  std::string zone_of(const std::string& claim_name) {
    auto volume =
        find<model::PersistentVolume>(cluster.store, {"", claim(claim_name)->spec.volumeName});
    if (volume == nullptr || !volume->spec.nodeAffinity) return "";
    return volume->spec.nodeAffinity->required->nodeSelectorTerms.at(0)
        .matchExpressions.at(0)
        .values.at(0);
  }

  TestCluster cluster;
};

constexpr std::string_view kClaims = R"(, "volumeClaimTemplates": [{"metadata": {"name": "data"},
    "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"],
             "resources": {"requests": {"storage": "4Gi"}}}}])";

TEST_F(StatefulSetTest, makes_one_pod_after_the_other) {
  cluster.add_node("a");
  make_set(3);
  cluster.run_for(seconds(2));
  EXPECT_THAT(names(), ElementsAre("db-0"));
  cluster.run_for(seconds(20));
  EXPECT_THAT(names(), ElementsAre("db-0", "db-1", "db-2"));
  auto pod = cluster.pod("db-1");
  EXPECT_EQ(model::value_of(pod->metadata.labels, "statefulset.kubernetes.io/pod-name"), "db-1");
  EXPECT_EQ(model::value_of(pod->metadata.labels, "apps.kubernetes.io/pod-index"), "1");
  auto set = find<model::StatefulSet>(cluster.store, {"default", "db"});
  EXPECT_EQ(set->status.readyReplicas, 3);
  EXPECT_EQ(set->status.currentRevision, set->status.updateRevision);
  EXPECT_THAT(cluster.events("SuccessfulCreate"),
              Contains("Normal SuccessfulCreate create Pod db-2 in StatefulSet db successful"));
}

TEST_F(StatefulSetTest, stops_at_a_pod_that_is_not_ready) {
  cluster.add_node("a", "1");
  make_set(4);
  cluster.run_for(seconds(60));
  EXPECT_THAT(names(), ElementsAre("db-0", "db-1", "db-2")) << "db-2 has no room";
}

TEST_F(StatefulSetTest, parallel_does_not_wait) {
  make_set(3, R"(, "podManagementPolicy": "Parallel")");
  cluster.run_for(seconds(1));
  EXPECT_THAT(names(), ElementsAre("db-0", "db-1", "db-2"));
}

TEST_F(StatefulSetTest, gives_up_the_highest_ordinal_first) {
  cluster.add_node("a");
  make_set(3, R"(, "ordinals": {"start": 5})");
  cluster.run_for(seconds(30));
  EXPECT_THAT(names(), ElementsAre("db-5", "db-6", "db-7"));
  cluster.patch(model::Kind::StatefulSet, "db", R"({"spec": {"replicas": 1}})");
  cluster.run_for(seconds(20));
  EXPECT_THAT(names(), ElementsAre("db-5"));
  EXPECT_THAT(cluster.events("SuccessfulDelete"),
              ElementsAre("Normal SuccessfulDelete delete Pod db-7 in StatefulSet db successful",
                          "Normal SuccessfulDelete delete Pod db-6 in StatefulSet db successful"));
}

TEST_F(StatefulSetTest, a_pod_that_goes_comes_back_with_its_name) {
  cluster.add_node("a");
  make_set(2);
  cluster.run_for(seconds(20));
  std::string uid = cluster.pod("db-0")->metadata.uid;
  cluster.remove(model::Kind::Pod, "db-0");
  cluster.run_for(seconds(20));
  ASSERT_NE(cluster.pod("db-0"), nullptr);
  EXPECT_NE(cluster.pod("db-0")->metadata.uid, uid);
  EXPECT_THAT(cluster.ready_pods(), SizeIs(2));
}

TEST_F(StatefulSetTest, a_new_template_replaces_pods_down_to_the_partition) {
  cluster.add_node("a");
  make_set(3,
           R"(, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}})");
  cluster.run_for(seconds(30));
  cluster.patch(model::Kind::StatefulSet, "db", R"({"spec": {"template": {"spec": {"containers":
      [{"name": "db", "image": "db:2"}]}}}})");
  cluster.run_for(seconds(40));
  EXPECT_EQ(cluster.pod("db-0")->spec->containers[0].image, "db:1");
  EXPECT_EQ(cluster.pod("db-1")->spec->containers[0].image, "db:2");
  EXPECT_EQ(cluster.pod("db-2")->spec->containers[0].image, "db:2");
  EXPECT_EQ(find<model::StatefulSet>(cluster.store, {"default", "db"})->status.updatedReplicas, 2);
  EXPECT_THAT(cluster.ready_pods(), SizeIs(3));
}

TEST_F(StatefulSetTest, claims_are_made_in_the_zone_of_the_pod_and_stay) {
  add_zoned_node("a", "z1");
  add_class("WaitForFirstConsumer");
  make_set(1, kClaims);
  cluster.run_for(seconds(20));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(1));
  ASSERT_NE(claim("data-db-0"), nullptr);
  EXPECT_EQ(claim("data-db-0")->status.phase, "Bound");
  EXPECT_EQ(zone_of("data-db-0"), "z1");
  EXPECT_EQ(volumes()[0]->status.phase, "Bound");
  EXPECT_EQ(volumes()[0]->spec.csi->driver, "ebs.csi.aws.com");

  cluster.patch(model::Kind::StatefulSet, "db", R"({"spec": {"replicas": 0}})");
  cluster.run_for(seconds(10));
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_EQ(claim("data-db-0")->status.phase, "Bound");
  cluster.patch(model::Kind::Node, "a", R"({"spec": {"unschedulable": true}})");
  add_zoned_node("b", "z2");
  cluster.patch(model::Kind::StatefulSet, "db", R"({"spec": {"replicas": 1}})");
  cluster.run_for(seconds(20));
  EXPECT_THAT(cluster.ready_pods(), IsEmpty());
  EXPECT_THAT(cluster.events("FailedScheduling"),
              Contains(HasSubstr("1 node(s) had volume node affinity conflict")));
  add_zoned_node("c", "z1");
  cluster.run_for(seconds(20));
  EXPECT_EQ(cluster.pod("db-0")->spec->nodeName, "c");
}

TEST_F(StatefulSetTest, claims_go_with_the_pod_if_the_policy_says_so) {
  add_zoned_node("a", "z1");
  add_class("WaitForFirstConsumer");
  make_set(2, std::string(kClaims) +
                  R"(, "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"})");
  cluster.run_for(seconds(30));
  EXPECT_THAT(volumes(), SizeIs(2));
  cluster.patch(model::Kind::StatefulSet, "db", R"({"spec": {"replicas": 1}})");
  cluster.run_for(seconds(20));
  EXPECT_EQ(claim("data-db-1"), nullptr);
  EXPECT_NE(claim("data-db-0"), nullptr);
  EXPECT_THAT(volumes(), SizeIs(1)) << "the volume of a deleted claim is deleted";
}

using VolumesTest = StatefulSetTest;

TEST_F(VolumesTest, an_immediate_claim_gets_a_volume_before_any_pod) {
  add_class("Immediate", R"(, "allowedTopologies": [{"matchLabelExpressions": [
      {"key": "topology.kubernetes.io/zone", "values": ["z2"]}]}])");
  add_claim("data");
  add_pod("early", "data");
  cluster.run_for(seconds(10));
  EXPECT_EQ(claim("data")->status.phase, "Pending");
  EXPECT_THAT(cluster.events("ProvisioningFailed"),
              ElementsAre(HasSubstr("no available topology found")));
  add_zoned_node("a", "z1");
  add_zoned_node("b", "z2");
  cluster.run_for(milliseconds(500));
  EXPECT_THAT(cluster.events("FailedScheduling"),
              Contains(HasSubstr("0/2 nodes are available: pod has unbound immediate "
                                 "PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 "
                                 "Preemption is not helpful for scheduling.")));
  cluster.run_for(seconds(20));
  EXPECT_EQ(zone_of("data"), "z2");
  EXPECT_EQ(cluster.pod("early")->spec->nodeName, "b");
}

TEST_F(VolumesTest, the_smallest_volume_that_fits_is_taken) {
  for (auto [name, size] : {std::pair{"tiny", "1Gi"}, {"big", "9Gi"}, {"small", "5Gi"}}) {
    cluster.create(model::Kind::PersistentVolume,
                   fmt::format(R"({{"metadata": {{"name": "{}"}}, "spec": {{"storageClassName":
                       "fast", "capacity": {{"storage": "{}"}}, "accessModes": ["ReadWriteOnce"],
                       "hostPath": {{"path": "/d"}}}}}})",
                               name, size));
  }
  add_claim("data", "4Gi");
  cluster.run_for(seconds(5));
  EXPECT_EQ(claim("data")->spec.volumeName, "small");
  auto small = find<model::PersistentVolume>(cluster.store, {"", "small"});
  EXPECT_EQ(small->status.phase, "Bound");
  EXPECT_EQ(find<model::PersistentVolume>(cluster.store, {"", "big"})->status.phase, "Available");
  cluster.remove(model::Kind::PersistentVolumeClaim, "data");
  cluster.run_for(seconds(5));
  small = find<model::PersistentVolume>(cluster.store, {"", "small"});
  EXPECT_EQ(small->status.phase, "Released") << "it was made by hand: retained";
}

TEST_F(VolumesTest, a_bound_claim_without_its_volume_is_lost) {
  add_zoned_node("a", "z1");
  add_class("Immediate");
  add_claim("data");
  cluster.run_for(seconds(10));
  ASSERT_THAT(volumes(), SizeIs(1));
  ASSERT_TRUE(cluster.store.remove(cluster.store.resource_of(model::Kind::PersistentVolume), "",
                                   volumes()[0]->metadata.name));
  cluster.run_for(seconds(5));
  EXPECT_EQ(claim("data")->status.phase, "Lost");
}

TEST_F(VolumesTest, a_missing_claim_holds_its_pod) {
  cluster.add_node("a");
  add_pod("web", "none");
  cluster.run_for(seconds(1));
  EXPECT_THAT(cluster.events("FailedScheduling"),
              ElementsAre(HasSubstr("persistentvolumeclaim \"none\" not found")));
}

TEST_F(VolumesTest, a_pod_whose_node_goes_before_its_claim_is_bound_is_tried_anew) {
  add_zoned_node("a", "z1");
  add_class("WaitForFirstConsumer");
  add_claim("data");
  cluster.run_for(seconds(1));
  EXPECT_THAT(cluster.events("WaitForFirstConsumer"), SizeIs(1));
  add_pod("web", "data");
  cluster.run_for(milliseconds(300));
  EXPECT_EQ(
      model::value_of(claim("data")->metadata.annotations, "volume.kubernetes.io/selected-node"),
      "a");
  ASSERT_TRUE(cluster.store.remove(cluster.store.resource_of(model::Kind::Node), "", "a"));
  cluster.run_for(seconds(20));
  add_zoned_node("b", "z2");
  cluster.run_for(seconds(20));
  EXPECT_EQ(cluster.pod("web")->spec->nodeName, "b");
  EXPECT_EQ(zone_of("data"), "z2");
}

TEST_F(VolumesTest, an_ephemeral_volume_lives_as_long_as_its_pod) {
  add_zoned_node("a", "z1");
  add_class("WaitForFirstConsumer");
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "web"}, "spec": {"containers": [
      {"name": "app", "image": "app:1"}], "volumes": [{"name": "scratch", "ephemeral":
      {"volumeClaimTemplate": {"spec": {"storageClassName": "fast", "accessModes":
      ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}]}})");
  cluster.run_for(seconds(20));
  EXPECT_EQ(cluster.pod("web")->status.phase, "Running");
  EXPECT_EQ(claim("web-scratch")->status.phase, "Bound");
  cluster.remove(model::Kind::Pod, "web");
  cluster.run_for(seconds(20));
  EXPECT_EQ(claim("web-scratch"), nullptr);
  EXPECT_THAT(volumes(), IsEmpty());
}

TEST_F(VolumesTest, a_volume_is_attached_while_a_pod_uses_it) {
  add_zoned_node("a", "z1");
  add_class("WaitForFirstConsumer");
  add_claim("data");
  add_pod("web", "data");
  cluster.run_for(seconds(20));
  auto attachments = [&] { return list<model::VolumeAttachment>(cluster.store); };
  ASSERT_THAT(attachments(), SizeIs(1));
  EXPECT_EQ(attachments()[0]->spec.nodeName, "a");
  EXPECT_EQ(attachments()[0]->spec.source.persistentVolumeName, claim("data")->spec.volumeName);
  EXPECT_TRUE(attachments()[0]->status.attached);
  cluster.remove(model::Kind::Pod, "web");
  cluster.run_for(seconds(10));
  EXPECT_EQ(cluster.pod("web"), nullptr);
  EXPECT_THAT(attachments(), IsEmpty());
}

TEST_F(VolumesTest, each_node_says_how_many_volumes_it_takes) {
  cluster.add_node("a");
  auto node = find<model::CSINode>(cluster.store, {"", "a"});
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->spec.drivers.at(0).name, "ebs.csi.aws.com");
  EXPECT_EQ(node->spec.drivers.at(0).allocatable->count, 26);
}

}  // namespace
}  // namespace sim
