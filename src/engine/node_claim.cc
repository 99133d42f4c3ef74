// The NodeClaim of a planned claim.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/label_rules.h"
#include "engine/pack.h"
#include "engine/templates.h"
#include "model/hash.h"
#include "model/labels.h"

namespace engine {

namespace {

// Custom labels get the value that the requirements leave, if there is one (SCH-271).
model::Labels labels_of(const PlannedClaim& claim, const LabelRules& rules) {
  model::Labels labels = template_labels(*claim.pool);
  for (const auto& [key, requirement] : *claim.requirements) {
    if (rules.is_well_known(key) || key == model::kHostnameLabel) continue;
    std::string value = requirement.any_value();
    if (!value.empty()) labels[key] = std::move(value);
  }
  return labels;
}

model::Labels annotations_of(const PlannedClaim& claim) {
  model::Labels annotations = claim.pool->spec.template_.metadata.annotations;
  annotations[std::string(model::kNodePoolHashAnnotation)] = model::node_pool_hash(*claim.pool);
  annotations[std::string(model::kNodePoolHashVersionAnnotation)] = model::kNodePoolHashVersion;
  annotations[std::string(model::kMinValuesRelaxedAnnotation)] =
      claim.min_values_relaxed ? "true" : "false";
  return annotations;
}

// Price has decided which types are in the list (SCH-269); then the capacity types that these types
// are offered as (SCH-270).
model::Requirements with_types(const PlannedClaim& claim, const LabelRules& rules) {
  model::Requirements requirements = *claim.requirements;
  std::vector<std::string> names;
  std::set<std::string> capacity_types;
  for (const auto& type : claim.types) {
    names.push_back(type->name);
    for (const model::Offering& offering : type->offerings) {
      if (offering.available && rules.compatible(*claim.requirements, offering.requirements)) {
        capacity_types.emplace(offering.capacity_type());
      }
    }
  }
  using model::Operator;
  requirements.add({model::kInstanceTypeLabel, Operator::In, std::move(names)});
  if (!capacity_types.empty()) {
    requirements.add(
        {model::kCapacityTypeLabel, Operator::In, {capacity_types.begin(), capacity_types.end()}});
  }
  return requirements;
}

}  // namespace

model::NodeClaim to_node_claim(const PlannedClaim& claim, const Settings& settings) {
  LabelRules rules(settings);
  const model::NodePool& pool = *claim.pool;
  const model::NodeClaimTemplateSpec& spec = pool.spec.template_.spec;
  model::NodeClaim made;
  made.metadata.generateName = pool.metadata.name + "-";
  made.metadata.labels = labels_of(claim, rules);
  made.metadata.annotations = annotations_of(claim);
  made.metadata.ownerReferences.push_back({.apiVersion = "karpenter.sh/v1",
                                           .kind = "NodePool",
                                           .name = pool.metadata.name,
                                           .uid = pool.metadata.uid,
                                           .controller = std::nullopt,
                                           .blockOwnerDeletion = true});
  made.spec.taints = spec.taints;
  made.spec.startupTaints = spec.startupTaints;
  made.spec.nodeClassRef = spec.nodeClassRef;
  made.spec.expireAfter = spec.expireAfter;
  made.spec.terminationGracePeriod = spec.terminationGracePeriod;
  made.spec.resources.requests = claim.requests;
  made.spec.requirements = with_types(claim, rules).to_wire();
  return made;
}

}  // namespace engine
