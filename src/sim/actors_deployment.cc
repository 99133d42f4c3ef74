#include "sim/actors_deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "sim/actors_deployment_status.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using base::Json;
using boost::json::object;

constexpr std::string_view kComponent = "deployment-controller";
constexpr std::string_view kHashLabel = "pod-template-hash";
constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
constexpr std::string_view kDesired = "deployment.kubernetes.io/desired-replicas";
constexpr std::string_view kMost = "deployment.kubernetes.io/max-replicas";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::int64_t kDefaultHistory = 10;

const model::ReplicaSet& set_of(const StoredPtr& stored) {
  return stored->object.as<model::ReplicaSet>();
}

std::int64_t size_of(const StoredPtr& stored) { return set_of(stored).spec.replicas.value_or(1); }

std::optional<std::int64_t> number_in(const model::ObjectMeta& metadata,
                                      std::string_view annotation) {
  std::string_view digits = model::value_of(metadata.annotations, annotation);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc()) return std::nullopt;
  return number;
}

// The pod template of a Deployment or ReplicaSet without what the controller adds.
Json plain_template(const StoredPtr& stored) {
  Json pod_template = stored->json.at("spec").at("template");
  object& metadata = object_at(pod_template.as_object(), "metadata");
  object& labels = object_at(metadata, "labels");
  labels.erase(kHashLabel);
  return pod_template;
}

bool is_recreate(const model::Deployment& deployment) {
  return deployment.spec.strategy.type == "Recreate";
}

// Whether sets with pods were last sized for another number of replicas.
bool was_scaled(const model::Deployment& deployment, const std::vector<StoredPtr>& sets) {
  std::int64_t replicas = deployment.spec.replicas.value_or(1);
  return std::ranges::any_of(sets, [&](const StoredPtr& set) {
    std::optional<std::int64_t> desired = number_in(set_of(set).metadata, kDesired);
    return size_of(set) > 0 && desired && *desired != replicas;
  });
}

void note_goal(object& set, const RolloutGoal& goal) {
  object& annotations = object_at(object_at(set, "metadata"), "annotations");
  annotations[kDesired] = text(fmt::to_string(goal.replicas));
  annotations[kMost] = text(fmt::to_string(goal.replicas + goal.max_surge));
}

// A ReplicaSet for the Deployment's template, without a size.
object make_set(const StoredPtr& deployment, const std::string& hash) {
  const Json& spec = deployment->json.at("spec");
  Json pod_template = plain_template(deployment);
  object& labels = object_at(object_at(pod_template.as_object(), "metadata"), "labels");
  labels[kHashLabel] = text(hash);
  Json selector = spec.at("selector");
  object_at(selector.as_object(), "matchLabels")[kHashLabel] = text(hash);
  object annotations;
  for (const auto& [key, value] : deployment->object.metadata().annotations) {
    if (key != kLastApplied) annotations[key] = text(value);
  }
  object set_spec{{"selector", std::move(selector)}};
  if (const Json* seconds = spec.as_object().if_contains("minReadySeconds")) {
    set_spec["minReadySeconds"] = *seconds;
  }
  object metadata{{"name", text(deployment->object.metadata().name + "-" + hash)},
                  {"labels", labels},
                  {"annotations", std::move(annotations)},
                  {"ownerReferences", controlled_by(*deployment)}};
  set_spec["template"] = std::move(pod_template);
  return {{"metadata", std::move(metadata)}, {"spec", std::move(set_spec)}};
}

}  // namespace

DeploymentController::DeploymentController(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(
      context_.store, model::Kind::Deployment,
      [this](const WatchEvent& event) { queue_.add(key_of(event.object->object.metadata())); }));
  watches_.push_back(follow(context_.store, model::Kind::ReplicaSet,
                            [this](const WatchEvent& event) { see_replica_set(event); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void DeploymentController::see_replica_set(const WatchEvent& event) {
  const model::ObjectMeta& metadata = event.object->object.metadata();
  const auto* owner = controller_of_kind(metadata, "apps/v1", "Deployment");
  if (owner != nullptr) queue_.add({metadata.namespace_, owner->name});
}

// Recreate waits for the last pod of the old sets.
void DeploymentController::see_pod(const WatchEvent& event) {
  if (event.type != WatchEvent::Type::deleted) return;
  const model::ObjectMeta& metadata = event.object->object.metadata();
  const auto* owner = controller_of_kind(metadata, "apps/v1", "ReplicaSet");
  if (owner == nullptr) return;
  auto set = find<model::ReplicaSet>(context_.store, {metadata.namespace_, owner->name});
  if (set == nullptr) return;
  const auto* deployment = controller_of_kind(set->metadata, "apps/v1", "Deployment");
  if (deployment != nullptr) queue_.add({metadata.namespace_, deployment->name});
}

std::vector<RolloutSet> DeploymentController::Family::rollout_sets() const {
  std::vector<RolloutSet> views;
  for (const StoredPtr& set : sets) {
    views.push_back({size_of(set), set_of(set).status.availableReplicas,
                     number_in(set_of(set).metadata, kMost).value_or(0), set == new_set});
  }
  return views;
}

DeploymentController::Family DeploymentController::family_of(const StoredPtr& deployment) const {
  Family family{deployment, {}, nullptr};
  const model::ObjectMeta& metadata = deployment->object.metadata();
  const Resource& resource = context_.store.resource_of(model::Kind::ReplicaSet);
  for (const StoredPtr& stored : context_.store.list(resource, metadata.namespace_).items) {
    const model::OwnerReference* owner = model::controller_of(set_of(stored).metadata);
    if (owner != nullptr && owner->uid == metadata.uid) family.sets.push_back(stored);
  }
  std::ranges::sort(family.sets, std::less<>(), [](const StoredPtr& set) {
    const model::ObjectMeta& of_set = set_of(set).metadata;
    return std::pair(of_set.creationTimestamp.value_or(base::Time{}), of_set.name);
  });
  Json wanted = plain_template(deployment);
  auto fits = [&](const StoredPtr& set) { return plain_template(set) == wanted; };
  auto found = std::ranges::find_if(family.sets, fits);
  if (found != family.sets.end()) family.new_set = *found;
  return family;
}

void DeploymentController::sync(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::Deployment, key);
  if (stored == nullptr) return;
  Family family = family_of(stored);
  const model::Deployment& deployment = family.deployment();
  if (!deployment.metadata.deletionTimestamp) {
    bool is_only_scaled = deployment.spec.paused || was_scaled(deployment, family.sets);
    if (is_only_scaled) {
      resize(family, scaled_sizes(goal_of(deployment.spec), family.rollout_sets()));
    } else if (is_recreate(deployment)) {
      recreate(family);
    } else {
      roll(family);
    }
    sync_revision(family_of(stored));
    forget_old_sets(family_of(stored));
  }
  write_status(key);
}

void DeploymentController::roll(const Family& family) {
  RolloutGoal goal = goal_of(family.deployment().spec);
  if (family.new_set == nullptr) {
    create_set(family, first_rolling_size(goal, family.rollout_sets()));
  } else {
    resize(family, next_rolling_sizes(goal, family.rollout_sets()));
  }
}

void DeploymentController::recreate(const Family& family) {
  bool old_ones_are_gone = true;
  for (const StoredPtr& set : family.sets) {
    if (set == family.new_set) continue;
    if (size_of(set) > 0) resize(family, set, 0);
    bool has_pods =
        std::ranges::any_of(pods_of(context_.store, set_of(set).metadata), [](const auto& pod) {
          return pod->status.phase != "Failed" && pod->status.phase != "Succeeded";
        });
    old_ones_are_gone = old_ones_are_gone && !has_pods && size_of(set) == 0;
  }
  if (!old_ones_are_gone) return;
  std::int64_t replicas = goal_of(family.deployment().spec).replicas;
  if (family.new_set == nullptr) {
    create_set(family, replicas);
  } else {
    resize(family, family.new_set, replicas);
  }
}

// A name that is taken by a set with another template gets another hash.
void DeploymentController::create_set(const Family& family, std::int64_t size) {
  constexpr int kAttempts = 5;
  const Resource& sets = context_.store.resource_of(model::Kind::ReplicaSet);
  Json hashed = plain_template(family.stored);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    object set = make_set(family.stored, short_hash(hashed));
    set.at("spec").as_object()["replicas"] = size;
    note_goal(set, goal_of(family.deployment().spec));
    auto created =
        context_.store.create(sets, family.deployment().metadata.namespace_, std::move(set));
    if (created) {
      tell_scaling(family, (*created)->object.metadata().name, 0, size);
      return;
    }
    if (created.error().code != base::Code::already_exists) {
      context_.events.warning(
          kComponent, family.stored->object, "ReplicaSetCreateError",
          fmt::format("Failed to create new replica set: {}", created.error().message));
      return;
    }
    hashed = boost::json::array{attempt, std::move(hashed)};
  }
}

void DeploymentController::resize(const Family& family, const std::vector<std::int64_t>& sizes) {
  base::check(sizes.size() == family.sets.size(), "each set has a size");
  for (std::size_t index = 0; index < sizes.size(); ++index) {
    bool is_in_use = sizes[index] > 0 || size_of(family.sets[index]) > 0;
    if (is_in_use || family.sets[index] == family.new_set) {
      resize(family, family.sets[index], sizes[index]);
    }
  }
}

void DeploymentController::resize(const Family& family, const StoredPtr& set, std::int64_t size) {
  std::int64_t before = size_of(set);
  RolloutGoal goal = goal_of(family.deployment().spec);
  edit(context_.store, model::Kind::ReplicaSet, key_of(set->object.metadata()), [&](object& value) {
    object_at(value, "spec")["replicas"] = size;
    note_goal(value, goal);
  });
  if (size != before) tell_scaling(family, set->object.metadata().name, before, size);
}

void DeploymentController::tell_scaling(const Family& family, std::string_view set,
                                        std::int64_t from, std::int64_t to) {
  if (from == to) return;
  context_.events.normal(kComponent, family.stored->object, "ScalingReplicaSet",
                         fmt::format("Scaled {} replica set {} from {} to {}",
                                     to > from ? "up" : "down", set, from, to));
}

// The set with the present template carries the highest revision, and the Deployment the same.
void DeploymentController::sync_revision(const Family& family) {
  if (family.new_set == nullptr) return;
  std::int64_t highest_old = 0;
  for (const StoredPtr& set : family.sets) {
    if (set == family.new_set) continue;
    highest_old = std::max(highest_old, number_in(set_of(set).metadata, kRevision).value_or(0));
  }
  std::int64_t revision = number_in(set_of(family.new_set).metadata, kRevision).value_or(0);
  // A new set starts with a copy of the Deployment's annotations, among them an old revision.
  if (revision <= highest_old) revision = highest_old + 1;
  auto write = [&](object& value) {
    object_at(object_at(value, "metadata"), "annotations")[kRevision] =
        text(fmt::to_string(revision));
  };
  edit(context_.store, model::Kind::ReplicaSet, key_of(family.new_set->object.metadata()), write);
  edit(context_.store, model::Kind::Deployment, key_of(family.deployment().metadata), write);
}

// Keeps the latest empty old sets, as many as revisionHistoryLimit.
void DeploymentController::forget_old_sets(const Family& family) {
  using Place = std::tuple<std::int64_t, std::string, StoredPtr>;
  std::vector<Place> empty;
  for (const StoredPtr& set : family.sets) {
    bool is_empty = size_of(set) == 0 && set_of(set).status.replicas == 0;
    if (set == family.new_set || !is_empty || set_of(set).metadata.deletionTimestamp) continue;
    empty.emplace_back(number_in(set_of(set).metadata, kRevision).value_or(0),
                       set_of(set).metadata.name, set);
  }
  std::ranges::sort(empty);
  std::int64_t kept = family.deployment().spec.revisionHistoryLimit.value_or(kDefaultHistory);
  std::int64_t surplus = std::ssize(empty) - kept;
  for (std::int64_t index = 0; index < surplus; ++index) {
    remove(context_.store, model::Kind::ReplicaSet,
           set_of(std::get<StoredPtr>(empty[static_cast<std::size_t>(index)])).metadata);
  }
}

void DeploymentController::write_status(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::Deployment, key);
  if (stored == nullptr) return;
  Family family = family_of(stored);
  DeploymentCounts counts;
  for (const StoredPtr& set : family.sets) {
    const model::ReplicaSetStatus& status = set_of(set).status;
    counts.wanted += size_of(set);
    counts.replicas += status.replicas;
    counts.ready += status.readyReplicas;
    counts.available += status.availableReplicas;
    if (set == family.new_set) counts.updated = status.replicas;
  }
  std::string new_set = family.new_set == nullptr ? "" : family.new_set->object.metadata().name;
  std::optional<base::Time> deadline;
  edit_status(context_.store, model::Kind::Deployment, key, [&](object& status) {
    deadline =
        set_deployment_status(status, family.deployment(), counts, new_set, context_.clock.now());
  });
  if (deadline) queue_.add_at(*deadline, key);
}

}  // namespace sim
