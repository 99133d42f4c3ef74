#include "control/overlays.h"

#include <algorithm>

#include "control/edit.h"
#include "control/provision.h"
#include "engine/compiled_types.h"
#include "engine/label_rules.h"
#include "model/conditions.h"

namespace control {
namespace {

const model::ConditionSet& overlay_conditions() {
  return model::conditions_of(model::Kind::NodeOverlay);
}

bool is_awaited(const FetchedTypes& fetched) { return fetched.awaits_evaluation; }

}  // namespace

engine::CompiledTypesPointer compiled_types(const World& world, const model::InstanceTypes& types) {
  std::vector<engine::CompiledTypesPointer> known;
  for (const auto& [pool, fetched] : world.types)
    known.push_back(fetched.compiled);
  return engine::compile(types, known);
}

Overlays::Generations Overlays::generations_of(const World& world) {
  Generations generations;
  auto add = [&](const model::ObjectMeta& metadata) {
    if (!metadata.deletionTimestamp) generations.emplace_back(metadata.uid, metadata.generation);
  };
  for (const auto& [name, overlay] : world.overlays())
    add(overlay->metadata);
  for (const auto& [name, pool] : world.pools())
    add(pool->metadata);
  for (const auto& [name, node_class] : world.classes())
    add(node_class.metadata());
  return generations;
}

Decision Overlays::decide(World& world, base::Time now) {
  Decision decision;
  if (!world.settings().node_overlay || !world.watches_synced()) return decision;
  Generations generations = generations_of(world);
  const base::Duration period = world.settings().overlay_period;
  bool is_changed = generations != evaluated_;
  if (is_changed || !fetched_at_ || now >= *fetched_at_ + period) {  // SCH-295, SCH-303
    fetched_at_ = now;
    for (const auto& pool : participating_pools(world)) {
      Action fetch;
      fetch.key = "types/" + pool->metadata.name;
      fetch.work = FetchInstanceTypes{pool};
      decision.actions.push_back(std::move(fetch));
    }
  }
  bool is_any_new =
      std::ranges::any_of(world.types, [](const auto& entry) { return is_awaited(entry.second); });
  if (is_changed || is_any_new) {
    evaluate(world, decision);
    evaluated_ = std::move(generations);
  }
  show_verdicts(world, now, decision);
  decision.wake_at(*fetched_at_ + period);
  return decision;
}

void Overlays::evaluate(World& world, Decision& decision) {
  std::vector<std::shared_ptr<const model::NodeOverlay>> overlays;
  for (const auto& [name, overlay] : world.overlays()) {
    if (!overlay->metadata.deletionTimestamp) overlays.push_back(overlay);
  }
  std::vector<engine::PoolTypes> pools;
  std::vector<FetchedTypes*> places;
  for (const auto& [name, pool] : world.pools()) {
    auto fetched = world.types.find(name);
    if (fetched == world.types.end() || fetched->second.error) continue;
    pools.push_back({pool, fetched->second.from_cloud});
    places.push_back(&fetched->second);
  }
  engine::LabelRules rules(world.settings().engine);
  engine::Overlaid overlaid = engine::apply_overlays(overlays, pools, rules);
  for (std::size_t index = 0; index < places.size(); ++index) {
    FetchedTypes& fetched = *places[index];
    fetched.types = std::move(overlaid.pools[index].types);
    fetched.overlaid = std::move(overlaid.pools[index].names);
    fetched.compiled = compiled_types(world, fetched.types);
    fetched.awaits_evaluation = false;
    if (overlays.empty() && !is_cloud_told_) continue;
    Action tell;
    tell.key = "overlay/" + pools[index].pool->metadata.name;
    tell.work = OverlayTypes{pools[index].pool->metadata.name, fetched.types};
    decision.actions.push_back(std::move(tell));
  }
  is_cloud_told_ = is_cloud_told_ || !overlays.empty();
  verdicts_.clear();
  for (std::size_t index = 0; index < overlays.size(); ++index) {
    verdicts_.emplace(overlays[index]->metadata.uid, std::move(overlaid.verdicts[index]));
  }
}

// SCH-301. A write that failed is repeated, since the object still says something else.
void Overlays::show_verdicts(const World& world, base::Time now, Decision& decision) const {
  for (const auto& [name, overlay] : world.overlays()) {
    auto verdict = verdicts_.find(overlay->metadata.uid);
    if (verdict == verdicts_.end() || overlay->metadata.deletionTimestamp) continue;
    model::NodeOverlay changed = *overlay;
    auto& conditions = changed.status.conditions;
    const auto& [is_valid, reason, message, matches] = verdict->second;
    bool is_news = is_valid ? model::set_true(conditions, overlay_conditions(), changed.metadata,
                                              model::kValidationSucceeded, "", "", now)
                            : model::set_false(conditions, overlay_conditions(), changed.metadata,
                                               model::kValidationSucceeded, reason, message, now);
    if (!is_news) continue;
    Action action = patch_action(model::Object(overlay), model::Object(std::move(changed)));
    if (!is_valid) {
      action.logs.push_back(
          {Level::error,
           "nodeoverlay.controller",
           "node overlay is not valid",
           {{"NodeOverlay", {{"name", name}}}, {"reason", reason}, {"error", message}}});
    }
    decision.actions.push_back(std::move(action));
  }
}

}  // namespace control
