#include "sim/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "model/node_class.h"
#include "model/node_pool.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace sim {
namespace {

using base::Code;
using base::Json;
using ::testing::HasSubstr;

class AdmissionTest : public ::testing::Test {
 protected:
  const Resource& resource(std::string_view api_version, std::string_view kind) {
    const Resource* found = store_.find_kind(api_version, kind);
    EXPECT_NE(found, nullptr);
    return *found;
  }

  // The manifest names its kind itself.
  base::Result<StoredPtr> create(std::string_view manifest, const WriteOptions& options = {}) {
    base::Result<Json> value = base::parse_json(manifest);
    EXPECT_TRUE(value.has_value()) << manifest;
    const Resource& target =
        resource(base::string_at(*value, {"apiVersion"}), base::string_at(*value, {"kind"}));
    return store_.create(target, "", std::move(*value), options);
  }

  base::Error refusal(std::string_view manifest, const WriteOptions& options = {}) {
    std::uint64_t version = store_.version();
    base::Result<StoredPtr> created = create(manifest, options);
    EXPECT_FALSE(created);
    EXPECT_EQ(store_.version(), version) << "a refused write changes nothing";
    return created ? base::Error{} : created.error();
  }

  Json stored(model::Kind kind, std::string_view name, std::string_view name_space = "") {
    StoredPtr found = store_.get(store_.resource_of(kind), name_space, name);
    return found == nullptr ? Json() : found->json;
  }

  boost::asio::io_context context_;
  SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  Cluster cluster_{clock_, base::Random(1)};
  Store& store_ = cluster_.store();
};

std::string deployment(std::string_view spec) {
  return R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": )" +
         std::string(spec) + "}";
}

constexpr std::string_view kTemplate = R"("selector": {"matchLabels": {"app": "web"}},
  "template": {"metadata": {"labels": {"app": "web"}},
               "spec": {"containers": [{"name": "c", "image": "i"}]}})";

TEST_F(AdmissionTest, a_new_cluster_has_its_namespaces) {
  for (std::string_view name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    Json found = stored(model::Kind::Namespace, name);
    EXPECT_EQ(base::string_at(found, {"status", "phase"}), "Active") << name;
  }
}

TEST_F(AdmissionTest, pods_are_given_the_defaults_of_the_api) {
  ASSERT_TRUE(create(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
    "containers": [{"name": "c", "image": "i", "resources": {
      "limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"memory": "1Gi"}}}]}})"));
  Json pod = stored(model::Kind::Pod, "web", "default");
  EXPECT_EQ(base::string_at(pod, {"spec", "restartPolicy"}), "Always");
  EXPECT_EQ(base::string_at(pod, {"spec", "schedulerName"}), "default-scheduler");
  EXPECT_EQ(pod.at("spec").at("terminationGracePeriodSeconds"), 30);
  EXPECT_EQ(pod.at("spec").at("priority"), 0);
  EXPECT_EQ(base::string_at(pod, {"status", "phase"}), "Pending");
  EXPECT_EQ(base::string_at(pod, {"status", "qosClass"}), "Guaranteed");
  const Json& requests = pod.at("spec").at("containers").at(0).at("resources").at("requests");
  EXPECT_EQ(base::string_at(requests, {"cpu"}), "1") << "a limit alone is a request too";
  const Json& tolerations = pod.at("spec").at("tolerations");
  ASSERT_EQ(tolerations.as_array().size(), 2U);
  EXPECT_EQ(base::string_at(tolerations.at(0), {"key"}), "node.kubernetes.io/not-ready");
  EXPECT_EQ(tolerations.at(0).at("tolerationSeconds"), 300);
}

TEST_F(AdmissionTest, containers_and_pods_are_given_what_clients_rely_on) {
  Json pod = (*create(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
    "containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "r:5000/i:1"},
                   {"name": "c", "image": "i:latest"}, {"name": "d", "image": "i@sha256:0"}]}})"))
                 ->json;
  const Json& spec = pod.at("spec");
  EXPECT_EQ(spec.at("securityContext"), Json(boost::json::object()));
  EXPECT_EQ(spec.at("enableServiceLinks"), Json(true));
  EXPECT_EQ(spec.at("serviceAccount"), Json("default"));
  std::vector<std::string> policies;
  for (const Json& container : spec.at("containers").as_array()) {
    policies.emplace_back(base::string_at(container, {"imagePullPolicy"}));
    EXPECT_EQ(container.at("resources"), Json(boost::json::object()));
    EXPECT_EQ(container.at("terminationMessagePath"), Json("/dev/termination-log"));
    EXPECT_EQ(container.at("terminationMessagePolicy"), Json("File"));
  }
  EXPECT_THAT(policies, ::testing::ElementsAre("Always", "IfNotPresent", "Always", "IfNotPresent"));
}

TEST_F(AdmissionTest, services_get_addresses_and_keep_them) {
  auto service = [&](std::string_view name, std::string_view spec) {
    return Json((*create(R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": ")" +
                         std::string(name) + R"("}, "spec": )" + std::string(spec) + "}"))
                    ->json);
  };
  Json web = service("web", R"({"ports": [{"port": 80}], "selector": {"app": "web"}})");
  EXPECT_EQ(base::string_at(web, {"spec", "type"}), "ClusterIP");
  std::string address(base::string_at(web, {"spec", "clusterIP"}));
  EXPECT_THAT(address, ::testing::StartsWith("10.96."));
  EXPECT_EQ(web.at("spec").at("clusterIPs").at(0), Json(boost::json::string(address)));
  EXPECT_EQ(web.at("spec").at("ports").at(0).at("targetPort"), Json(80));
  EXPECT_NE(base::string_at(service("other", "{}"), {"spec", "clusterIP"}), address);
  EXPECT_EQ(base::string_at(service("none", R"({"clusterIP": "None"})"), {"spec", "clusterIP"}),
            "None");
  EXPECT_EQ(base::string_at(service("far", R"({"type": "ExternalName", "externalName": "x.org"})"),
                            {"spec", "clusterIP"}),
            "");
  Json outside = service("out", R"({"type": "NodePort", "ports": [{"port": 80}]})");
  EXPECT_EQ(outside.at("spec").at("ports").at(0).at("nodePort"), Json(30'000));

  const Resource& services = resource("v1", "Service");
  Json replaced = base::parse_json(R"({"metadata": {"name": "out"},
      "spec": {"type": "NodePort", "ports": [{"port": 80}, {"port": 81}]}})")
                      .value();
  Json after = (*store_.update(services, "default", "out", std::move(replaced)))->json;
  EXPECT_EQ(base::string_at(after, {"spec", "clusterIP"}),
            base::string_at(outside, {"spec", "clusterIP"}));
  EXPECT_EQ(after.at("spec").at("ports").at(0).at("nodePort"), Json(30'000));
  EXPECT_EQ(after.at("spec").at("ports").at(1).at("nodePort"), Json(30'001));
}

TEST_F(AdmissionTest, texts_of_a_secret_become_data) {
  Json secret = (*create(R"({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
      "data": {"a": "YQ==", "b": "Yg=="}, "stringData": {"b": "new", "c": "c"}})"))
                    ->json;
  EXPECT_EQ(base::print_json(secret.at("data")), R"({"a":"YQ==","b":"bmV3","c":"Yw=="})");
  EXPECT_FALSE(secret.as_object().contains("stringData"));
  EXPECT_EQ(base::string_at(secret, {"type"}), "Opaque");
}

TEST_F(AdmissionTest, a_claim_takes_the_default_storage_class) {
  auto add_class = [&](std::string_view name, std::string_view is_default) {
    return create(R"({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "p",
        "metadata": {"name": ")" +
                  std::string(name) + R"(", "annotations":
        {"storageclass.kubernetes.io/is-default-class": ")" +
                  std::string(is_default) + R"("}}})");
  };
  ASSERT_TRUE(add_class("slow", "false"));
  auto claim = [&](std::string_view name, std::string_view more) {
    return Json((*create(R"({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata":
        {"name": ")" + std::string(name) +
                         R"("}, "spec": {"accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}})" +
                         std::string(more) + "}}"))
                    ->json);
  };
  EXPECT_FALSE(claim("a", "").at("spec").as_object().contains("storageClassName"));
  ASSERT_TRUE(add_class("fast", "true"));
  Json found = claim("b", "");
  EXPECT_EQ(base::string_at(found, {"spec", "storageClassName"}), "fast");
  EXPECT_EQ(base::string_at(found, {"spec", "volumeMode"}), "Filesystem");
  EXPECT_EQ(base::string_at(found, {"status", "phase"}), "Pending");
  EXPECT_EQ(
      base::string_at(claim("c", R"(, "storageClassName": "")"), {"spec", "storageClassName"}), "");
}

TEST_F(AdmissionTest, a_job_knows_its_pods_by_its_uid) {
  Json job = (*create(R"({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"},
      "spec": {"template": {"spec": {"restartPolicy": "Never",
                                     "containers": [{"name": "c", "image": "i"}]}}}})"))
                 ->json;
  std::string_view uid = base::string_at(job, {"metadata", "uid"});
  EXPECT_EQ(base::string_at(
                job, {"spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"}),
            uid);
  const Json& labels = job.at("spec").at("template").at("metadata").at("labels");
  EXPECT_EQ(base::string_at(labels, {"batch.kubernetes.io/job-name"}), "once");
  EXPECT_EQ(base::string_at(labels, {"batch.kubernetes.io/controller-uid"}), uid);
  EXPECT_EQ(job.at("spec").at("backoffLimit"), Json(6));
  EXPECT_EQ(job.at("spec").at("completions"), Json(1));
}

TEST_F(AdmissionTest, a_priority_class_gives_the_priority_and_must_exist) {
  ASSERT_TRUE(create(R"({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
                         "metadata": {"name": "high"}, "value": 1000})"));
  std::string_view pod = R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
    "spec": {"priorityClassName": "high", "containers": [{"name": "c", "image": "i"}]}})";
  ASSERT_TRUE(create(pod));
  EXPECT_EQ(stored(model::Kind::Pod, "web", "default").at("spec").at("priority"), 1000);
  base::Error error = refusal(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
    "spec": {"priorityClassName": "none", "containers": [{"name": "c", "image": "i"}]}})");
  EXPECT_EQ(error, (base::Error{Code::forbidden,
                                "pods \"x\" is forbidden: no PriorityClass with name none was "
                                "found"}));
}

TEST_F(AdmissionTest, deployments_are_given_the_defaults_of_the_api) {
  ASSERT_TRUE(create(deployment("{" + std::string(kTemplate) + "}")));
  Json spec = stored(model::Kind::Deployment, "web", "default").at("spec");
  EXPECT_EQ(spec.at("replicas"), 1);
  EXPECT_EQ(base::string_at(spec, {"strategy", "rollingUpdate", "maxSurge"}), "25%");
  EXPECT_EQ(spec.at("progressDeadlineSeconds"), 600);
  EXPECT_EQ(base::string_at(spec, {"template", "spec", "restartPolicy"}), "Always");
}

TEST_F(AdmissionTest, refusals_are_worded_as_kubernetes_words_them) {
  EXPECT_EQ(refusal(deployment(R"({"selector": {"matchLabels": {"app": "other"}},
                "template": {"metadata": {"labels": {"app": "web"}},
                             "spec": {"containers": [{"name": "c", "image": "i"}]}}})"))
                .message,
            "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: "
            "{\"app\":\"web\"}: `selector` does not match template `labels`");
  EXPECT_EQ(refusal(deployment("{\"replicas\": -1, " + std::string(kTemplate) + "}")).message,
            "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater "
            "than or equal to 0");
  EXPECT_EQ(refusal(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
                        "spec": {"containers": [{"name": "c"}, {"name": "c", "image": "i",
                        "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}]}})")
                .message,
            "Pod \"web\" is invalid: [spec.containers[0].image: Required value, "
            "spec.containers[1].name: Duplicate value: \"c\", "
            "spec.containers[1].resources.requests: Invalid value: \"2\": must be less than or "
            "equal to cpu limit of 1]");
}

TEST_F(AdmissionTest, what_was_decided_once_cannot_be_changed) {
  ASSERT_TRUE(create(deployment("{" + std::string(kTemplate) + "}")));
  ASSERT_TRUE(create(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
                         "spec": {"containers": [{"name": "c", "image": "i"}]}})"));
  auto patch = [&](model::Kind kind, std::string_view json) {
    return store_.patch(store_.resource_of(kind), "default", "web", PatchType::merge,
                        *base::parse_json(json));
  };
  auto selector =
      patch(model::Kind::Deployment, R"({"spec": {"selector": {"matchLabels": {"a": "b"}},
    "template": {"metadata": {"labels": {"a": "b"}}}}})");
  ASSERT_FALSE(selector);
  EXPECT_THAT(selector.error().message, HasSubstr("field is immutable"));
  auto node = patch(model::Kind::Pod, R"({"spec": {"nodeName": "n"}})");
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().message, HasSubstr("spec: Forbidden: pod updates may not change"));
  EXPECT_TRUE(
      patch(model::Kind::Pod, R"({"spec": {"containers": [{"name": "c", "image": "j"}]}})"));
}

constexpr std::string_view kPool = R"({"apiVersion": "karpenter.sh/v1", "kind": "NodePool",
  "metadata": {"name": "default"}, "spec": {"template": {"spec": {"requirements": [],
  "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"}}}}})";

TEST_F(AdmissionTest, API_053_node_pools_are_given_the_defaults_of_the_schema) {
  ASSERT_TRUE(create(kPool));
  Json spec = stored(model::Kind::NodePool, "default").at("spec");
  EXPECT_EQ(base::string_at(spec, {"template", "spec", "expireAfter"}), "720h");
  EXPECT_EQ(base::print_json(spec.at("disruption").at("budgets")), R"([{"nodes":"10%"}])");
  EXPECT_TRUE(spec.at("template").at("spec").at("requirements").as_array().empty())
      << "what the user wrote stays";
}

TEST_F(AdmissionTest, unknown_fields_of_custom_resources_are_refused_or_dropped) {
  std::string pool(kPool);
  pool.insert(pool.find("\"template\""), R"("weigth": 3, )");
  WriteOptions strict;
  strict.field_validation = FieldValidation::strict;
  EXPECT_EQ(refusal(pool, strict).message,
            "NodePool in version \"v1\" cannot be handled as a NodePool: strict decoding error: "
            "unknown field \"spec.weigth\"");
  ASSERT_TRUE(create(pool));
  EXPECT_FALSE(stored(model::Kind::NodePool, "default").at("spec").as_object().contains("weigth"));
}

TEST_F(AdmissionTest, custom_resources_are_judged_by_their_rules) {
  std::string pool(kPool);
  pool.insert(pool.find("\"template\""), R"("weight": 101, )");
  base::Error error = refusal(pool);
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_THAT(error.message,
              HasSubstr("NodePool.karpenter.sh \"default\" is invalid: spec.weight: "));
  pool = kPool;
  pool.insert(pool.find("\"template\""), R"("limits": {"cpu": "many"}, )");
  error = refusal(pool);
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_THAT(error.message, HasSubstr("spec.limits.cpu: "));
}

std::string provisioner(std::string_view key = "karpenter.sh/capacity-type",
                        std::string_view provider = R"("provider": {})") {
  return R"({"apiVersion": "karpenter.sh/v1alpha5", "kind": "Provisioner",
    "metadata": {"name": "default"}, "spec": {"requirements": [{"key": ")" +
         std::string(key) + R"(", "operator": "In", "values": ["on-demand"]}],
    "ttlSecondsAfterEmpty": 30, )" +
         std::string(provider) + "}}";
}

TEST_F(AdmissionTest, a_provisioner_is_kept_as_written_and_owns_what_it_converts_to) {
  std::vector<std::string> warnings;
  WriteOptions options;
  options.warnings = &warnings;
  base::Result<StoredPtr> created = create(provisioner(), options);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_THAT(warnings, ::testing::Contains(HasSubstr("subnet")));
  EXPECT_EQ((*created)->json.at("spec").at("ttlSecondsAfterEmpty"), 30);
  std::string uid(base::string_at((*created)->json, {"metadata", "uid"}));
  for (model::Kind kind : {model::Kind::NodePool, model::Kind::EC2NodeClass}) {
    Json converted = stored(kind, "default");
    ASSERT_TRUE(converted.is_object());
    const Json& owner = converted.at("metadata").at("ownerReferences").at(0);
    EXPECT_EQ(base::string_at(owner, {"uid"}), uid);
    EXPECT_EQ(base::string_at(owner, {"kind"}), "Provisioner");
  }
  EXPECT_NE(base::string_at(stored(model::Kind::EC2NodeClass, "default"), {"spec", "role"}), "");
}

TEST_F(AdmissionTest, a_changed_provisioner_changes_what_it_owns_and_nothing_else_there) {
  ASSERT_TRUE(create(provisioner()));
  const Resource& pools = store_.resource_of(model::Kind::NodePool);
  ASSERT_TRUE(store_.patch(pools, "", "default", PatchType::merge,
                           *base::parse_json(R"({"metadata": {"annotations": {"seen": "yes"}}})")));
  const Resource& provisioners = resource("karpenter.sh/v1alpha5", "Provisioner");
  ASSERT_TRUE(store_.patch(provisioners, "", "default", PatchType::merge,
                           *base::parse_json(R"({"spec": {"weight": 7}})")));
  Json pool = stored(model::Kind::NodePool, "default");
  EXPECT_EQ(pool.at("spec").at("weight"), 7);
  EXPECT_EQ(base::string_at(pool, {"metadata", "annotations", "seen"}), "yes");
}

TEST_F(AdmissionTest, a_wrong_provisioner_is_refused_with_all_it_would_make) {
  base::Error error = refusal(provisioner(" karpenter.sh/capacity-type"));
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_THAT(error.message, HasSubstr("Provisioner.karpenter.sh \"default\" is invalid: "));
  EXPECT_THAT(error.message, HasSubstr("\" karpenter.sh/capacity-type\""));
  EXPECT_TRUE(stored(model::Kind::NodePool, "default").is_null());
}

TEST_F(AdmissionTest, API_450_settings_of_a_provisioner_move_to_the_class_of_its_template) {
  ASSERT_TRUE(create(R"({"apiVersion": "karpenter.k8s.aws/v1alpha1", "kind": "AWSNodeTemplate",
    "metadata": {"name": "batch"}, "spec": {"subnetSelector": {"a": "b"},
    "securityGroupSelector": {"a": "b"}, "amiFamily": "Bottlerocket"}})"));
  EXPECT_EQ(base::find_path(stored(model::Kind::EC2NodeClass, "batch"), {"spec", "kubelet"}),
            nullptr);
  ASSERT_TRUE(create(provisioner("karpenter.sh/capacity-type",
                                 R"("providerRef": {"name": "batch"},
                                    "kubeletConfiguration": {"maxPods": 40})")));
  EXPECT_EQ(stored(model::Kind::EC2NodeClass, "batch").at("spec").at("kubelet").at("maxPods"), 40);
  EXPECT_TRUE(stored(model::Kind::EC2NodeClass, "default").is_null());
}

TEST_F(AdmissionTest, API_425_a_v1beta1_pool_is_kept_beside_the_pool_of_today) {
  const std::string_view text = R"({"apiVersion": "karpenter.sh/v1beta1", "kind": "NodePool",
    "metadata": {"name": "web"}, "spec": {"template": {"spec": {"requirements": [],
    "nodeClassRef": {"name": "web"}}}, "disruption": {"expireAfter": "240h"}}})";
  ASSERT_TRUE(create(text));
  const Resource& old = resource("karpenter.sh/v1beta1", "NodePool");
  ASSERT_NE(store_.get(old, "", "web"), nullptr);
  EXPECT_EQ(
      base::string_at(store_.get(old, "", "web")->json, {"spec", "disruption", "expireAfter"}),
      "240h");
  Json pool = stored(model::Kind::NodePool, "web");
  ASSERT_TRUE(pool.is_object());
  EXPECT_EQ(base::string_at(pool, {"spec", "template", "spec", "expireAfter"}), "240h");
  EXPECT_EQ(base::string_at(pool.at("metadata").at("ownerReferences").at(0), {"apiVersion"}),
            "karpenter.sh/v1beta1");
  ASSERT_TRUE(store_.patch(old, "", "web", PatchType::merge,
                           *base::parse_json(R"({"spec": {"weight": 7}})")));
  EXPECT_EQ(stored(model::Kind::NodePool, "web").at("spec").at("weight"), 7);
}

TEST_F(AdmissionTest, API_424_a_machine_is_kept_and_launches_nothing) {
  std::vector<std::string> warnings;
  WriteOptions options;
  options.warnings = &warnings;
  ASSERT_TRUE(create(R"({"apiVersion": "karpenter.sh/v1alpha5", "kind": "Machine",
    "metadata": {"name": "old"}, "spec": {"requirements": []}})",
                     options));
  EXPECT_THAT(warnings, ::testing::Contains(HasSubstr("stands for a running machine")));
  EXPECT_TRUE(stored(model::Kind::NodeClaim, "old").is_null());
}

TEST_F(AdmissionTest, overlays_buffers_and_classes_of_kwok_are_judged_and_filled_in) {
  auto overlay = [](std::string_view spec) {
    return R"({"apiVersion": "karpenter.sh/v1alpha1", "kind": "NodeOverlay",
      "metadata": {"name": "a"}, "spec": )" +
           std::string(spec) + "}";
  };
  base::Error error = refusal(overlay(R"({"requirements": [], "price": "-1"})"));
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_THAT(error.message, HasSubstr("spec.price: "));
  EXPECT_TRUE(create(overlay(R"({"requirements": [], "price": "1"})")));
  Json buffer = (*create(R"({"apiVersion": "autoscaling.x-k8s.io/v1beta1", "kind": "CapacityBuffer",
    "metadata": {"name": "a"}, "spec": {}})"))
                    ->json;
  EXPECT_EQ(base::string_at(buffer, {"spec", "provisioningStrategy"}),
            "buffer.x-k8s.io/active-capacity");
  Json kwok = (*create(R"({"apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass",
    "metadata": {"name": "a"}})"))
                  ->json;
  EXPECT_EQ(base::string_at(kwok.at("status").at("conditions").at(0), {"type"}), "Ready");
}

TEST_F(AdmissionTest, a_name_that_is_taken_is_a_conflict_that_says_by_whom) {
  ASSERT_TRUE(create(kPool));
  base::Error error = refusal(provisioner());
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_THAT(error.message, HasSubstr("nodepools.karpenter.sh \"default\""));
  EXPECT_THAT(error.message, HasSubstr("was applied by itself"));
}

}  // namespace
}  // namespace sim
