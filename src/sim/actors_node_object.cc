#include "sim/actors_node_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "model/labels.h"
#include "sim/account.h"
#include "sim/actors_objects.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

// A kubelet may not set labels of these domains or below them (AWL-235).
bool is_for_kubelet(std::string_view key) {
  constexpr std::array<std::string_view, 3> kDomains = {"kubernetes.io", "k8s.io",
                                                        "node-restriction.kubernetes.io"};
  std::string_view domain = key.substr(0, key.find('/'));
  if (domain.size() == key.size()) return true;
  return std::ranges::none_of(kDomains, [&](std::string_view forbidden) {
    return domain == forbidden || domain.ends_with("." + std::string(forbidden));
  });
}

std::string one_value(const RunningInstance& instance, std::string_view key,
                      std::string_view otherwise) {
  const model::Requirement* requirement = instance.type->requirements.find(key);
  return requirement == nullptr ? std::string(otherwise) : requirement->any_value();
}

std::string zone_id(const RunningInstance& instance) {
  for (const model::Offering& offering : instance.type->offerings) {
    if (offering.zone() != instance.zone) continue;
    const model::Requirement* id = offering.requirements.find(model::kZoneIdLabel);
    if (id != nullptr) return id->any_value();
  }
  return "";
}

model::Labels labels_of(const RunningInstance& instance, const model::NodeClaim* claim) {
  model::Labels labels;
  auto set = [&](std::string_view key, std::string value) {
    if (!value.empty()) labels.insert_or_assign(std::string(key), std::move(value));
  };
  if (!instance.nodeclaim.empty()) {
    if (claim != nullptr) {
      for (const auto& [key, value] : claim->metadata.labels) {
        if (is_for_kubelet(key)) labels.emplace(key, value);
      }
    }
    set(model::kNodePoolLabel, instance.nodepool);
    set(model::kCapacityTypeLabel, instance.capacity_type);
    set(model::kDoNotSyncTaintsLabel, "true");
  }
  std::string region = instance.zone.substr(0, instance.zone.find_last_not_of("abcdef") + 1);
  std::string arch = one_value(instance, model::kArchLabel, "amd64");
  std::string os = one_value(instance, model::kOsLabel, "linux");
  set(model::kHostnameLabel, instance.host_name);
  set(model::kArchLabel, arch);
  set(model::kOsLabel, os);
  set("beta.kubernetes.io/arch", arch);
  set("beta.kubernetes.io/os", os);
  set(model::kInstanceTypeLabel, instance.type->name);
  set("beta.kubernetes.io/instance-type", instance.type->name);
  set(model::kZoneLabel, instance.zone);
  set("failure-domain.beta.kubernetes.io/zone", instance.zone);
  set(model::kRegionLabel, region);
  set("failure-domain.beta.kubernetes.io/region", region);
  set(model::kZoneIdLabel, zone_id(instance));
  return labels;
}

array taints_of(const RunningInstance& instance, const model::NodeClaim* claim, base::Time now) {
  std::vector<model::Taint> taints;
  auto add = [&](const model::Taint& taint) {
    bool is_there = std::ranges::any_of(
        taints, [&](const model::Taint& other) { return other.same_place(taint); });
    if (!is_there) taints.push_back(taint);
  };
  if (claim != nullptr) {
    for (const model::Taint& taint : claim->spec.taints)
      add(taint);
    for (const model::Taint& taint : claim->spec.startupTaints)
      add(taint);
  }
  if (!instance.nodeclaim.empty()) {
    add({std::string(model::kUnregisteredTaint), "", "NoExecute", std::nullopt});
  }
  if (instance.ready_at > now) {
    add({std::string(model::kNotReadyTaint), "", "NoSchedule", std::nullopt});
  }
  array list;
  for (const model::Taint& taint : taints) {
    list.push_back(base::to_json(taint));
  }
  return list;
}

std::string hex(base::Random& random) {
  return fmt::format("{:016x}{:016x}", random.next(), random.next());
}

object node_info(const RunningInstance& instance, base::Random& random) {
  std::string arch = one_value(instance, model::kArchLabel, "amd64");
  std::string version = fmt::format("v{}.3", kKubernetesVersion);
  return {{"machineID", text(hex(random))},
          {"systemUUID", text(base::uuid(random))},
          {"bootID", text(base::uuid(random))},
          {"kernelVersion", text(arch == "arm64" ? "6.1.129-138.220.amzn2023.aarch64"
                                                 : "6.1.129-138.220.amzn2023.x86_64")},
          {"osImage", "Amazon Linux 2023"},
          {"containerRuntimeVersion", "containerd://1.7.27"},
          {"kubeletVersion", text(version)},
          {"kubeProxyVersion", text(version)},
          {"operatingSystem", text(one_value(instance, model::kOsLabel, "linux"))},
          {"architecture", text(arch)}};
}

array addresses_of(const RunningInstance& instance) {
  return {object{{"type", "InternalIP"}, {"address", text(instance.ip)}},
          object{{"type", "InternalDNS"}, {"address", text(instance.host_name)}},
          object{{"type", "Hostname"}, {"address", text(instance.host_name)}}};
}

struct Report {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
};

constexpr std::array<Report, 3> kPressures = {{
    {"MemoryPressure", "False", "KubeletHasSufficientMemory",
     "kubelet has sufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
}};

constexpr Report kReadyReport = {"Ready", "True", "KubeletReady",
                                 "kubelet is posting ready status"};
constexpr Report kStartingReport = {
    "Ready", "False", "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"};

// A kubelet reports the resources that its machine has.
Json present(model::ResourceList resources) {
  for (auto entry = resources.begin(); entry != resources.end();) {
    entry = entry->second.is_zero() ? resources.erase(entry) : std::next(entry);
  }
  return base::to_json(resources);
}

}  // namespace

Json node_object(const RunningInstance& instance, const model::NodeClaim* claim,
                 const model::Labels& further_labels, base::Random& random, base::Time now) {
  model::Labels labels = labels_of(instance, claim);
  for (const auto& [key, value] : further_labels) {
    labels.insert_or_assign(key, value);
  }
  object spec{{"providerID", text(instance.providerID)}};
  array taints = taints_of(instance, claim, now);
  if (!taints.empty()) spec["taints"] = std::move(taints);
  object status{{"capacity", present(instance.type->capacity)},
                {"allocatable", present(instance.type->allocatable())},
                {"addresses", addresses_of(instance)},
                {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", 10250}}}}},
                {"nodeInfo", node_info(instance, random)}};
  set_node_conditions(status, instance.ready_at > now ? NodeHealth::starting : NodeHealth::ready,
                      now);
  return object{
      {"metadata", {{"name", text(instance.host_name)}, {"labels", base::to_json(labels)}}},
      {"spec", std::move(spec)},
      {"status", std::move(status)}};
}

void set_node_conditions(object& status, NodeHealth health, base::Time now) {
  std::vector<Report> reports(kPressures.begin(), kPressures.end());
  reports.push_back(health == NodeHealth::starting ? kStartingReport : kReadyReport);
  for (Report report : reports) {
    if (health == NodeHealth::silent) {
      report = {report.type, "Unknown", "NodeStatusUnknown",
                "Kubelet stopped posting node status."};
    }
    object& condition =
        set_condition(status, report.type, report.status, report.reason, report.message, now);
    if (health != NodeHealth::silent) condition["lastHeartbeatTime"] = text(now);
  }
}

}  // namespace sim
