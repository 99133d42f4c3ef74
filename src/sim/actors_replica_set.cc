#include "sim/actors_replica_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "sim/actors_pods.h"

namespace sim {
namespace {

using Pods = std::vector<std::shared_ptr<const model::Pod>>;

constexpr std::string_view kComponent = "replicaset-controller";
constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
constexpr std::int64_t kBurst = 500;  // pods in one turn

std::int64_t deletion_cost(const model::Pod& pod) {
  std::string_view text = model::value_of(pod.metadata.annotations, kDeletionCost);
  std::int64_t cost = 0;
  std::from_chars(text.data(), text.data() + text.size(), cost);
  return cost;
}

Pods active_pods(const Store& store, const model::ObjectMeta& owner) {
  Pods pods = pods_of(store, owner);
  std::erase_if(pods, [](const auto& pod) { return !is_active(*pod); });
  return pods;
}

std::int64_t replicas_of(const model::ReplicaSet& replica_set) {
  return replica_set.spec.replicas.value_or(1);
}

}  // namespace

void sort_by_dispensability(Pods& pods, base::Time now) {
  std::map<std::string, std::int64_t> on_node;
  for (const auto& pod : pods) {
    ++on_node[pod->spec->nodeName];
  }
  auto rank = [&](const std::shared_ptr<const model::Pod>& pod) {
    bool has_node = !pod->spec->nodeName.empty();
    bool is_running = pod->status.phase == "Running";
    std::int64_t neighbours = has_node ? on_node.at(pod->spec->nodeName) : 0;
    base::Time made = pod->metadata.creationTimestamp.value_or(now);
    // The lesser goes first; what is younger has a greater time.
    return std::tuple(has_node, is_running, is_ready(*pod), deletion_cost(*pod), -neighbours,
                      -ready_since(*pod, now).time_since_epoch().count(),
                      -made.time_since_epoch().count());
  };
  std::ranges::sort(pods, [&](const auto& a, const auto& b) {
    auto rank_a = rank(a);
    auto rank_b = rank(b);
    return rank_a != rank_b ? rank_a < rank_b : a->metadata.name > b->metadata.name;
  });
}

ReplicaSetController::ReplicaSetController(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(
      context_.store, model::Kind::ReplicaSet,
      [this](const WatchEvent& event) { queue_.add(key_of(event.object->object.metadata())); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void ReplicaSetController::see_pod(const WatchEvent& event) {
  const model::ObjectMeta& metadata = event.object->object.metadata();
  const auto* owner = controller_of_kind(metadata, "apps/v1", "ReplicaSet");
  if (owner != nullptr) queue_.add({metadata.namespace_, owner->name});
}

void ReplicaSetController::sync(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::ReplicaSet, key);
  if (stored == nullptr) return;
  const auto& replica_set = stored->object.as<model::ReplicaSet>();
  if (!replica_set.metadata.deletionTimestamp) {
    Pods active = active_pods(context_.store, replica_set.metadata);
    std::int64_t missing = replicas_of(replica_set) - std::ssize(active);
    if (missing > 0) create_pods(stored, missing);
    if (missing < 0) delete_pods(stored, std::move(active), -missing);
  }
  write_status(key);
}

void ReplicaSetController::create_pods(const StoredPtr& replica_set, std::int64_t count) {
  const Resource& pods = context_.store.resource_of(model::Kind::Pod);
  const std::string& name_space = replica_set->object.metadata().namespace_;
  for (std::int64_t made = 0; made < std::min(count, kBurst); ++made) {
    auto created = context_.store.create(pods, name_space, pod_from_template(*replica_set));
    if (!created) {
      context_.events.warning(kComponent, replica_set->object, "FailedCreate",
                              fmt::format("Error creating: {}", created.error().message));
      return;
    }
    context_.events.normal(kComponent, replica_set->object, "SuccessfulCreate",
                           fmt::format("Created pod: {}", (*created)->object.metadata().name));
  }
}

void ReplicaSetController::delete_pods(const StoredPtr& replica_set, Pods active,
                                       std::int64_t count) {
  sort_by_dispensability(active, context_.clock.now());
  active.resize(static_cast<std::size_t>(std::min(count, kBurst)));
  for (const auto& pod : active) {
    remove(context_.store, model::Kind::Pod, pod->metadata);
    context_.events.normal(kComponent, replica_set->object, "SuccessfulDelete",
                           fmt::format("Deleted pod: {}", pod->metadata.name));
  }
}

void ReplicaSetController::write_status(const ObjectKey& key) {
  auto replica_set = find<model::ReplicaSet>(context_.store, key);
  if (replica_set == nullptr) return;
  Pods active = active_pods(context_.store, replica_set->metadata);
  std::int64_t ready =
      std::ranges::count_if(active, [](const auto& pod) { return is_ready(*pod); });
  const model::Labels& wanted = replica_set->spec.template_.metadata.labels;
  std::int64_t fully_labeled = std::ranges::count_if(active, [&](const auto& pod) {
    return model::matches(model::LabelSelector{wanted, {}}, pod->metadata.labels);
  });
  edit_status(context_.store, model::Kind::ReplicaSet, key, [&](boost::json::object& status) {
    status["replicas"] = std::ssize(active);
    set_count(status, "fullyLabeledReplicas", fully_labeled);
    set_count(status, "readyReplicas", ready);
    set_count(status, "availableReplicas", ready);
    status["observedGeneration"] = replica_set->metadata.generation;
  });
}

}  // namespace sim
