#include "control/migrate.h"

#include "control/edit.h"

namespace control {

bool is_current(const model::ObjectMeta& owner, const OwnersHash& wanted) {
  return model::value_of(owner.annotations, wanted.key) == wanted.hash &&
         model::value_of(owner.annotations, wanted.version_key) == wanted.version;
}

bool are_claims_migrated(const World& world, const model::ObjectMeta& owner,
                         const OwnersHash& wanted,
                         const std::function<bool(const model::NodeClaim&)>& is_owned,
                         Decision& decision) {
  auto has_version = [&](const model::ObjectMeta& object) {
    return model::value_of(object.annotations, wanted.version_key) == wanted.version;
  };
  if (has_version(owner)) return true;
  bool are_migrated = true;
  for (const auto& [name, claim] : world.claims()) {
    if (!world.is_managed(claim->spec.nodeClassRef) || !is_owned(*claim) ||
        has_version(claim->metadata)) {
      continue;
    }
    model::NodeClaim changed = *claim;
    changed.metadata.annotations[std::string(wanted.version_key)] = wanted.version;
    if (model::find_condition(claim->status.conditions, model::kDrifted) == nullptr) {
      changed.metadata.annotations[std::string(wanted.key)] = wanted.hash;
    }
    decision.actions.push_back(
        patch_action(model::Object(claim), model::Object(std::move(changed))));
    are_migrated = false;
  }
  return are_migrated;
}

void annotate(model::ObjectMeta& owner, const OwnersHash& wanted) {
  owner.annotations[std::string(wanted.key)] = wanted.hash;
  owner.annotations[std::string(wanted.version_key)] = wanted.version;
}

}  // namespace control
