#include "sim/resources.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "model/labels.h"

namespace sim {
namespace {

constexpr bool kNamespaced = true;
constexpr bool kCluster = false;
constexpr bool kStatus = true;
constexpr bool kNoStatus = false;

constexpr std::string_view kBufferGroup = "autoscaling.x-k8s.io";

bool is_custom(std::string_view group) {
  return group == model::kKarpenterGroup || group == model::kAwsGroup ||
         group == model::kKwokGroup || group == kBufferGroup;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return result;
}

bool has_scale(std::string_view kind) {
  constexpr std::array<std::string_view, 4> kKinds = {"Deployment", "NodePool", "ReplicaSet",
                                                      "StatefulSet"};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

Resource known_resource(const model::KindInfo& info) {
  Resource resource;
  resource.group = info.group;
  resource.version = info.version;
  resource.plural = info.plural;
  resource.singular = lower(info.name);
  resource.kind = info.name;
  resource.namespaced = info.namespaced;
  resource.has_status = info.has_status;
  resource.has_scale = has_scale(info.name);
  resource.is_custom = is_custom(info.group);
  resource.short_names.assign(info.short_names.begin(), info.short_names.end());
  resource.categories.assign(info.categories.begin(), info.categories.end());
  resource.known = info.kind;
  return resource;
}

Resource kept(std::string_view group, std::string_view version, std::string_view plural,
              std::string_view kind, bool namespaced, bool has_status,
              std::vector<std::string> short_names = {}, std::vector<std::string> categories = {}) {
  Resource resource;
  resource.group = group;
  resource.version = version;
  resource.plural = plural;
  resource.singular = lower(kind);
  resource.kind = kind;
  resource.namespaced = namespaced;
  resource.has_status = has_status;
  resource.has_scale = has_scale(kind);
  resource.is_custom = is_custom(group);
  resource.short_names = std::move(short_names);
  resource.categories = std::move(categories);
  return resource;
}

void add_kept_core(std::vector<Resource>& all) {
  all.push_back(kept("", "v1", "configmaps", "ConfigMap", kNamespaced, kNoStatus, {"cm"}));
  all.push_back(kept("", "v1", "endpoints", "Endpoints", kNamespaced, kNoStatus, {"ep"}));
  all.push_back(kept("", "v1", "limitranges", "LimitRange", kNamespaced, kNoStatus, {"limits"}));
  all.push_back(kept("", "v1", "resourcequotas", "ResourceQuota", kNamespaced, kStatus, {"quota"}));
  all.push_back(kept("", "v1", "secrets", "Secret", kNamespaced, kNoStatus));
  all.push_back(
      kept("", "v1", "serviceaccounts", "ServiceAccount", kNamespaced, kNoStatus, {"sa"}));
  all.push_back(kept("", "v1", "services", "Service", kNamespaced, kStatus, {"svc"}, {"all"}));
}

void add_kept_workloads(std::vector<Resource>& all) {
  all.push_back(kept("apiextensions.k8s.io", "v1", "customresourcedefinitions",
                     "CustomResourceDefinition", kCluster, kStatus, {"crd", "crds"}));
  all.push_back(kept("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler",
                     kNamespaced, kStatus, {"hpa"}, {"all"}));
  all.push_back(kept("batch", "v1", "cronjobs", "CronJob", kNamespaced, kStatus, {"cj"}, {"all"}));
}

// Retired kinds (api.md section 14), with their scope, short names and categories of then.
void add_retired(std::vector<Resource>& all) {
  auto add = [&](std::string_view group, std::string_view version, std::string_view plural,
                 std::string_view kind, std::vector<std::string> short_names = {}) {
    all.push_back(kept(group, version, plural, kind, kCluster, kStatus, std::move(short_names),
                       {"karpenter"}));
    all.back().has_scale = false;
  };
  add(model::kKarpenterGroup, "v1alpha5", "provisioners", "Provisioner");
  add(model::kKarpenterGroup, "v1alpha5", "machines", "Machine");
  add(model::kAwsGroup, "v1alpha1", "awsnodetemplates", "AWSNodeTemplate");
  add(model::kKarpenterGroup, "v1beta1", "nodepools", "NodePool");
  add(model::kKarpenterGroup, "v1beta1", "nodeclaims", "NodeClaim");
  add(model::kAwsGroup, "v1beta1", "ec2nodeclasses", "EC2NodeClass", {"ec2nc", "ec2ncs"});
}

void add_kept_rest(std::vector<Resource>& all) {
  constexpr std::string_view kNetworking = "networking.k8s.io";
  constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
  all.push_back(
      kept("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", kNamespaced, kNoStatus));
  all.push_back(kept(kNetworking, "v1", "ingresses", "Ingress", kNamespaced, kStatus, {"ing"}));
  all.push_back(kept(kNetworking, "v1", "networkpolicies", "NetworkPolicy", kNamespaced, kNoStatus,
                     {"netpol"}));
  all.push_back(
      kept(kRbac, "v1", "clusterrolebindings", "ClusterRoleBinding", kCluster, kNoStatus));
  all.push_back(kept(kRbac, "v1", "clusterroles", "ClusterRole", kCluster, kNoStatus));
  all.push_back(kept(kRbac, "v1", "rolebindings", "RoleBinding", kNamespaced, kNoStatus));
  all.push_back(kept(kRbac, "v1", "roles", "Role", kNamespaced, kNoStatus));
}

}  // namespace

std::vector<Resource> make_resources() {
  std::vector<Resource> all;
  for (const model::KindInfo& info : model::kinds()) {
    all.push_back(known_resource(info));
  }
  add_kept_core(all);
  add_kept_workloads(all);
  add_kept_rest(all);
  add_retired(all);
  std::ranges::sort(all, {}, [](const Resource& resource) {
    return std::tuple(resource.group, resource.plural, resource.version);
  });
  return all;
}

}  // namespace sim
