#include "sim/actors_stateful_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "judge/placement.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kComponent = "statefulset-controller";
constexpr std::string_view kRevisionLabel = "controller-revision-hash";
constexpr std::string_view kNameLabel = "statefulset.kubernetes.io/pod-name";
constexpr std::string_view kIndexLabel = "apps.kubernetes.io/pod-index";

const model::StatefulSet& set_of(const StoredPtr& stored) {
  return stored->object.as<model::StatefulSet>();
}

std::string pod_name(const model::StatefulSet& set, std::int32_t ordinal) {
  return fmt::format("{}-{}", set.metadata.name, ordinal);
}

std::optional<std::int32_t> ordinal_of(const model::StatefulSet& set, std::string_view name) {
  std::string prefix = set.metadata.name + "-";
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::int32_t ordinal = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), ordinal);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return ordinal;
}

std::int32_t first_of(const model::StatefulSet& set) {
  return set.spec.ordinals ? set.spec.ordinals->start : 0;
}

std::int32_t end_of(const model::StatefulSet& set) {
  return first_of(set) + set.spec.replicas.value_or(1);
}

bool is_ordered(const model::StatefulSet& set) {
  return set.spec.podManagementPolicy != "Parallel";
}

std::string revision_of(const StoredPtr& set) {
  return fmt::format("{}-{}", set_of(set).metadata.name,
                     short_hash(set->json.at("spec").at("template")));
}

bool is_of(const model::Pod& pod, std::string_view revision) {
  return model::value_of(pod.metadata.labels, kRevisionLabel) == revision;
}

bool is_running_and_ready(const model::Pod& pod) { return is_active(pod) && is_ready(pod); }

std::string claim_name(std::string_view claim_template, const model::StatefulSet& set,
                       std::int32_t ordinal) {
  return fmt::format("{}-{}", claim_template, pod_name(set, ordinal));
}

bool retains(const model::StatefulSet& set, std::string model::StatefulSetRetentionPolicy::* when) {
  const auto& policy = set.spec.persistentVolumeClaimRetentionPolicy;
  return !policy || (*policy).*when != "Delete";
}

// The volumes of the pod, with its claims in place of the template's volumes of the same names.
void add_volumes(object& spec, const model::StatefulSet& set, std::int32_t ordinal) {
  if (set.spec.volumeClaimTemplates.empty()) return;
  array volumes = std::move(array_at(spec, "volumes"));
  for (const model::PersistentVolumeClaim& claim : set.spec.volumeClaimTemplates) {
    const std::string& name = claim.metadata.name;
    auto [first, last] = std::ranges::remove_if(
        volumes, [&](const Json& volume) { return base::string_at(volume, {"name"}) == name; });
    volumes.erase(first, last);
    object source{{"claimName", text(claim_name(name, set, ordinal))}};
    volumes.push_back(object{{"name", text(name)}, {"persistentVolumeClaim", std::move(source)}});
  }
  spec["volumes"] = std::move(volumes);
}

object pod_of(const StoredPtr& stored, std::int32_t ordinal) {
  const model::StatefulSet& set = set_of(stored);
  std::string name = pod_name(set, ordinal);
  object pod = pod_from_template(*stored);
  object& metadata = object_at(pod, "metadata");
  metadata.erase("generateName");
  metadata["name"] = text(name);
  object& labels = object_at(metadata, "labels");
  labels[kRevisionLabel] = text(revision_of(stored));
  labels[kNameLabel] = text(name);
  labels[kIndexLabel] = text(fmt::to_string(ordinal));
  object& spec = object_at(pod, "spec");
  spec["hostname"] = text(name);
  if (!set.spec.serviceName.empty()) spec["subdomain"] = text(set.spec.serviceName);
  add_volumes(spec, set, ordinal);
  return pod;
}

}  // namespace

StatefulSetController::StatefulSetController(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(
      context_.store, model::Kind::StatefulSet,
      [this](const WatchEvent& event) { queue_.add(key_of(event.object->object.metadata())); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void StatefulSetController::see_pod(const WatchEvent& event) {
  const model::ObjectMeta& metadata = event.object->object.metadata();
  const auto* owner = controller_of_kind(metadata, "apps/v1", "StatefulSet");
  if (owner != nullptr) queue_.add({metadata.namespace_, owner->name});
}

void StatefulSetController::sync(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::StatefulSet, key);
  if (stored == nullptr) return;
  const model::StatefulSet& set = set_of(stored);
  if (!set.metadata.deletionTimestamp) {
    Pods pods;
    for (auto& pod : pods_of(context_.store, set.metadata)) {
      auto ordinal = ordinal_of(set, pod->metadata.name);
      if (ordinal) pods.emplace(*ordinal, std::move(pod));
    }
    if (fill(stored, pods) && shrink(stored, pods)) replace_outdated(stored, pods);
  }
  write_status(key);
}

bool StatefulSetController::fill(const StoredPtr& set, const Pods& pods) {
  bool waits = is_ordered(set_of(set));
  for (std::int32_t ordinal = first_of(set_of(set)); ordinal < end_of(set_of(set)); ++ordinal) {
    auto found = pods.find(ordinal);
    if (found == pods.end()) {
      create_claims(set, ordinal);
      create_pod(set, ordinal);
    } else if (judge::is_finished(*found->second) && !found->second->metadata.deletionTimestamp) {
      context_.events.warning(
          kComponent, set->object, "RecreatingFailedPod",
          fmt::format("StatefulSet {} is recreating failed Pod {}",
                      to_string(key_of(set->object.metadata())), found->second->metadata.name));
      remove(context_.store, model::Kind::Pod, found->second->metadata);
    } else if (is_running_and_ready(*found->second)) {
      continue;
    }
    if (waits) return false;
  }
  return true;
}

bool StatefulSetController::shrink(const StoredPtr& set, const Pods& pods) {
  bool waits = is_ordered(set_of(set));
  for (auto entry = pods.rbegin(); entry != pods.rend(); ++entry) {
    const auto& [ordinal, pod] = *entry;
    if (ordinal >= first_of(set_of(set)) && ordinal < end_of(set_of(set))) continue;
    if (!pod->metadata.deletionTimestamp) {
      if (!retains(set_of(set), &model::StatefulSetRetentionPolicy::whenScaled)) {
        release_claims(set, *pod, ordinal);
      }
      delete_pod(set, *pod);
    }
    if (waits) return false;
  }
  return true;
}

void StatefulSetController::replace_outdated(const StoredPtr& set, const Pods& pods) {
  const model::StatefulSetUpdateStrategy& strategy = set_of(set).spec.updateStrategy;
  if (strategy.type == "OnDelete") return;
  std::int32_t partition =
      strategy.rollingUpdate ? strategy.rollingUpdate->partition.value_or(0) : 0;
  std::string revision = revision_of(set);
  for (auto entry = pods.rbegin(); entry != pods.rend(); ++entry) {
    const auto& [ordinal, pod] = *entry;
    if (ordinal < std::max(first_of(set_of(set)), partition)) return;
    if (!is_of(*pod, revision) && !pod->metadata.deletionTimestamp) {
      delete_pod(set, *pod);
      return;
    }
    if (!is_running_and_ready(*pod)) return;
  }
}

void StatefulSetController::create_claims(const StoredPtr& set, std::int32_t ordinal) {
  const model::ObjectMeta& metadata = set->object.metadata();
  const Resource& claims = context_.store.resource_of(model::Kind::PersistentVolumeClaim);
  const Json* templates = base::find_path(set->json, {"spec", "volumeClaimTemplates"});
  if (templates == nullptr) return;
  for (const Json& claim_template : templates->as_array()) {
    object claim = claim_template.as_object();
    object& claim_metadata = object_at(claim, "metadata");
    std::string name =
        claim_name(base::string_at(claim_template, {"metadata", "name"}), set_of(set), ordinal);
    if (context_.store.get(claims, metadata.namespace_, name) != nullptr) continue;
    claim_metadata["name"] = text(name);
    object& labels = object_at(claim_metadata, "labels");
    for (const auto& [label, value] : set_of(set).spec.selector.matchLabels) {
      labels[label] = text(value);
    }
    if (!retains(set_of(set), &model::StatefulSetRetentionPolicy::whenDeleted)) {
      claim_metadata["ownerReferences"] = controlled_by(*set);
    }
    claim.erase("status");
    auto created = context_.store.create(claims, metadata.namespace_, std::move(claim));
    if (!created) continue;
    context_.events.normal(kComponent, set->object, "SuccessfulCreate",
                           fmt::format("create Claim {} Pod {} in StatefulSet {} success", name,
                                       pod_name(set_of(set), ordinal), metadata.name));
  }
}

void StatefulSetController::create_pod(const StoredPtr& set, std::int32_t ordinal) {
  const model::ObjectMeta& metadata = set->object.metadata();
  std::string name = pod_name(set_of(set), ordinal);
  auto created = context_.store.create(context_.store.resource_of(model::Kind::Pod),
                                       metadata.namespace_, pod_of(set, ordinal));
  if (created) {
    context_.events.normal(
        kComponent, set->object, "SuccessfulCreate",
        fmt::format("create Pod {} in StatefulSet {} successful", name, metadata.name));
  } else {
    context_.events.warning(kComponent, set->object, "FailedCreate",
                            fmt::format("create Pod {} in StatefulSet {} failed error: {}", name,
                                        metadata.name, created.error().message));
  }
}

void StatefulSetController::delete_pod(const StoredPtr& set, const model::Pod& pod) {
  remove(context_.store, model::Kind::Pod, pod.metadata);
  context_.events.normal(kComponent, set->object, "SuccessfulDelete",
                         fmt::format("delete Pod {} in StatefulSet {} successful",
                                     pod.metadata.name, set->object.metadata().name));
}

// The claims of the pod go with it.
void StatefulSetController::release_claims(const StoredPtr& set, const model::Pod& pod,
                                           std::int32_t ordinal) {
  object owner{{"apiVersion", "v1"},
               {"kind", "Pod"},
               {"name", text(pod.metadata.name)},
               {"uid", text(pod.metadata.uid)}};
  for (const model::PersistentVolumeClaim& claim : set_of(set).spec.volumeClaimTemplates) {
    ObjectKey key{pod.metadata.namespace_, claim_name(claim.metadata.name, set_of(set), ordinal)};
    edit(context_.store, model::Kind::PersistentVolumeClaim, key,
         [&](object& value) { object_at(value, "metadata")["ownerReferences"] = array{owner}; });
  }
}

void StatefulSetController::write_status(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::StatefulSet, key);
  if (stored == nullptr) return;
  const model::StatefulSet& set = set_of(stored);
  auto pods = pods_of(context_.store, set.metadata);
  std::erase_if(pods, [](const auto& pod) { return judge::is_finished(*pod); });
  std::string update = revision_of(stored);
  auto count = [&](auto holds) {
    return std::ranges::count_if(pods, [&](const auto& pod) { return holds(*pod); });
  };
  std::int64_t updated = count([&](const model::Pod& pod) { return is_of(pod, update); });
  std::int64_t ready = count(is_running_and_ready);
  std::int64_t ready_and_updated =
      count([&](const model::Pod& pod) { return is_of(pod, update) && is_running_and_ready(pod); });
  std::string current = set.status.currentRevision;
  bool is_done =
      ready_and_updated == set.spec.replicas.value_or(1) && ready_and_updated == std::ssize(pods);
  if (current.empty() || is_done) current = update;
  edit_status(context_.store, model::Kind::StatefulSet, key, [&](object& status) {
    status["observedGeneration"] = set.metadata.generation;
    status["replicas"] = std::ssize(pods);
    set_count(status, "readyReplicas", ready);
    status["availableReplicas"] = ready;
    set_count(status, "currentReplicas",
              count([&](const model::Pod& pod) { return is_of(pod, current); }));
    set_count(status, "updatedReplicas", updated);
    status["currentRevision"] = text(current);
    status["updateRevision"] = text(update);
    status["collisionCount"] = 0;
  });
}

}  // namespace sim
