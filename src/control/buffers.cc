#include "control/buffers.h"

#include <set>

#include "control/edit.h"

namespace control {
namespace {

std::string key_in(std::string_view name_space, std::string_view name) {
  return std::string(name_space) + "/" + std::string(name);
}

template <class T>
std::optional<engine::BufferTarget> workload_of(const Table<T>& table, const std::string& key) {
  auto found = table.find(key);
  if (found == table.end()) return std::nullopt;
  return engine::BufferTarget{found->second->spec.template_, found->second->spec.replicas,
                              std::nullopt};
}

engine::FindBufferTarget finder(const World& world) {
  return [&world](std::string_view kind, std::string_view name_space,
                  std::string_view name) -> std::optional<engine::BufferTarget> {
    std::string key = key_in(name_space, name);
    if (kind == "Deployment") return workload_of(world.deployments(), key);
    if (kind == "ReplicaSet") return workload_of(world.replica_sets(), key);
    if (kind == "StatefulSet") return workload_of(world.stateful_sets(), key);
    auto found = world.pod_templates().find(key);
    if (found == world.pod_templates().end()) return std::nullopt;
    return engine::BufferTarget{found->second->template_, std::nullopt,
                                found->second->metadata.generation};
  };
}

// "" if it refers to none.
std::string template_version(const World& world, const model::CapacityBuffer& buffer) {
  if (!buffer.spec.podTemplateRef) return "";
  auto found = world.pod_templates().find(
      key_in(buffer.metadata.namespace_, buffer.spec.podTemplateRef->name));
  return found == world.pod_templates().end() ? "" : found->second->metadata.resourceVersion;
}

bool is_served(const model::CapacityBuffer& buffer) {
  return engine::is_ours(buffer) && !buffer.metadata.deletionTimestamp;
}

// SCH-309: nothing is left of buffers that are gone.
template <class Map, class Keys>
void keep_only(Map& map, const Keys& keys) {
  std::erase_if(map, [&](const auto& entry) { return !keys.contains(entry.first); });
}

}  // namespace

Decision Buffers::decide(World& world, base::Time now) {
  Decision decision;
  if (!world.settings().capacity_buffer || !world.watches_synced()) return decision;
  BufferKnowledge& knowledge = world.buffer_knowledge;
  is_pass_new_ = knowledge.passes != seen_passes_;
  seen_passes_ = knowledge.passes;
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> uids;
  for (const auto& [name, buffer] : world.buffers()) {
    if (!is_served(*buffer)) continue;
    names.insert(name);
    uids.insert(buffer->metadata.uid);
    serve(world, buffer, now, decision);
  }
  keep_only(knowledge.pods, names);
  keep_only(known_, uids);
  return decision;
}

void Buffers::serve(World& world, const std::shared_ptr<const model::CapacityBuffer>& buffer,
                    base::Time now, Decision& decision) {
  BufferKnowledge& knowledge = world.buffer_knowledge;
  auto [place, is_new] = known_.try_emplace(buffer->metadata.uid);
  Known& known = place->second;
  model::CapacityBuffer changed = *buffer;
  if (known.unwritten) changed.status = *known.unwritten;
  std::string version = template_version(world, *buffer);
  const base::Duration period = world.settings().buffer_period;
  bool is_due = is_new || known.generation != buffer->metadata.generation ||
                known.template_version != version || now >= known.resolved_at + period;
  if (is_due) {
    known.generation = buffer->metadata.generation;
    known.template_version = std::move(version);
    known.resolved_at = now;
    engine::ResolvedBuffer resolved = engine::resolve(changed, finder(world), now);
    changed.status = std::move(resolved.status);
    auto pods = engine::virtual_pods(changed, resolved.pod_template);
    bool is_ready = model::is_true(changed.status.conditions, "ReadyForProvisioning");
    if (is_ready) knowledge.triggers.insert(changed.metadata.uid);  // SCH-011
    knowledge.pods[table_key(changed.metadata)] = std::move(pods);
  }
  if (is_pass_new_) {
    auto fits = knowledge.fits.find({changed.metadata.namespace_, changed.metadata.name});
    engine::show_provisioning(
        changed, fits == knowledge.fits.end() ? std::nullopt : std::optional(fits->second), now);
  }
  decision.wake_at(known.resolved_at + period);
  known.unwritten.reset();
  if (base::to_json(changed.status) == base::to_json(buffer->status)) return;
  known.unwritten = changed.status;
  decision.actions.push_back(
      patch_action(model::Object(buffer), model::Object(std::move(changed))));
}

}  // namespace control
