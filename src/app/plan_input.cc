#include "app/plan_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/kinds.h"
#include "model/labels.h"

namespace app {

namespace {

template <class T>
bool take(const model::Object& object, std::vector<std::shared_ptr<const T>>& list) {
  if (!object.is<T>()) return false;
  list.push_back(object.share<T>());
  return true;
}

template <class T>
base::Result<void> read(const base::Json& value, std::vector<std::shared_ptr<const T>>& list) {
  base::Result<T> object = base::from_json<T>(value);
  if (!object) return std::unexpected(object.error());
  list.push_back(std::make_shared<const T>(*std::move(object)));
  return {};
}

// Kinds that Joiner reads for planning alone.
std::optional<base::Result<void>> add_storage(PlanInput& input, std::string_view kind,
                                              const base::Json& value) {
  if (kind == "PersistentVolumeClaim") return read(value, input.volume_claims);
  if (kind == "PersistentVolume") return read(value, input.volumes);
  if (kind == "StorageClass") return read(value, input.storage_classes);
  if (kind == "CSINode") return read(value, input.csi_nodes);
  return std::nullopt;
}

base::Result<void> add_object(PlanInput& input, const base::Json& value) {
  std::string kind(base::string_at(value, {"kind"}));
  if (auto storage = add_storage(input, kind, value)) return *storage;
  std::string_view name = base::string_at(value, {"metadata", "name"});
  const model::KindInfo* info = model::find_kind(base::string_at(value, {"apiVersion"}), kind);
  if (info == nullptr) {
    ++input.skipped[kind];
    return {};
  }
  auto object = model::read_object(info->kind, value);
  if (!object) return base::invalid(fmt::format("{} {}: {}", kind, name, object.error().message));
  bool is_taken = take(*object, input.pods) || take(*object, input.nodes) ||
                  take(*object, input.claims) || take(*object, input.pools) ||
                  take(*object, input.daemon_sets) || take(*object, input.namespaces);
  if (!is_taken) ++input.skipped[kind];
  return {};
}

bool takes_part(const model::NodePool& pool) {
  const auto& conditions = pool.status.conditions;
  return !pool.spec.replicas && !pool.metadata.deletionTimestamp &&
         (conditions.empty() || model::is_true(conditions, "Ready"));
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

bool is_pending(const model::Pod& pod) {
  if (!pod.status.conditions.empty()) return engine::is_provisionable(pod);
  return pod.spec->nodeName.empty() && pod.status.nominatedNodeName.empty() &&
         !engine::is_daemon_pod(pod) && !engine::is_static_pod(pod) && !engine::is_terminal(pod);
}

std::vector<engine::NodeState> node_states(const PlanInput& input) {
  std::map<std::string, std::shared_ptr<const model::NodeClaim>> claim_of;  // by provider ID
  for (const auto& claim : input.claims) {
    claim_of.emplace(claim->status.providerID, claim);
  }
  claim_of.erase("");
  std::map<std::string_view, std::vector<std::shared_ptr<const model::Pod>>> pods_on;
  for (const auto& pod : input.pods) {
    if (!engine::is_terminal(*pod)) pods_on[pod->spec->nodeName].push_back(pod);
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
  std::map<std::string_view, std::shared_ptr<const model::Pod>> newest;  // by the DaemonSet's uid
  for (const auto& pod : input.pods) {
    const model::OwnerReference* owner = model::controller_of(pod->metadata);
    if (owner == nullptr || owner->kind != "DaemonSet") continue;
    auto& best = newest[owner->uid];
    if (!best || best->metadata.creationTimestamp < pod->metadata.creationTimestamp) best = pod;
  }
  std::vector<engine::DaemonInput> daemons;
  for (const auto& daemon_set : input.daemon_sets) {
    auto pod = newest.find(daemon_set->metadata.uid);
    daemons.push_back({daemon_set, pod == newest.end() ? nullptr : pod->second});
  }
  return daemons;
}

}  // namespace

base::Result<void> PlanInput::add(const base::Json& document) {
  std::string_view kind = base::string_at(document, {"kind"});
  if (!kind.ends_with("List")) return add_object(*this, document);
  const base::Json* items = base::find_path(document, {"items"});
  if (items == nullptr || !items->is_array()) return base::invalid("a List without items");
  for (const base::Json& item : items->get_array()) {
    base::Result<void> added = add_object(*this, item);
    if (!added) return added;
  }
  return {};
}

engine::Snapshot snapshot_of(const PlanInput& input, const model::InstanceTypes& types,
                             engine::Settings settings) {
  engine::Snapshot snapshot;
  snapshot.settings = std::move(settings);
  for (const auto& pool : input.pools) {
    if (takes_part(*pool)) snapshot.pools.push_back({pool, types});
  }
  for (const auto& pod : input.pods) {
    if (is_pending(*pod)) snapshot.pods.push_back(pod);
  }
  for (engine::NodeState& state : node_states(input)) {
    if (!state.deleting()) {
      snapshot.nodes.push_back(std::move(state));
      continue;
    }
    std::ranges::copy_if(state.pods, std::back_inserter(snapshot.pods),
                         [](const auto& pod) { return is_reschedulable(*pod); });
    snapshot.leaving.push_back(std::move(state));
  }
  snapshot.daemons = daemons_of(input);
  snapshot.namespaces = input.namespaces;
  snapshot.volume_claims = input.volume_claims;
  snapshot.volumes = input.volumes;
  snapshot.storage_classes = input.storage_classes;
  snapshot.csi_nodes = input.csi_nodes;
  return snapshot;
}

}  // namespace app
