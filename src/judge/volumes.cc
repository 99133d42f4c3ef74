#include "judge/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "judge/filters.h"
#include "judge/topology.h"
#include "model/labels.h"

namespace judge {
namespace {

constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr std::string_view kNoProvisioner = "kubernetes.io/no-provisioner";

std::string_view migrated(std::string_view plugin) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kDrivers = {{
      {"kubernetes.io/aws-ebs", "ebs.csi.aws.com"},
      {"kubernetes.io/gce-pd", "pd.csi.storage.gke.io"},
      {"kubernetes.io/azure-disk", "disk.csi.azure.com"},
      {"kubernetes.io/azure-file", "file.csi.azure.com"},
      {"kubernetes.io/cinder", "cinder.csi.openstack.org"},
      {"kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"},
      {"kubernetes.io/portworx-volume", "pxd.portworx.com"},
      {"kubernetes.io/rbd", "rbd.csi.ceph.com"},
  }};
  for (const auto& [in_tree, driver] : kDrivers) {
    if (in_tree == plugin) return driver;
  }
  return plugin;
}

const model::StorageClass* class_of(const model::PersistentVolumeClaim& claim,
                                    const Surroundings& surroundings) {
  return find(surroundings.storage_classes, claim.spec.storageClassName.value_or(""));
}

bool waits_for_consumer(const model::PersistentVolumeClaim& claim,
                        const Surroundings& surroundings) {
  const model::StorageClass* found = class_of(claim, surroundings);
  return claim.spec.volumeName.empty() && found != nullptr &&
         found->volumeBindingMode == "WaitForFirstConsumer";
}

// Whether a volume could be made for the claim where the node is.
bool can_be_provisioned(const model::PersistentVolumeClaim& claim, const model::Node& node,
                        const Surroundings& surroundings) {
  std::string_view selected = model::value_of(claim.metadata.annotations, kSelectedNode);
  if (!selected.empty() && selected != node.metadata.name) return false;
  const model::StorageClass* found = class_of(claim, surroundings);
  return found != nullptr && !found->provisioner.empty() && found->provisioner != kNoProvisioner &&
         allows(found->allowedTopologies, node);
}

// Claims on the node by driver.
std::map<std::string, std::set<std::string>> attached(const NodeView& node,
                                                      const Surroundings& surroundings) {
  std::map<std::string, std::set<std::string>> claims;
  for (const auto& pod : node.pods()) {
    for (const ClaimedVolume& volume : claimed_volumes(*pod, surroundings)) {
      if (volume.object == nullptr) continue;
      if (auto driver = driver_of(*volume.object, surroundings)) {
        claims[*driver].insert(volume.key);
      }
    }
  }
  return claims;
}

std::optional<std::int32_t> limit_of(const model::CSINode& node, std::string_view driver) {
  for (const model::CSINodeDriver& entry : node.spec.drivers) {
    if (entry.name == driver && entry.allocatable) return entry.allocatable->count;
  }
  return std::nullopt;
}

// Zone and region labels of volumes may name several, "a__b".
bool is_listed(std::string_view values, std::string_view value) {
  constexpr std::string_view kBetween = "__";
  while (true) {
    std::size_t end = values.find(kBetween);
    if (values.substr(0, end) == value) return true;
    if (end == std::string_view::npos) return false;
    values.remove_prefix(end + kBetween.size());
  }
}

constexpr std::array<std::string_view, 4> kPlaceLabels = {
    "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"};

bool is_in_reach(const model::PersistentVolume& volume, const model::Node& node) {
  auto place = [&](std::string_view key) {
    const std::string* value = label_of(node, key);
    return value != nullptr ? value : label_of(node, model::normalized_label(key));
  };
  bool has_place = std::ranges::any_of(kPlaceLabels, [&](auto key) { return place(key); });
  if (!has_place) return true;
  return std::ranges::all_of(kPlaceLabels, [&](std::string_view key) {
    auto label = volume.metadata.labels.find(key);
    if (label == volume.metadata.labels.end()) return true;
    const std::string* value = place(key);
    return value != nullptr && is_listed(label->second, *value);
  });
}

}  // namespace

std::vector<ClaimedVolume> claimed_volumes(const model::Pod& pod,
                                           const Surroundings& surroundings) {
  std::vector<ClaimedVolume> claimed;
  for (const model::Volume& volume : pod.spec->volumes) {
    if (!volume.persistentVolumeClaim && !volume.ephemeral) continue;
    ClaimedVolume found;
    found.is_ephemeral = !volume.persistentVolumeClaim;
    found.claim = found.is_ephemeral ? pod.metadata.name + "-" + volume.name
                                     : volume.persistentVolumeClaim->claimName;
    found.key = pod.metadata.namespace_ + "/" + found.claim;
    found.object = find(surroundings.volume_claims, found.key);
    claimed.push_back(std::move(found));
  }
  return claimed;
}

bool is_bound(const model::PersistentVolumeClaim& claim) {
  return !claim.spec.volumeName.empty() &&
         claim.metadata.annotations.find(kBindCompleted) != claim.metadata.annotations.end();
}

std::optional<std::string> driver_of(const model::PersistentVolumeClaim& claim,
                                     const Surroundings& surroundings) {
  if (!claim.spec.volumeName.empty()) {
    const model::PersistentVolume* volume = find(surroundings.volumes, claim.spec.volumeName);
    if (volume == nullptr) return std::nullopt;
    if (volume->spec.csi) return volume->spec.csi->driver;
    if (volume->spec.awsElasticBlockStore) return "ebs.csi.aws.com";
    return std::nullopt;
  }
  const model::StorageClass* found = class_of(claim, surroundings);
  if (found == nullptr || found->metadata.name.empty()) return std::nullopt;
  return std::string(migrated(found->provisioner));
}

bool allows(const std::vector<model::TopologySelectorTerm>& terms, const model::Node& node) {
  if (terms.empty()) return true;
  return std::ranges::any_of(terms, [&](const model::TopologySelectorTerm& term) {
    if (term.matchLabelExpressions.empty()) return false;
    return std::ranges::all_of(term.matchLabelExpressions, [&](const auto& expression) {
      const std::string* value = label_of(node, expression.key);
      return value != nullptr && std::ranges::count(expression.values, *value) > 0;
    });
  });
}

std::optional<std::string> pod_refusal(const model::Pod& pod, const ClusterView& cluster) {
  const auto volumes = claimed_volumes(pod, cluster.surroundings);
  for (const ClaimedVolume& volume : volumes) {
    if (volume.object == nullptr) {
      return volume.is_ephemeral
                 ? fmt::format(
                       "waiting for ephemeral volume controller to create the "
                       "persistentvolumeclaim \"{}\"",
                       volume.claim)
                 : fmt::format("persistentvolumeclaim \"{}\" not found", volume.claim);
    }
    if (volume.object->status.phase == "Lost") {
      return fmt::format(
          "persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"",
          volume.claim, volume.object->spec.volumeName);
    }
    if (volume.object->metadata.deletionTimestamp) {
      return fmt::format("persistentvolumeclaim \"{}\" is being deleted", volume.claim);
    }
  }
  bool all_can_wait = std::ranges::all_of(volumes, [&](const ClaimedVolume& volume) {
    return is_bound(*volume.object) || waits_for_consumer(*volume.object, cluster.surroundings);
  });
  if (all_can_wait) return std::nullopt;
  return "pod has unbound immediate PersistentVolumeClaims";
}

// Only drivers of which the pod brings a new volume to the node are asked.
Verdict node_volume_limits(const Placement& placement) {
  constexpr std::string_view kPlugin = "NodeVolumeLimits";
  const Surroundings& surroundings = placement.cluster.surroundings;
  const model::CSINode* limits = find(surroundings.csi_nodes, placement.node.name());
  if (placement.pod.spec->volumes.empty() || limits == nullptr) return {kPlugin, {}};
  auto present = attached(placement.node, surroundings);
  std::map<std::string, std::set<std::string>> added;
  for (const ClaimedVolume& volume : claimed_volumes(placement.pod, surroundings)) {
    if (volume.object == nullptr) continue;
    auto driver = driver_of(*volume.object, surroundings);
    if (driver && !present[*driver].contains(volume.key)) added[*driver].insert(volume.key);
  }
  for (const auto& [driver, volumes] : added) {
    auto limit = limit_of(*limits, driver);
    if (limit && std::cmp_greater(present[driver].size() + volumes.size(), *limit)) {
      return {kPlugin, {"node(s) exceed max volume count"}, true};
    }
  }
  return {kPlugin, {}};
}

Verdict volume_binding(const Placement& placement) {
  Verdict verdict{"VolumeBinding", {}, false};
  const Surroundings& surroundings = placement.cluster.surroundings;
  const model::Node& node = placement.node.node();
  bool is_reachable = true;
  bool is_bindable = true;
  for (const ClaimedVolume& claimed : claimed_volumes(placement.pod, surroundings)) {
    if (claimed.object == nullptr) continue;
    if (!is_bound(*claimed.object)) {
      is_bindable = is_bindable && can_be_provisioned(*claimed.object, node, surroundings);
      continue;
    }
    const model::PersistentVolume* volume =
        find(surroundings.volumes, claimed.object->spec.volumeName);
    if (volume == nullptr) {
      verdict.reasons = {
          "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"};
      return verdict;
    }
    const auto& affinity = volume->spec.nodeAffinity;
    if (affinity && affinity->required) {
      is_reachable = is_reachable &&
                     std::ranges::any_of(affinity->required->nodeSelectorTerms,
                                         [&](const auto& term) { return matches(term, node); });
    }
  }
  if (!is_reachable) verdict.reasons.emplace_back("node(s) had volume node affinity conflict");
  if (!is_bindable) {
    verdict.reasons.emplace_back("node(s) didn't find available persistent volumes to bind");
  }
  return verdict;
}

// By the labels of volumes that predate their node affinity.
Verdict volume_zone(const Placement& placement) {
  constexpr std::string_view kPlugin = "VolumeZone";
  const Surroundings& surroundings = placement.cluster.surroundings;
  for (const ClaimedVolume& claimed : claimed_volumes(placement.pod, surroundings)) {
    if (claimed.object == nullptr || claimed.object->spec.volumeName.empty()) continue;
    const model::PersistentVolume* volume =
        find(surroundings.volumes, claimed.object->spec.volumeName);
    if (volume != nullptr && !is_in_reach(*volume, placement.node.node())) {
      return {kPlugin, {"node(s) had no available volume zone"}, false};
    }
  }
  return {kPlugin, {}};
}

}  // namespace judge
