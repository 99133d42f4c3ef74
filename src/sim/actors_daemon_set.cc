#include "sim/actors_daemon_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "judge/filters.h"
#include "model/labels.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kComponent = "daemonset-controller";
constexpr std::string_view kHashLabel = "controller-revision-hash";

// What every daemon pod tolerates, whatever its template says.
std::vector<model::Toleration> added_tolerations(const model::PodSpec& spec) {
  auto exists = [](std::string_view key, const char* effect) {
    return model::Toleration{std::string(key), "Exists", "", effect, std::nullopt};
  };
  std::vector<model::Toleration> added = {
      exists(model::kNotReadyTaint, "NoExecute"),
      exists(model::kUnreachableTaint, "NoExecute"),
      exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
      exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
      exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
      exists(model::kUnschedulableTaint, "NoSchedule"),
  };
  if (spec.hostNetwork.value_or(false)) {
    added.push_back(exists("node.kubernetes.io/network-unavailable", "NoSchedule"));
  }
  return added;
}

struct Fit {
  bool may_start = false;
  bool may_stay = false;
};

Fit fit_of(const model::PodSpec& spec, const model::Node& node) {
  if (!judge::selects(spec, node)) return {};
  std::vector<model::Toleration> tolerations = spec.tolerations;
  for (model::Toleration& added : added_tolerations(spec)) {
    tolerations.push_back(std::move(added));
  }
  Fit fit{true, true};
  for (const model::Taint& taint : node.spec.taints) {
    if (taint.effect == "PreferNoSchedule" || judge::tolerated(tolerations, taint)) continue;
    fit.may_start = false;
    if (taint.effect == "NoExecute") fit.may_stay = false;
  }
  return fit;
}

const model::DaemonSet& daemon_set_of(const StoredPtr& stored) {
  return stored->object.as<model::DaemonSet>();
}

std::string hash_of(const StoredPtr& daemon_set) {
  return short_hash(daemon_set->json.at("spec").at("template"));
}

// The node that a daemon pod is bound to or made for.
std::string target_of(const model::Pod& pod) {
  if (!pod.spec->nodeName.empty() || !pod.spec->affinity || !pod.spec->affinity->nodeAffinity) {
    return pod.spec->nodeName;
  }
  const auto& required =
      pod.spec->affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required || required->nodeSelectorTerms.empty()) return "";
  for (const auto& field : required->nodeSelectorTerms.front().matchFields) {
    if (field.key == "metadata.name" && field.values.size() == 1) return field.values.front();
  }
  return "";
}

std::map<std::string, std::vector<std::shared_ptr<const model::Pod>>> by_target(
    const Store& store, const model::ObjectMeta& owner) {
  std::map<std::string, std::vector<std::shared_ptr<const model::Pod>>> pods;
  for (auto& pod : pods_of(store, owner)) {
    pods[target_of(*pod)].push_back(std::move(pod));
  }
  return pods;
}

Json only_node(const std::string& name) {
  object field{{"key", "metadata.name"}, {"operator", "In"}, {"values", array{text(name)}}};
  return array{object{{"matchFields", array{std::move(field)}}}};
}

// The controller has checked the template's own node affinity: the node takes its place.
object pod_for_node(const StoredPtr& daemon_set, const std::string& node) {
  object pod = pod_from_template(*daemon_set);
  object_at(object_at(pod, "metadata"), "labels")[kHashLabel] = text(hash_of(daemon_set));
  object& spec = object_at(pod, "spec");
  object& required = object_at(object_at(object_at(spec, "affinity"), "nodeAffinity"),
                               "requiredDuringSchedulingIgnoredDuringExecution");
  required["nodeSelectorTerms"] = only_node(node);
  array& tolerations = array_at(spec, "tolerations");
  for (const model::Toleration& added :
       added_tolerations(*daemon_set_of(daemon_set).spec.template_.spec)) {
    tolerations.push_back(base::to_json(added));
  }
  return pod;
}

}  // namespace

DaemonSetController::DaemonSetController(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(
      context_.store, model::Kind::DaemonSet,
      [this](const WatchEvent& event) { queue_.add(key_of(event.object->object.metadata())); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
  watches_.push_back(follow(context_.store, model::Kind::Node,
                            [this](const WatchEvent& event) { see_node(event); }));
}

void DaemonSetController::see_pod(const WatchEvent& event) {
  const model::ObjectMeta& metadata = event.object->object.metadata();
  const auto* owner = controller_of_kind(metadata, "apps/v1", "DaemonSet");
  if (owner != nullptr) queue_.add({metadata.namespace_, owner->name});
}

void DaemonSetController::see_node(const WatchEvent& event) {
  if (event.type == WatchEvent::Type::modified && event.before != nullptr) {
    const auto& before = event.before->object.as<model::Node>();
    const auto& after = event.object->object.as<model::Node>();
    bool is_same =
        before.metadata.labels == after.metadata.labels && before.spec.taints == after.spec.taints;
    if (is_same) return;
  }
  for (const auto& daemon_set : list<model::DaemonSet>(context_.store)) {
    queue_.add(key_of(daemon_set->metadata));
  }
}

void DaemonSetController::sync(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::DaemonSet, key);
  if (stored == nullptr) return;
  if (!stored->object.metadata().deletionTimestamp) {
    auto pods = by_target(context_.store, stored->object.metadata());
    for (const auto& node : list<model::Node>(context_.store)) {
      sync_node(stored, *node, pods[node->metadata.name]);
    }
    replace_outdated(stored);
  }
  write_status(key);
}

// A pod that is being deleted keeps its place until it is gone.
void DaemonSetController::sync_node(const StoredPtr& daemon_set, const model::Node& node,
                                    const Pods& on_node) {
  Fit fit = fit_of(*daemon_set_of(daemon_set).spec.template_.spec, node);
  if (on_node.empty()) {
    if (fit.may_start) create_pod(daemon_set, node);
    return;
  }
  bool has_one = false;
  for (const auto& pod : on_node) {
    if (pod->metadata.deletionTimestamp) continue;
    bool is_wanted = fit.may_stay && is_active(*pod) && !has_one;
    if (!is_wanted) delete_pod(daemon_set, *pod);
    has_one = has_one || is_wanted;
  }
}

void DaemonSetController::create_pod(const StoredPtr& daemon_set, const model::Node& node) {
  const Resource& pods = context_.store.resource_of(model::Kind::Pod);
  auto created = context_.store.create(pods, daemon_set->object.metadata().namespace_,
                                       pod_for_node(daemon_set, node.metadata.name));
  if (created) {
    context_.events.normal(kComponent, daemon_set->object, "SuccessfulCreate",
                           fmt::format("Created pod: {}", (*created)->object.metadata().name));
  } else {
    context_.events.warning(kComponent, daemon_set->object, "FailedCreate",
                            fmt::format("Error creating: {}", created.error().message));
  }
}

void DaemonSetController::delete_pod(const StoredPtr& daemon_set, const model::Pod& pod) {
  remove(context_.store, model::Kind::Pod, pod.metadata);
  context_.events.normal(kComponent, daemon_set->object, "SuccessfulDelete",
                         fmt::format("Deleted pod: {}", pod.metadata.name));
}

void DaemonSetController::replace_outdated(const StoredPtr& daemon_set) {
  const model::UpdateStrategy& strategy = daemon_set_of(daemon_set).spec.updateStrategy;
  if (strategy.type == "OnDelete") return;
  std::string hash = hash_of(daemon_set);
  Pods outdated;
  std::int64_t nodes = 0;
  std::int64_t unavailable = 0;
  for (const auto& [node, pods] : by_target(context_.store, daemon_set->object.metadata())) {
    ++nodes;
    auto active = std::ranges::find_if(pods, [](const auto& pod) { return is_active(*pod); });
    if (active == pods.end() || !is_ready(**active)) ++unavailable;
    if (active == pods.end() || model::value_of((*active)->metadata.labels, kHashLabel) == hash) {
      continue;
    }
    if (is_ready(**active)) {
      outdated.push_back(*active);
    } else {
      delete_pod(daemon_set, **active);
    }
  }
  const model::RollingUpdate update = strategy.rollingUpdate.value_or(model::RollingUpdate{});
  std::int64_t allowed =
      scaled(update.maxUnavailable.value_or(model::IntOrString{"1", true}), nodes, Rounding::up);
  for (const auto& pod : outdated) {
    if (unavailable >= std::max<std::int64_t>(allowed, 1)) return;
    delete_pod(daemon_set, *pod);
    ++unavailable;
  }
}

void DaemonSetController::write_status(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::DaemonSet, key);
  if (stored == nullptr) return;
  const model::DaemonSet& daemon_set = daemon_set_of(stored);
  std::string hash = hash_of(stored);
  auto pods = by_target(context_.store, daemon_set.metadata);
  std::int64_t desired = 0, current = 0, misscheduled = 0, ready = 0, updated = 0;
  for (const auto& node : list<model::Node>(context_.store)) {
    bool is_wanted = fit_of(*daemon_set.spec.template_.spec, *node).may_start;
    const Pods& on_node = pods[node->metadata.name];
    auto active = std::ranges::find_if(on_node, [](const auto& pod) { return is_active(*pod); });
    bool is_there = active != on_node.end();
    desired += is_wanted;
    misscheduled += !is_wanted && is_there;
    if (!is_wanted || !is_there) continue;
    ++current;
    ready += is_ready(**active);
    updated += model::value_of((*active)->metadata.labels, kHashLabel) == hash;
  }
  edit_status(context_.store, model::Kind::DaemonSet, key, [&](object& status) {
    status["currentNumberScheduled"] = current;
    status["numberMisscheduled"] = misscheduled;
    status["desiredNumberScheduled"] = desired;
    status["numberReady"] = ready;
    status["observedGeneration"] = daemon_set.metadata.generation;
    set_count(status, "updatedNumberScheduled", updated);
    set_count(status, "numberAvailable", ready);
    set_count(status, "numberUnavailable", desired - ready);
  });
}

}  // namespace sim
