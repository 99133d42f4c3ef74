#include "engine/relax.h"

#include <algorithm>

namespace engine {

namespace {

// Of equal weights the first goes (SCH-148).
template <class Terms>
bool drop_heaviest(Terms& terms) {
  auto heaviest = std::ranges::max_element(terms, {}, &Terms::value_type::weight);
  if (heaviest == terms.end()) return false;
  terms.erase(heaviest);
  return true;
}

bool drop_required_term(model::PodSpec& spec) {
  if (!spec.affinity || !spec.affinity->nodeAffinity) return false;
  auto& required = spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required || required->nodeSelectorTerms.size() < 2) return false;
  required->nodeSelectorTerms.erase(required->nodeSelectorTerms.begin());
  return true;
}

bool drop_preferred(std::optional<model::PodAffinity>& affinity) {
  return affinity && drop_heaviest(affinity->preferredDuringSchedulingIgnoredDuringExecution);
}

bool drop_preferred_node_term(model::PodSpec& spec) {
  auto& affinity = spec.affinity->nodeAffinity;
  return affinity && drop_heaviest(affinity->preferredDuringSchedulingIgnoredDuringExecution);
}

// The last constraint takes the place of the one that is dropped (SCH-148).
bool drop_soft_spread(model::PodSpec& spec) {
  auto& constraints = spec.topologySpreadConstraints;
  auto soft = std::ranges::find(constraints, "ScheduleAnyway",
                                &model::TopologySpreadConstraint::whenUnsatisfiable);
  if (soft == constraints.end()) return false;
  *soft = constraints.back();
  constraints.pop_back();
  return true;
}

bool tolerate_preferences(model::PodSpec& spec) {
  model::Toleration every = toleration_of_preferences();
  if (std::ranges::find(spec.tolerations, every) != spec.tolerations.end()) return false;
  spec.tolerations.push_back(every);
  return true;
}

}  // namespace

model::Toleration toleration_of_preferences() {
  model::Toleration toleration;
  toleration.operator_ = "Exists";
  toleration.effect = "PreferNoSchedule";
  return toleration;
}

bool relax(model::PodSpec& spec, bool may_tolerate) {
  if (spec.affinity) {
    if (drop_required_term(spec) || drop_preferred(spec.affinity->podAffinity) ||
        drop_preferred(spec.affinity->podAntiAffinity) || drop_preferred_node_term(spec)) {
      return true;
    }
  }
  return drop_soft_spread(spec) || (may_tolerate && tolerate_preferences(spec));
}

}  // namespace engine
