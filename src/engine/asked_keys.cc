#include "engine/asked_keys.h"

#include "model/labels.h"

namespace engine {

void AskedKeys::take_key(std::string_view key) {
  std::string_view name = model::normalized_label(key);
  if (!keys_.contains(name)) keys_.emplace(name);
}

void AskedKeys::take(const model::PodSpec& spec) {
  for (const auto& [key, value] : spec.nodeSelector)
    take_key(key);
  for (const auto& constraint : spec.topologySpreadConstraints)
    take_key(constraint.topologyKey);
  if (!spec.affinity) return;
  if (const auto& nodes = spec.affinity->nodeAffinity) {
    if (const auto& required = nodes->requiredDuringSchedulingIgnoredDuringExecution) {
      for (const auto& term : required->nodeSelectorTerms) {
        for (const auto& expression : term.matchExpressions)
          take_key(expression.key);
      }
    }
    for (const auto& term : nodes->preferredDuringSchedulingIgnoredDuringExecution) {
      for (const auto& expression : term.preference.matchExpressions)
        take_key(expression.key);
    }
  }
  for (const auto* affinity : {&spec.affinity->podAffinity, &spec.affinity->podAntiAffinity}) {
    if (!*affinity) continue;
    for (const auto& term : (*affinity)->requiredDuringSchedulingIgnoredDuringExecution) {
      take_key(term.topologyKey);
    }
    for (const auto& term : (*affinity)->preferredDuringSchedulingIgnoredDuringExecution) {
      take_key(term.podAffinityTerm.topologyKey);
    }
  }
}

void AskedKeys::take(const model::Requirements& requirements) {
  for (const auto& [key, requirement] : requirements)
    take_key(key);
}

void AskedKeys::take_required_anti_affinity(const model::PodSpec& spec) {
  if (!spec.affinity || !spec.affinity->podAntiAffinity) return;
  for (const auto& term :
       spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution) {
    take_key(term.topologyKey);
  }
}

model::Requirements AskedKeys::of(const model::Labels& labels) const {
  model::Requirements requirements;
  for (const auto& [key, value] : labels) {
    if (keys_.contains(model::normalized_label(key))) {
      requirements.add({key, model::Operator::In, {value}});
    }
  }
  return requirements;
}

}  // namespace engine
