#include "engine/volumes.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/labels.h"

namespace engine {

namespace {

using Alternatives = std::vector<model::Requirements>;

constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";

// Drivers that took over from plugins that were part of Kubernetes.
constexpr std::pair<std::string_view, std::string_view> kMigrated[] = {
    {"kubernetes.io/aws-ebs", "ebs.csi.aws.com"},
    {"kubernetes.io/azure-disk", "disk.csi.azure.com"},
    {"kubernetes.io/azure-file", "file.csi.azure.com"},
    {"kubernetes.io/cinder", "cinder.csi.openstack.org"},
    {"kubernetes.io/gce-pd", "pd.csi.storage.gke.io"},
    {"kubernetes.io/portworx-volume", "pxd.portworx.com"},
    {"kubernetes.io/rbd", "rbd.csi.ceph.com"},
    {"kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"},
};

std::string migrated(const std::string& provisioner) {
  auto found =
      std::ranges::find(kMigrated, provisioner, [](const auto& pair) { return pair.first; });
  return found == std::end(kMigrated) ? provisioner : std::string(found->second);
}

// The name of the volume's claim, "" for volumes of other kinds.
std::string claim_name(const model::Pod& pod, const model::Volume& volume) {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim->claimName;
  return volume.ephemeral ? pod.metadata.name + "-" + volume.name : "";
}

std::string key_of(const model::PersistentVolumeClaim& claim) {
  return claim.metadata.namespace_ + "/" + claim.metadata.name;
}

template <class Map>
auto* find(const Map& map, const typename Map::key_type& key) {
  auto found = map.find(key);
  return found == map.end() ? nullptr : found->second.get();
}

// Each term with expressions is an alternative (SCH-253).
Alternatives of_volume(const model::PersistentVolume& volume) {
  Alternatives alternatives;
  if (!volume.spec.nodeAffinity || !volume.spec.nodeAffinity->required) return alternatives;
  bool is_of_a_host = volume.spec.local || volume.spec.hostPath;
  for (const auto& term : volume.spec.nodeAffinity->required->nodeSelectorTerms) {
    if (term.matchExpressions.empty()) continue;
    model::Requirements requirements = model::requirements_of(term.matchExpressions);
    if (is_of_a_host) requirements.erase(model::kHostnameLabel);  // SCH-255
    alternatives.push_back(std::move(requirements));
  }
  return alternatives;
}

Alternatives of_class(const model::StorageClass& storage_class) {
  Alternatives alternatives;
  for (const auto& term : storage_class.allowedTopologies) {
    if (term.matchLabelExpressions.empty()) continue;
    model::Requirements& requirements = alternatives.emplace_back();
    for (const auto& expression : term.matchLabelExpressions) {
      requirements.add({expression.key, model::Operator::In, expression.values});
    }
  }
  return alternatives;
}

// Both together; combinations that leave nothing are dropped, unless there are no others (SCH-254).
Alternatives product(const Alternatives& some, const Alternatives& others) {
  Alternatives possible;
  Alternatives all;
  for (const model::Requirements& one : some) {
    for (const model::Requirements& other : others) {
      model::Requirements both = one;
      both.add(other);
      if (one.intersects(other)) possible.push_back(both);
      all.push_back(std::move(both));
    }
  }
  return possible.empty() ? all : possible;
}

}  // namespace

Volumes::Volumes(const Snapshot& snapshot) {
  for (const auto& claim : snapshot.volume_claims) {
    claims_[{claim->metadata.namespace_, claim->metadata.name}] = claim;
  }
  for (const auto& volume : snapshot.volumes) {
    volumes_[volume->metadata.name] = volume;
  }
  for (const auto& storage_class : snapshot.storage_classes) {
    classes_[storage_class->metadata.name] = storage_class;
  }
  for (const auto& node : snapshot.csi_nodes) {
    csi_nodes_[node->metadata.name] = node;
  }
}

const model::PersistentVolumeClaim* Volumes::claim(const model::Pod& pod,
                                                   const model::Volume& volume) const {
  return find(claims_, {pod.metadata.namespace_, claim_name(pod, volume)});
}

std::vector<std::string> Volumes::faults(const model::Pod& pod) const {
  std::vector<std::string> faults;
  for (const model::Volume& volume : pod.spec->volumes) {
    if (claim_name(pod, volume).empty()) continue;
    std::string found = fault(pod, volume);
    if (!found.empty()) faults.push_back(std::move(found));
  }
  return faults;
}

std::string Volumes::fault(const model::Pod& pod, const model::Volume& volume) const {
  std::string name = claim_name(pod, volume);
  const Claim* of_volume = claim(pod, volume);
  if (of_volume == nullptr) {
    return fmt::format(
        "getting persistent volume claim, persistentvolumeclaims \"{}\" not found "
        "(PersistentVolumeClaim={})",
        name, name);
  }
  if (of_volume->metadata.deletionTimestamp) {
    return fmt::format("persistentvolumeclaim {} is being deleted", key_of(*of_volume));
  }
  if (of_volume->status.phase == "Lost") {
    return fmt::format("persistentvolumeclaim {} bound to non-existent persistentvolume {}",
                       key_of(*of_volume), of_volume->spec.volumeName);
  }
  return fault(*of_volume);
}

std::string Volumes::fault(const Claim& claim) const {
  std::string place = fmt::format("PersistentVolumeClaim={}", key_of(claim));
  if (!claim.spec.volumeName.empty()) {
    const model::PersistentVolume* volume = find(volumes_, claim.spec.volumeName);
    if (volume == nullptr || volume->metadata.deletionTimestamp) {
      return fmt::format("failed to validate pvc, persistentvolumes \"{}\" not found ({})",
                         claim.spec.volumeName, place);
    }
    if (claim.metadata.annotations.contains(kBindCompleted)) return "";
    return fmt::format("failed to validate pvc, binding to volume \"{}\" is not complete ({})",
                       claim.spec.volumeName, place);
  }
  std::string class_name = claim.spec.storageClassName.value_or("");
  place = fmt::format("{}, StorageClass={}", place, class_name);
  if (class_name.empty()) {
    return fmt::format("unbound pvc must define a storage class ({})", place);
  }
  const model::StorageClass* storage_class = find(classes_, class_name);
  if (storage_class == nullptr) {
    return fmt::format(
        "failed to validate pvc, failed to get storage class, storageclasses.storage.k8s.io "
        "\"{}\" not found ({})",
        class_name, place);
  }
  // Immediate is the default (SCH-039).
  if (storage_class->volumeBindingMode == "WaitForFirstConsumer") return "";
  return fmt::format(
      "failed to validate pvc, pvc with immediate volume binding mode must be bound ({})", place);
}

base::Result<Alternatives> Volumes::alternatives(const model::Pod& pod) const {
  Alternatives together(1);
  for (const model::Volume& volume : pod.spec->volumes) {
    if (claim_name(pod, volume).empty()) continue;
    base::Result<Alternatives> of_one = alternatives(pod, volume);
    if (!of_one) return of_one;
    if (!of_one->empty()) together = product(together, *of_one);
  }
  return together;
}

base::Result<Alternatives> Volumes::alternatives(const model::Pod& pod,
                                                 const model::Volume& volume) const {
  const Claim* of_volume_claim = claim(pod, volume);
  if (of_volume_claim == nullptr) {
    return base::fail(base::Code::not_found, fault(pod, volume));
  }
  const auto& spec = of_volume_claim->spec;
  if (!spec.volumeName.empty()) {
    const model::PersistentVolume* bound = find(volumes_, spec.volumeName);
    if (bound == nullptr) return base::fail(base::Code::not_found, fault(*of_volume_claim));
    return of_volume(*bound);
  }
  if (spec.storageClassName.value_or("").empty()) return Alternatives();
  const model::StorageClass* storage_class = find(classes_, *spec.storageClassName);
  if (storage_class == nullptr) {
    return base::fail(base::Code::not_found, fault(*of_volume_claim));
  }
  return of_class(*storage_class);
}

std::optional<std::string> Volumes::driver_of(const Claim& claim) const {
  if (!claim.spec.volumeName.empty()) {
    const model::PersistentVolume* volume = find(volumes_, claim.spec.volumeName);
    if (volume == nullptr) return std::nullopt;
    if (volume->spec.csi) return volume->spec.csi->driver;
    return volume->spec.awsElasticBlockStore ? "ebs.csi.aws.com" : "";
  }
  const model::StorageClass* storage_class =
      find(classes_, claim.spec.storageClassName.value_or(""));
  return storage_class == nullptr ? "" : migrated(storage_class->provisioner);
}

std::optional<AttachedVolumes> Volumes::attached_by(const model::Pod& pod) const {
  AttachedVolumes attached;
  for (const model::Volume& volume : pod.spec->volumes) {
    if (claim_name(pod, volume).empty()) continue;
    const Claim* of_volume = claim(pod, volume);
    if (of_volume == nullptr) continue;
    std::optional<std::string> driver = driver_of(*of_volume);
    if (!driver) return std::nullopt;
    if (!driver->empty()) attached[*driver].insert(key_of(*of_volume));
  }
  return attached;
}

AttachedVolumes Volumes::attached_to(const NodeState& node) const {
  AttachedVolumes attached;
  for (const auto& pod : node.pods) {
    for (const model::Volume& volume : pod->spec->volumes) {
      if (claim_name(*pod, volume).empty()) continue;
      const Claim* of_volume = claim(*pod, volume);
      if (of_volume == nullptr) continue;
      std::string driver = driver_of(*of_volume).value_or("");
      if (!driver.empty()) attached[driver].insert(key_of(*of_volume));
    }
  }
  return attached;
}

std::map<std::string, std::size_t> Volumes::limits_of(const NodeState& node) const {
  std::map<std::string, std::size_t> limits;
  if (node.node == nullptr) return limits;
  const model::CSINode* csi_node = find(csi_nodes_, node.node->metadata.name);
  if (csi_node == nullptr) return limits;
  for (const model::CSINodeDriver& driver : csi_node->spec.drivers) {
    if (!driver.allocatable) continue;
    limits[driver.name] =
        static_cast<std::size_t>(std::max(0, driver.allocatable->count.value_or(0)));
  }
  return limits;
}

bool can_attach(const AttachedVolumes& present, const AttachedVolumes& more,
                const std::map<std::string, std::size_t>& limits) {
  return std::ranges::all_of(limits, [&](const auto& entry) {
    const auto& [driver, limit] = entry;
    static const std::set<std::string> kNone;
    auto before = present.find(driver);
    auto added = more.find(driver);
    const auto& old_claims = before == present.end() ? kNone : before->second;
    const auto& new_claims = added == more.end() ? kNone : added->second;
    auto unseen = std::ranges::count_if(
        new_claims, [&](const std::string& claim) { return !old_claims.contains(claim); });
    return old_claims.size() + static_cast<std::size_t>(unseen) <= limit;
  });
}

}  // namespace engine
