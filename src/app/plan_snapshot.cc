#include "app/plan_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "app/plan_pods.h"
#include "engine/overlay.h"
#include "model/labels.h"

namespace app {

namespace {

// Why the NodePool takes no part (SCH-089); "" if it does.
std::string objection(const PlanInput& input, const model::NodePool& pool) {
  if (pool.spec.replicas) return "its number of nodes is fixed (spec.replicas)";
  if (pool.metadata.deletionTimestamp) return "it is being deleted";
  const auto& conditions = pool.status.conditions;
  if (!conditions.empty()) {
    return model::is_true(conditions, "Ready") ? "" : "its condition Ready is not True";
  }
  const model::NodeClassReference& reference = pool.spec.template_.spec.nodeClassRef;
  auto found = std::ranges::find(input.classes, reference, &NodeClassState::reference);
  if (found == input.classes.end() || found->is_ready) return "";
  return fmt::format("its {} {} is not ready", reference.kind, reference.name);
}

// Whether the node counts yet (SCH-119).
bool is_known(const model::Node& node) {
  const model::Labels& labels = node.metadata.labels;
  if (!labels.contains(model::kNodePoolLabel)) return true;
  if (node.spec.providerID.empty()) return false;
  return labels.contains(model::kInstanceTypeLabel) ||
         !model::value_of(labels, model::kInitializedLabel).empty();
}

// Whether a pod of a node that goes away needs another place (SCH-023 to SCH-025).
bool is_reschedulable(const model::Pod& pod) {
  if (engine::is_daemon_pod(pod) || engine::is_static_pod(pod)) return false;
  bool is_terminating = pod.metadata.deletionTimestamp.has_value();
  if (is_terminating) {
    const model::OwnerReference* owner = model::controller_of(pod.metadata);
    return owner != nullptr && owner->apiVersion == "apps/v1" && owner->kind == "StatefulSet";
  }
  bool is_protected =
      model::value_of(pod.metadata.annotations, model::kDoNotDisruptAnnotation) == "true";
  return !engine::is_terminal(pod) && !is_protected;
}

bool is_unbound(const model::Pod& pod) {
  return pod.spec->nodeName.empty() && !engine::is_daemon_pod(pod) && !engine::is_static_pod(pod) &&
         !engine::is_terminal(pod);
}

std::vector<engine::NodeState> node_states(const PlanInput& input) {
  std::map<std::string, std::shared_ptr<const model::NodeClaim>> claim_of;  // by provider ID
  for (const auto& claim : input.claims) {
    claim_of.emplace(claim->status.providerID, claim);
  }
  claim_of.erase("");
  boost::unordered_flat_map<std::string_view, std::vector<std::shared_ptr<const model::Pod>>>
      pods_on;
  for (const auto& pod : input.pods) {
    bool is_bound = !pod->spec->nodeName.empty();
    if (is_bound && !engine::is_terminal(*pod)) pods_on[pod->spec->nodeName].push_back(pod);
  }
  std::vector<engine::NodeState> states;
  for (const auto& node : input.nodes) {
    if (!is_known(*node)) continue;
    engine::NodeState& state = states.emplace_back();
    state.node = node;
    auto claim = claim_of.extract(node->spec.providerID);
    if (!claim.empty()) state.claim = claim.mapped();
    state.pods = pods_on[node->metadata.name];
  }
  for (const auto& [provider_id, claim] : claim_of) {
    states.emplace_back().claim = claim;
  }
  return states;
}

std::vector<engine::DaemonInput> daemons_of(const PlanInput& input) {
  auto key = [](const std::string& name_space, const std::string& name) {
    return std::pair(std::string_view(name_space), std::string_view(name));
  };
  std::map<std::pair<std::string_view, std::string_view>, std::shared_ptr<const model::Pod>> newest;
  for (const auto& pod : input.pods) {
    const model::OwnerReference* owner = model::controller_of(pod->metadata);
    if (owner == nullptr || owner->kind != "DaemonSet") continue;
    auto& best = newest[key(pod->metadata.namespace_, owner->name)];
    if (!best || best->metadata.creationTimestamp < pod->metadata.creationTimestamp) best = pod;
  }
  std::vector<engine::DaemonInput> daemons;
  for (const auto& daemon_set : input.daemon_sets) {
    const model::ObjectMeta& metadata = daemon_set->metadata;
    auto pod = newest.find(key(metadata.namespace_, metadata.name));
    daemons.push_back({daemon_set, pod == newest.end() ? nullptr : pod->second});
  }
  return daemons;
}

// The claims of the input and those that were made, which get the default StorageClass where they
// name none, as an API server does.
std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> with_default_class(
    const PlanInput& input, std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> made) {
  constexpr std::string_view kIsDefault = "storageclass.kubernetes.io/is-default-class";
  auto all = std::move(made);
  all.insert(all.begin(), input.volume_claims.begin(), input.volume_claims.end());
  auto chosen = std::ranges::find_if(input.storage_classes, [&](const auto& storage_class) {
    return model::value_of(storage_class->metadata.annotations, kIsDefault) == "true";
  });
  if (chosen == input.storage_classes.end()) return all;
  for (auto& claim : all) {
    if (claim->spec.storageClassName || !claim->spec.volumeName.empty()) continue;
    model::PersistentVolumeClaim completed = *claim;
    completed.spec.storageClassName = (*chosen)->metadata.name;
    claim = std::make_shared<const model::PersistentVolumeClaim>(std::move(completed));
  }
  return all;
}

std::vector<engine::PoolTypes> pools_taking_part(const PlanInput& input,
                                                 const model::InstanceTypes& types) {
  std::vector<engine::PoolTypes> pools;
  for (const auto& pool : input.pools) {
    if (objection(input, *pool).empty()) pools.push_back({pool, types});
  }
  return pools;
}

std::vector<std::shared_ptr<const model::NodeOverlay>> overlays_that_stay(const PlanInput& input) {
  std::vector<std::shared_ptr<const model::NodeOverlay>> overlays;
  std::ranges::copy_if(input.overlays, std::back_inserter(overlays),
                       [](const auto& overlay) { return !overlay->metadata.deletionTimestamp; });
  return overlays;
}

}  // namespace

bool is_pending(const model::Pod& pod) {
  if (!pod.status.conditions.empty()) return engine::is_provisionable(pod);
  return is_unbound(pod) && pod.status.nominatedNodeName.empty() &&
         pod.spec->schedulingGates.empty();
}

bool is_left_out(const model::Pod& pod) { return is_unbound(pod) && !is_pending(pod); }

engine::Snapshot snapshot_of(const PlanInput& input, const model::InstanceTypes& types,
                             engine::Settings settings) {
  engine::Snapshot snapshot;
  snapshot.settings = std::move(settings);
  std::vector<engine::PoolTypes> pools = pools_taking_part(input, types);
  if (auto overlays = overlays_that_stay(input); !overlays.empty()) {
    engine::LabelRules rules(snapshot.settings);
    engine::Overlaid overlaid = engine::apply_overlays(overlays, pools, rules);
    for (std::size_t index = 0; index < pools.size(); ++index)
      pools[index].types = std::move(overlaid.pools[index].types);
  }
  for (engine::PoolTypes& pool : pools)
    snapshot.pools.push_back({std::move(pool.pool), std::move(pool.types)});
  std::ranges::copy_if(input.pods, std::back_inserter(snapshot.pods),
                       [](const auto& pod) { return is_pending(*pod); });
  MadePods made = pods_of_workloads(input);
  std::ranges::copy_if(made.pods, std::back_inserter(snapshot.pods),
                       [](const auto& pod) { return is_pending(*pod); });
  for (engine::NodeState& state : node_states(input)) {
    if (!state.deleting()) {
      snapshot.nodes.push_back(std::move(state));
      continue;
    }
    std::ranges::copy_if(state.pods, std::back_inserter(snapshot.pods),
                         [](const auto& pod) { return is_reschedulable(*pod); });
    snapshot.leaving.push_back(std::move(state));
  }
  std::ranges::copy(pods_of_buffers(input).pods, std::back_inserter(snapshot.pods));
  snapshot.daemons = daemons_of(input);
  snapshot.namespaces = input.namespaces;
  snapshot.volume_claims = with_default_class(input, std::move(made.claims));
  snapshot.volumes = input.volumes;
  snapshot.storage_classes = input.storage_classes;
  snapshot.csi_nodes = input.csi_nodes;
  snapshot.selectors = input.selectors;
  return snapshot;
}

std::vector<std::string> left_out(const PlanInput& input) {
  std::vector<std::string> notes;
  for (const auto& pool : input.pools) {
    std::string reason = objection(input, *pool);
    if (reason.empty()) continue;
    notes.push_back(fmt::format("NodePool {} takes no part: {}", pool->metadata.name, reason));
  }
  std::set<std::string_view> nodes;
  for (const auto& node : input.nodes)
    nodes.insert(node->metadata.name);
  std::size_t not_waiting = 0;
  std::size_t elsewhere = 0;
  for (const auto& pod : input.pods) {
    if (is_left_out(*pod)) ++not_waiting;
    const std::string& node = pod->spec->nodeName;
    if (!node.empty() && !engine::is_terminal(*pod) && !nodes.contains(node)) ++elsewhere;
  }
  if (not_waiting > 0) {
    notes.push_back(
        fmt::format("{} unbound pod{} left out: not marked unschedulable, or gated, or "
                    "promised a node already",
                    not_waiting, not_waiting == 1 ? "" : "s"));
  }
  if (elsewhere > 0) {
    notes.push_back(fmt::format("{} pod{} left out: bound to nodes that are not in the input",
                                elsewhere, elsewhere == 1 ? "" : "s"));
  }
  std::ranges::copy(pods_of_buffers(input).notes, std::back_inserter(notes));
  return notes;
}

std::vector<std::string> overlay_notes(const PlanInput& input, const model::InstanceTypes& types,
                                       const engine::Settings& settings) {
  std::vector<std::string> notes;
  auto overlays = overlays_that_stay(input);
  if (overlays.empty()) return notes;
  engine::Overlaid overlaid = engine::apply_overlays(overlays, pools_taking_part(input, types),
                                                     engine::LabelRules(settings));
  for (std::size_t index = 0; index < overlays.size(); ++index) {
    const engine::OverlayVerdict& verdict = overlaid.verdicts[index];
    const std::string& name = overlays[index]->metadata.name;
    if (!verdict.is_valid) {
      notes.push_back(fmt::format("NodeOverlay {} is left out ({}): {}", name, verdict.reason,
                                  verdict.message));
    } else if (verdict.matches == 0) {
      notes.push_back(
          fmt::format("NodeOverlay {} changes nothing: no instance type matches it", name));
    }
  }
  return notes;
}

}  // namespace app
