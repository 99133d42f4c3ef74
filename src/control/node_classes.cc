#include "control/node_classes.h"

#include "control/edit.h"
#include "control/migrate.h"
#include "model/hash.h"
#include "model/kinds.h"

namespace control {

Decision decide_node_classes(const World& world) {
  Decision decision;
  if (!world.watches_synced()) return decision;
  std::string_view group = model::info(model::Kind::EC2NodeClass).group;
  std::string_view kind = model::info(model::Kind::EC2NodeClass).name;
  for (const auto& [name, object] : world.classes()) {
    if (!object.is<model::EC2NodeClass>()) continue;
    const auto& node_class = object.as<model::EC2NodeClass>();
    OwnersHash owner{model::kEC2NodeClassHashAnnotation, model::kEC2NodeClassHashVersionAnnotation,
                     model::node_class_hash(node_class), model::kEC2NodeClassHashVersion};
    if (is_current(node_class.metadata, owner)) continue;
    auto is_of_class = [&](const model::NodeClaim& claim) {
      const model::NodeClassReference& reference = claim.spec.nodeClassRef;
      return reference.name == name && reference.group == group && reference.kind == kind;
    };
    if (!are_claims_migrated(world, node_class.metadata, owner, is_of_class, decision)) continue;
    model::EC2NodeClass changed = node_class;
    annotate(changed.metadata, owner);
    decision.actions.push_back(patch_action(object, model::Object(std::move(changed))));
  }
  return decision;
}

}  // namespace control
