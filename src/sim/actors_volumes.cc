#include "sim/actors_volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "judge/filters.h"
#include "judge/volumes.h"
#include "model/labels.h"
#include "model/resources.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;
using model::PersistentVolume;
using model::PersistentVolumeClaim;
using model::StorageClass;

constexpr std::string_view kBinder = "persistentvolume-controller";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";
constexpr std::string_view kBoundByController = "pv.kubernetes.io/bound-by-controller";
constexpr std::string_view kProvisionedBy = "pv.kubernetes.io/provisioned-by";
constexpr std::string_view kNoProvisioner = "kubernetes.io/no-provisioner";
constexpr std::string_view kStorage = "storage";
constexpr Latency kMaking{std::chrono::seconds(1), std::chrono::seconds(3)};

ObjectKey key_of(const model::ObjectReference& reference) {
  return {reference.namespace_, reference.name};
}

bool is_of(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
  const auto& reference = volume.spec.claimRef;
  return reference && key_of(*reference) == sim::key_of(claim.metadata) &&
         (reference->uid.empty() || reference->uid == claim.metadata.uid);
}

bool has_modes(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
  return std::ranges::all_of(claim.spec.accessModes, [&](const std::string& mode) {
    return std::ranges::count(volume.spec.accessModes, mode) > 0;
  });
}

bool is_reachable(const PersistentVolume& volume, const model::Node& node) {
  const auto& affinity = volume.spec.nodeAffinity;
  return !affinity || !affinity->required ||
         std::ranges::any_of(affinity->required->nodeSelectorTerms,
                             [&](const auto& term) { return judge::matches(term, node); });
}

bool fits(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
  constexpr std::string_view kFilesystem = "Filesystem";
  if (volume.metadata.deletionTimestamp) return false;
  if (volume.spec.claimRef) return is_of(volume, claim);
  return volume.spec.storageClassName == claim.spec.storageClassName.value_or("") &&
         volume.spec.volumeMode.value_or(std::string(kFilesystem)) ==
             claim.spec.volumeMode.value_or(std::string(kFilesystem)) &&
         has_modes(volume, claim) &&
         (!claim.spec.selector || model::matches(*claim.spec.selector, volume.metadata.labels)) &&
         model::quantity_of(volume.spec.capacity, kStorage) >=
             model::quantity_of(claim.spec.resources.requests, kStorage);
}

std::string volume_name(const PersistentVolumeClaim& claim) { return "pvc-" + claim.metadata.uid; }

object reference_to(const PersistentVolumeClaim& claim) {
  return {{"apiVersion", "v1"},
          {"kind", "PersistentVolumeClaim"},
          {"namespace", text(claim.metadata.namespace_)},
          {"name", text(claim.metadata.name)},
          {"uid", text(claim.metadata.uid)}};
}

object only_in(const std::string& zone) {
  object expression{
      {"key", text(model::kZoneLabel)}, {"operator", "In"}, {"values", array{text(zone)}}};
  object term{{"matchExpressions", array{std::move(expression)}}};
  return {{"required", {{"nodeSelectorTerms", array{std::move(term)}}}}};
}

object volume_for(const PersistentVolumeClaim& claim, const StorageClass& storage_class,
                  const std::string& zone, base::Random& random) {
  bool is_in_tree = storage_class.provisioner == "kubernetes.io/aws-ebs";
  std::string driver = is_in_tree ? "ebs.csi.aws.com" : storage_class.provisioner;
  std::string handle = fmt::format("vol-0{:016x}", random.next());
  std::string policy = storage_class.reclaimPolicy.empty() ? "Delete" : storage_class.reclaimPolicy;
  object spec{{"capacity", base::to_json(claim.spec.resources.requests)},
              {"accessModes", base::to_json(claim.spec.accessModes)},
              {"persistentVolumeReclaimPolicy", text(policy)},
              {"storageClassName", text(storage_class.metadata.name)},
              {"csi", {{"driver", text(driver)}, {"volumeHandle", text(handle)}}},
              {"claimRef", reference_to(claim)}};
  if (claim.spec.volumeMode) spec["volumeMode"] = text(*claim.spec.volumeMode);
  if (!zone.empty()) spec["nodeAffinity"] = only_in(zone);
  return {{"metadata",
           {{"name", text(volume_name(claim))}, {"annotations", {{kProvisionedBy, text(driver)}}}}},
          {"spec", std::move(spec)}};
}

}  // namespace

VolumeController::VolumeController(const ActorContext& context, base::Random random)
    : context_(context),
      random_(random.fork("volumes")),
      claims_(context.clock, random.fork("claims"),
              [this](const ObjectKey& key) { sync_claim(key); }),
      making_(
          context.clock, random.fork("making"), [this](const ObjectKey& key) { provision(key); },
          kMaking),
      volumes_(context.clock, random.fork("reclaim"),
               [this](const std::string& name) { sync_volume(name); }) {
  watches_.push_back(follow(context_.store, model::Kind::PersistentVolumeClaim,
                            [this](const WatchEvent& event) { see_claim(event); }));
  watches_.push_back(follow(context_.store, model::Kind::PersistentVolume,
                            [this](const WatchEvent& event) { see_volume(event); }));
  watches_.push_back(follow(context_.store, model::Kind::StorageClass,
                            [this](const WatchEvent&) { wake_claims(); }));
  watches_.push_back(follow(context_.store, model::Kind::Node, [this](const WatchEvent& event) {
    if (event.type == WatchEvent::Type::added) wake_claims();
  }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void VolumeController::see_claim(const WatchEvent& event) {
  const auto& claim = event.object->object.as<PersistentVolumeClaim>();
  if (event.type != WatchEvent::Type::deleted) {
    claims_.add(sim::key_of(claim.metadata));
  } else if (!claim.spec.volumeName.empty()) {
    volumes_.add(claim.spec.volumeName);
  }
}

void VolumeController::see_volume(const WatchEvent& event) {
  const auto& volume = event.object->object.as<PersistentVolume>();
  if (event.type != WatchEvent::Type::deleted) volumes_.add(volume.metadata.name);
  if (volume.spec.claimRef) {
    claims_.add(key_of(*volume.spec.claimRef));
  } else {
    wake_claims();
  }
}

// Makes the claims of the pod's ephemeral volumes, which the pod owns.
void VolumeController::see_pod(const WatchEvent& event) {
  const auto& pod = event.object->object.as<model::Pod>();
  if (event.type != WatchEvent::Type::added || !is_active(pod)) return;
  for (const model::Volume& volume : pod.spec->volumes) {
    const Json* found =
        volume.ephemeral ? base::find_path(*volume.ephemeral, {"volumeClaimTemplate"}) : nullptr;
    if (found == nullptr || !found->is_object()) continue;
    object claim = found->get_object();
    object& metadata = object_at(claim, "metadata");
    metadata["name"] = text(pod.metadata.name + "-" + volume.name);
    metadata["ownerReferences"] = controlled_by(*event.object);
    // A claim of that name that is there already stays; the scheduler names one that is missing.
    (void)context_.store.create(context_.store.resource_of(model::Kind::PersistentVolumeClaim),
                                pod.metadata.namespace_, std::move(claim));
  }
}

void VolumeController::wake_claims() {
  for (const auto& claim : list<PersistentVolumeClaim>(context_.store)) {
    if (claim->spec.volumeName.empty()) claims_.add(sim::key_of(claim->metadata));
  }
}

void VolumeController::sync_claim(const ObjectKey& key) {
  auto claim = find<PersistentVolumeClaim>(context_.store, key);
  if (claim == nullptr || claim->metadata.deletionTimestamp) return;
  if (!claim->spec.volumeName.empty()) {
    auto volume = find<PersistentVolume>(context_.store, {"", claim->spec.volumeName});
    bool is_free = volume != nullptr && !volume->spec.claimRef;
    if (is_free || (volume != nullptr && is_of(*volume, *claim))) {
      bind(*claim, claim->spec.volumeName);
    } else if (judge::is_bound(*claim)) {
      edit_status(context_.store, model::Kind::PersistentVolumeClaim, key,
                  [](object& status) { status["phase"] = "Lost"; });
      say(key, true, "ClaimLost",
          "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    }
    return;
  }
  auto storage_class =
      find<StorageClass>(context_.store, {"", claim->spec.storageClassName.value_or("")});
  bool waits = storage_class != nullptr &&
               storage_class->volumeBindingMode == "WaitForFirstConsumer" &&
               model::value_of(claim->metadata.annotations, kSelectedNode).empty();
  if (waits) {
    say(key, false, "WaitForFirstConsumer",
        "waiting for first consumer to be created before binding");
  } else if (auto volume = best_volume(*claim)) {
    bind(*claim, volume->metadata.name);
  } else if (storage_class == nullptr || storage_class->provisioner == kNoProvisioner) {
    say(key, false, "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set");
  } else {
    say(key, false, "ExternalProvisioning",
        fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or "
                    "manually by the system administrator.",
                    storage_class->provisioner));
    making_.add(key);
  }
}

void VolumeController::sync_volume(const std::string& name) {
  auto volume = find<PersistentVolume>(context_.store, {"", name});
  if (volume == nullptr || volume->metadata.deletionTimestamp) return;
  std::string phase = "Available";
  if (volume->spec.claimRef) {
    auto claim = find<PersistentVolumeClaim>(context_.store, key_of(*volume->spec.claimRef));
    bool is_held = claim != nullptr && is_of(*volume, *claim);
    bool was_bound = !volume->spec.claimRef->uid.empty();
    if (!is_held && was_bound && volume->spec.persistentVolumeReclaimPolicy == "Delete") {
      return remove(context_.store, model::Kind::PersistentVolume, volume->metadata);
    }
    if (was_bound) phase = is_held ? "Bound" : "Released";
  }
  edit_status(context_.store, model::Kind::PersistentVolume, {"", name},
              [&](object& status) { status["phase"] = text(phase); });
}

std::shared_ptr<const model::Node> VolumeController::chosen_node(
    const PersistentVolumeClaim& claim) const {
  std::string name(model::value_of(claim.metadata.annotations, kSelectedNode));
  return name.empty() ? nullptr : find<model::Node>(context_.store, {"", name});
}

// One that is meant for the claim, else the smallest, then the first by name.
std::shared_ptr<const PersistentVolume> VolumeController::best_volume(
    const PersistentVolumeClaim& claim) const {
  auto node = chosen_node(claim);
  std::shared_ptr<const PersistentVolume> best;
  auto size = [](const PersistentVolume& volume) {
    return model::quantity_of(volume.spec.capacity, kStorage);
  };
  for (const auto& volume : list<PersistentVolume>(context_.store)) {
    if (!fits(*volume, claim) || (node != nullptr && !is_reachable(*volume, *node))) continue;
    if (volume->spec.claimRef) return volume;
    if (best == nullptr || size(*volume) < size(*best)) best = volume;
  }
  return best;
}

void VolumeController::bind(const PersistentVolumeClaim& claim, const std::string& volume) {
  edit(context_.store, model::Kind::PersistentVolume, {"", volume}, [&](object& value) {
    object& spec = object_at(value, "spec");
    bool is_bound = spec.contains("claimRef");
    spec["claimRef"] = reference_to(claim);
    if (is_bound) return;
    object_at(object_at(value, "metadata"), "annotations")[kBoundByController] = "yes";
  });
  edit_status(context_.store, model::Kind::PersistentVolume, {"", volume},
              [](object& status) { status["phase"] = "Bound"; });
  ObjectKey key = sim::key_of(claim.metadata);
  edit(context_.store, model::Kind::PersistentVolumeClaim, key, [&](object& value) {
    object_at(value, "spec")["volumeName"] = text(volume);
    object_at(object_at(value, "metadata"), "annotations")[kBindCompleted] = "yes";
  });
  auto bound = find<PersistentVolume>(context_.store, {"", volume});
  edit_status(context_.store, model::Kind::PersistentVolumeClaim, key, [&](object& status) {
    status["phase"] = "Bound";
    status["accessModes"] = base::to_json(bound->spec.accessModes);
    status["capacity"] = base::to_json(bound->spec.capacity);
  });
}

std::optional<std::string> VolumeController::zone_for(const PersistentVolumeClaim& claim,
                                                      const StorageClass& storage_class) const {
  auto zone_of = [](const model::Node& node) {
    return std::string(model::value_of(node.metadata.labels, model::kZoneLabel));
  };
  bool is_chosen = !model::value_of(claim.metadata.annotations, kSelectedNode).empty();
  if (is_chosen) {
    auto node = chosen_node(claim);
    return node == nullptr ? std::nullopt : std::optional(zone_of(*node));
  }
  std::set<std::string> zones;
  for (const auto& node : list<model::Node>(context_.store)) {
    if (judge::allows(storage_class.allowedTopologies, *node)) zones.insert(zone_of(*node));
  }
  if (zones.empty()) return std::nullopt;
  std::uint64_t draw = base::hash64(claim.metadata.uid);
  return *std::next(zones.begin(), static_cast<std::ptrdiff_t>(draw % zones.size()));
}

void VolumeController::provision(const ObjectKey& key) {
  auto claim = find<PersistentVolumeClaim>(context_.store, key);
  if (claim == nullptr || !claim->spec.volumeName.empty() || claim->metadata.deletionTimestamp) {
    return;
  }
  auto storage_class =
      find<StorageClass>(context_.store, {"", claim->spec.storageClassName.value_or("")});
  if (storage_class == nullptr || best_volume(*claim) != nullptr) return claims_.add(key);
  std::optional<std::string> zone = zone_for(*claim, *storage_class);
  if (!zone) {
    return say(key, true, "ProvisioningFailed",
               fmt::format("failed to provision volume with StorageClass \"{}\": error generating "
                           "accessibility requirements: no available topology found",
                           storage_class->metadata.name));
  }
  auto made = context_.store.create(context_.store.resource_of(model::Kind::PersistentVolume), "",
                                    volume_for(*claim, *storage_class, *zone, random_));
  if (!made) return say(key, true, "ProvisioningFailed", made.error().message);
  say(key, false, "ProvisioningSucceeded",
      fmt::format("Successfully provisioned volume {}", volume_name(*claim)));
}

void VolumeController::say(const ObjectKey& claim, bool is_warning, std::string_view reason,
                           const std::string& message) {
  StoredPtr stored = find(context_.store, model::Kind::PersistentVolumeClaim, claim);
  if (stored == nullptr) return;
  if (is_warning) {
    context_.events.warning(kBinder, stored->object, reason, message);
  } else {
    context_.events.normal(kBinder, stored->object, reason, message);
  }
}

}  // namespace sim
