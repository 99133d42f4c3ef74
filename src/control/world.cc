#include "control/world.h"

#include <algorithm>
#include <charconv>

#include "control/action.h"
#include "model/labels.h"

namespace control {
namespace {

// Removed objects are remembered this far back, against answers that arrive late.
constexpr std::size_t kGoneRemembered = 20'000;

// Resource versions of one server grow; where they are no numbers they say nothing.
std::optional<std::uint64_t> version_of(const model::ObjectMeta& metadata) {
  const std::string& text = metadata.resourceVersion;
  std::uint64_t version = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return version;
}

template <class T>
std::vector<std::shared_ptr<const T>> pick(
    const std::map<std::string, std::set<std::string>, std::less<>>& index, std::string_view id,
    const Table<T>& table) {
  std::vector<std::shared_ptr<const T>> found;
  if (id.empty()) return found;
  auto names = index.find(id);
  if (names == index.end()) return found;
  for (const std::string& name : names->second)
    found.push_back(table.at(name));
  return found;
}

void unindex(std::map<std::string, std::set<std::string>, std::less<>>& index,
             const std::string& id, const std::string& key) {
  auto entry = index.find(id);
  if (entry == index.end()) return;
  entry->second.erase(key);
  if (entry->second.empty()) index.erase(entry);
}

std::vector<model::Kind> kinds_to_watch(const Settings& settings) {
  using enum model::Kind;
  std::vector<model::Kind> kinds = {Namespace,
                                    Node,
                                    Pod,
                                    DaemonSet,
                                    PodDisruptionBudget,
                                    PersistentVolume,
                                    PersistentVolumeClaim,
                                    StorageClass,
                                    CSINode,
                                    VolumeAttachment,
                                    settings.class_kind,
                                    NodePool,
                                    NodeClaim};
  if (settings.node_overlay) kinds.push_back(NodeOverlay);
  if (settings.capacity_buffer) {
    kinds.insert(kinds.end(), {PodTemplate, Deployment, ReplicaSet, StatefulSet, CapacityBuffer});
  }
  return kinds;
}

std::string label_of_class(const Settings& settings) {
  const model::KindInfo& kind = model::info(settings.class_kind);
  return model::node_class_label(kind.group, kind.name);
}

const model::ObjectMeta& metadata_of(const model::Object& object) { return object.metadata(); }
template <class T>
const model::ObjectMeta& metadata_of(const std::shared_ptr<const T>& object) {
  return object->metadata;
}

}  // namespace

std::string table_key(const model::ObjectMeta& metadata) {
  return metadata.namespace_.empty() ? metadata.name : metadata.namespace_ + "/" + metadata.name;
}

World::World(Settings settings)
    : settings_(std::move(settings)),
      class_label_(label_of_class(settings_)),
      watched_kinds_(kinds_to_watch(settings_)) {}

void World::apply(const ports::Change& change) {
  switch (change.type) {
    case ports::Change::Type::put: assume(change.object); break;
    case ports::Change::Type::removed: remove(change.object); break;
    case ports::Change::Type::synced: synced_.insert(change.kind); break;
  }
}

void World::assume(const model::Object& object) {
  if (is_older_than_known(object)) return;
  const model::ObjectMeta& metadata = object.metadata();
  if (gone_uids_.contains(metadata.uid)) return;
  // A write that took the last finalizer off a deleted object answers with its last state.
  bool finished = metadata.deletionTimestamp && metadata.finalizers.empty() &&
                  object.kind() != model::Kind::Pod;
  if (finished) {
    remove(object);
    return;
  }
  switch (object.kind()) {
    case model::Kind::Pod: put_pod(object.share<model::Pod>()); break;
    case model::Kind::Node: put(nodes_, object); break;
    case model::Kind::NodeClaim: put(claims_, object); break;
    case model::Kind::NodePool: put(pools_, object); break;
    case model::Kind::EC2NodeClass:
    case model::Kind::KWOKNodeClass: classes_[metadata.name] = object; break;
    case model::Kind::DaemonSet: put(daemon_sets_, object); break;
    case model::Kind::PodDisruptionBudget: put(budgets_, object); break;
    case model::Kind::Namespace: put(namespaces_, object); break;
    case model::Kind::PersistentVolumeClaim: put(volume_claims_, object); break;
    case model::Kind::PersistentVolume: put(volumes_, object); break;
    case model::Kind::StorageClass: put(storage_classes_, object); break;
    case model::Kind::CSINode: put(csi_nodes_, object); break;
    case model::Kind::VolumeAttachment: put(attachments_, object); break;
    case model::Kind::NodeOverlay: put(overlays_, object); break;
    case model::Kind::CapacityBuffer: put(buffers_, object); break;
    case model::Kind::PodTemplate: put(pod_templates_, object); break;
    case model::Kind::Deployment: put(deployments_, object); break;
    case model::Kind::ReplicaSet: put(replica_sets_, object); break;
    case model::Kind::StatefulSet: put(stateful_sets_, object); break;
    default: break;
  }
}

template <class T>
void World::put(Table<T>& table, const model::Object& object) {
  std::shared_ptr<const T> value = object.share<T>();
  std::string key = table_key(value->metadata);
  std::shared_ptr<const T>& slot = table[key];
  if constexpr (std::is_same_v<T, model::Node> || std::is_same_v<T, model::NodeClaim>) {
    ++machines_version_;
  }
  if constexpr (std::is_same_v<T, model::Node>) {
    ++demand_version_;
    if (slot) unindex(nodes_by_provider_, slot->spec.providerID, key);
    if (!value->spec.providerID.empty()) nodes_by_provider_[value->spec.providerID].insert(key);
  }
  if constexpr (std::is_same_v<T, model::NodeClaim>) {
    count_unlaunched(slot.get(), value.get());
    if (slot) unindex(claims_by_provider_, slot->status.providerID, key);
    if (!value->status.providerID.empty()) {
      claims_by_provider_[value->status.providerID].insert(key);
    }
  }
  if constexpr (std::is_same_v<T, model::VolumeAttachment>) {
    if (slot) unindex(attachments_by_node_, slot->spec.nodeName, key);
    attachments_by_node_[value->spec.nodeName].insert(key);
  }
  slot = std::move(value);
}

void World::put_pod(const std::shared_ptr<const model::Pod>& pod) {
  std::string key = table_key(pod->metadata);
  std::shared_ptr<const model::Pod>& slot = pods_[key];
  note_pod_event(slot.get(), *pod);
  if (slot) unindex(pods_by_node_, slot->spec->nodeName, key);
  if (!pod->spec->nodeName.empty() && !engine::is_terminal(*pod)) {
    pods_by_node_[pod->spec->nodeName].insert(key);
  }
  if (engine::is_provisionable(*pod)) {
    provisionable_[key] = pod;
    ++demand_version_;
  } else {
    demand_version_ += provisionable_.erase(key);
  }
  slot = pod;
}

void World::note_pod_event(const model::Pod* before, const model::Pod& after) {
  if (after.spec->nodeName.empty() || engine::is_daemon_pod(after)) return;
  if (!synced_.contains(model::Kind::Pod)) return;  // DIS-027: the first list is no event
  bool came = before == nullptr || before->spec->nodeName.empty();
  bool ended = before != nullptr && engine::is_terminal(after) && !engine::is_terminal(*before);
  bool leaves =
      before != nullptr && after.metadata.deletionTimestamp && !before->metadata.deletionTimestamp;
  if (came || ended || leaves) pod_events[after.spec->nodeName] = std::nullopt;
}

void World::remove_pod(const std::string& key) {
  auto pod = pods_.find(key);
  if (pod == pods_.end()) return;
  unindex(pods_by_node_, pod->second->spec->nodeName, key);
  demand_version_ += provisionable_.erase(key);
  planned_claims.erase(key);
  first_seen.erase(key);
  decided.erase(key);
  pods_.erase(pod);
}

void World::remove(const model::Object& object) {
  const model::ObjectMeta& metadata = object.metadata();
  std::string key = table_key(metadata);
  if (gone_uids_.insert(metadata.uid).second) {
    gone_order_.push_back(metadata.uid);
    if (gone_order_.size() > kGoneRemembered) {
      gone_uids_.erase(gone_order_.front());
      gone_order_.pop_front();
    }
  }
  // An object of the same name that was created since is another one and stays.
  auto erase = [&](auto& table) {
    auto found = table.find(key);
    if (found == table.end() || metadata_of(found->second).uid != metadata.uid) return false;
    table.erase(found);
    ++machines_version_;
    return true;
  };
  switch (object.kind()) {
    case model::Kind::Pod: {
      auto found = pods_.find(key);
      if (found != pods_.end() && found->second->metadata.uid == metadata.uid) remove_pod(key);
      break;
    }
    case model::Kind::Node: {
      auto found = nodes_.find(key);
      std::string provider = found == nodes_.end() ? "" : found->second->spec.providerID;
      if (erase(nodes_)) unindex(nodes_by_provider_, provider, key);
      ++demand_version_;
      break;
    }
    case model::Kind::NodeClaim: {
      auto found = claims_.find(key);
      std::shared_ptr<const model::NodeClaim> claim;
      if (found != claims_.end()) claim = found->second;
      if (!erase(claims_)) break;
      unindex(claims_by_provider_, claim->status.providerID, key);
      count_unlaunched(claim.get(), nullptr);
      break;
    }
    case model::Kind::NodePool: erase(pools_); break;
    case model::Kind::EC2NodeClass:
    case model::Kind::KWOKNodeClass: erase(classes_); break;
    case model::Kind::DaemonSet: erase(daemon_sets_); break;
    case model::Kind::PodDisruptionBudget: erase(budgets_); break;
    case model::Kind::Namespace: erase(namespaces_); break;
    case model::Kind::PersistentVolumeClaim: erase(volume_claims_); break;
    case model::Kind::PersistentVolume: erase(volumes_); break;
    case model::Kind::StorageClass: erase(storage_classes_); break;
    case model::Kind::CSINode: erase(csi_nodes_); break;
    case model::Kind::NodeOverlay: erase(overlays_); break;
    case model::Kind::CapacityBuffer: erase(buffers_); break;
    case model::Kind::PodTemplate: erase(pod_templates_); break;
    case model::Kind::Deployment: erase(deployments_); break;
    case model::Kind::ReplicaSet: erase(replica_sets_); break;
    case model::Kind::StatefulSet: erase(stateful_sets_); break;
    case model::Kind::VolumeAttachment: {
      auto found = attachments_.find(key);
      std::string node = found == attachments_.end() ? "" : found->second->spec.nodeName;
      if (erase(attachments_)) unindex(attachments_by_node_, node, key);
      break;
    }
    default: break;
  }
}

bool World::is_older_than_known(const model::Object& object) const {
  const model::ObjectMeta& metadata = object.metadata();
  std::string key = table_key(metadata);
  auto older = [&](const auto& table) {
    auto known = table.find(key);
    if (known == table.end() || metadata_of(known->second).uid != metadata.uid) return false;
    std::optional<std::uint64_t> known_version = version_of(metadata_of(known->second));
    std::optional<std::uint64_t> version = version_of(metadata);
    return known_version && version && *version < *known_version;
  };
  switch (object.kind()) {
    case model::Kind::Pod: return older(pods_);
    case model::Kind::Node: return older(nodes_);
    case model::Kind::NodeClaim: return older(claims_);
    case model::Kind::NodePool: return older(pools_);
    case model::Kind::EC2NodeClass:
    case model::Kind::KWOKNodeClass: return older(classes_);
    case model::Kind::NodeOverlay: return older(overlays_);
    case model::Kind::CapacityBuffer: return older(buffers_);
    default: return false;
  }
}

std::vector<std::shared_ptr<const model::Pod>> World::pods_on(std::string_view node) const {
  return pick(pods_by_node_, node, pods_);
}

std::vector<std::shared_ptr<const model::VolumeAttachment>> World::attachments_on(
    std::string_view node) const {
  return pick(attachments_by_node_, node, attachments_);
}

std::vector<std::shared_ptr<const model::Node>> World::nodes_of(std::string_view providerID) const {
  return pick(nodes_by_provider_, providerID, nodes_);
}

std::vector<std::shared_ptr<const model::NodeClaim>> World::claims_of(
    std::string_view providerID) const {
  return pick(claims_by_provider_, providerID, claims_);
}

bool World::is_managed(const model::NodeClassReference& reference) const {
  const model::KindInfo& kind = model::info(settings_.class_kind);
  return reference.group == kind.group && reference.kind == kind.name;
}

bool World::is_managed(const model::Node& node) const {
  return node.metadata.labels.contains(class_label_);
}

// LIF-215, LIF-216: not while it lacks what its machine is known by.
bool World::is_tracked(const model::Node& node) const {
  const model::Labels& labels = node.metadata.labels;
  if (!labels.contains(model::kNodePoolLabel)) return true;
  if (node.spec.providerID.empty()) return false;
  return labels.contains(model::kInstanceTypeLabel) ||
         !model::value_of(labels, model::kInitializedLabel).empty();
}

std::vector<engine::NodeState> World::node_states() const {
  std::vector<engine::NodeState> states = machines();
  for (engine::NodeState& state : states) {
    if (state.node) state.pods = pods_on(state.node->metadata.name);
  }
  return states;
}

std::vector<engine::NodeState> World::machines() const {
  std::vector<engine::NodeState> states;
  for (const auto& [name, node] : nodes_) {
    if (!is_tracked(*node)) continue;
    engine::NodeState state;
    state.node = node;
    auto claims = claims_of(node->spec.providerID);
    if (claims.size() == 1 && is_managed(claims.front()->spec.nodeClassRef)) {
      state.claim = claims.front();
    }
    state.marked_for_deletion =
        state.claim && marked_for_deletion.contains(state.claim->metadata.name);
    states.push_back(std::move(state));
  }
  for (const auto& [name, claim] : claims_) {
    if (!is_managed(claim->spec.nodeClassRef) || claim->status.providerID.empty()) continue;
    bool is_seen = std::ranges::any_of(nodes_of(claim->status.providerID),
                                       [&](const auto& node) { return is_tracked(*node); });
    if (is_seen) continue;
    engine::NodeState state;
    state.claim = claim;
    state.marked_for_deletion = marked_for_deletion.contains(name);
    states.push_back(std::move(state));
  }
  return states;
}

void World::count_unlaunched(const model::NodeClaim* before, const model::NodeClaim* after) {
  auto counts = [&](const model::NodeClaim* claim) {
    return claim != nullptr && is_managed(claim->spec.nodeClassRef) &&
           claim->status.providerID.empty();
  };
  if (counts(before)) --unlaunched_;
  if (counts(after)) ++unlaunched_;
}

bool World::is_any_busy(std::string_view prefix) const {
  auto key = busy_.lower_bound(prefix);
  return key != busy_.end() && key->starts_with(prefix);
}

const Failure* World::failure_of(std::string_view key) const {
  auto failure = failures_.find(key);
  return failure == failures_.end() ? nullptr : &failure->second;
}

void World::note_failure(const std::string& key, const base::Error& error, base::Time now,
                         base::Duration first, base::Duration longest) {
  Failure& failure = failures_[key];
  failure.error = error;
  base::Duration wait = first;
  for (int attempt = 0; attempt < failure.count && wait < longest; ++attempt)
    wait *= 2;
  failure.retry_at = now + std::min(wait, longest);
  ++failure.count;
}

void World::clear_failure(const std::string& key) { failures_.erase(key); }

std::optional<base::Time> World::blocked_until(std::string_view key, base::Time now) const {
  base::Time until = now;
  if (const Failure* failure = failure_of(key)) until = std::max(until, failure->retry_at);
  if (auto rest = rests_.find(key); rest != rests_.end()) until = std::max(until, rest->second);
  return until > now ? std::optional(until) : std::nullopt;
}

bool World::is_nominated(std::string_view providerID, base::Time now) const {
  auto nomination = nominated_.find(providerID);
  return nomination != nominated_.end() && now < nomination->second;
}

void World::forget_stale(base::Time now) {
  auto is_over = [&](const auto& entry) { return entry.second <= now; };
  std::erase_if(nominated_, is_over);
  std::erase_if(rests_, is_over);
  std::set<std::string_view> uids;
  for (const auto& [name, claim] : claims_)
    uids.insert(claim->metadata.uid);
  auto claim_is_gone = [&](const auto& entry) { return !uids.contains(entry.first); };
  std::erase_if(launched, claim_is_gone);
  std::erase_if(refused_launches, claim_is_gone);
  std::erase_if(hook_answers, claim_is_gone);
  std::set<std::string_view> pool_uids;
  for (const auto& [name, pool] : pools_)
    pool_uids.insert(pool->metadata.uid);
  registration_health.forget_unless(
      [&](const std::string& uid) { return pool_uids.contains(uid); });
  std::erase_if(instances, [&](const auto& entry) {
    return claims_of(entry.first).empty() && nodes_of(entry.first).empty();
  });
  std::erase_if(marked_for_deletion,
                [&](const std::string& name) { return !claims_.contains(name); });
  std::erase_if(types, [&](const auto& entry) { return !pools_.contains(entry.first); });
  std::erase_if(pod_events, [&](const auto& entry) { return !nodes_.contains(entry.first); });
  // A key that has not been tried for an hour names something that is gone.
  std::erase_if(failures_, [&](const auto& entry) {
    return entry.second.retry_at + std::chrono::hours(1) < now;
  });
}

}  // namespace control
