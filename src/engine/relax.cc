#include "engine/relax.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace engine {

namespace {

using Dropped = std::optional<std::string>;

constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

// Of equal weights the first goes (SCH-148).
template <class Terms>
std::optional<typename Terms::value_type> take_heaviest(Terms& terms) {
  auto heaviest = std::ranges::max_element(terms, {}, &Terms::value_type::weight);
  if (heaviest == terms.end()) return std::nullopt;
  typename Terms::value_type taken = std::move(*heaviest);
  terms.erase(heaviest);
  return taken;
}

Dropped drop_required_term(model::PodSpec& spec) {
  if (!spec.affinity->nodeAffinity) return std::nullopt;
  auto& required = spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required || required->nodeSelectorTerms.size() < 2) return std::nullopt;
  required->nodeSelectorTerms.erase(required->nodeSelectorTerms.begin());
  return "the first of affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
}

Dropped drop_preferred(std::optional<model::PodAffinity>& affinity, std::string_view name) {
  if (!affinity) return std::nullopt;
  auto term = take_heaviest(affinity->preferredDuringSchedulingIgnoredDuringExecution);
  if (!term) return std::nullopt;
  return fmt::format("affinity.{}.{} of weight {} by {}", name, kPreferred, term->weight,
                     term->podAffinityTerm.topologyKey);
}

Dropped drop_preferred_node_term(model::PodSpec& spec) {
  auto& affinity = spec.affinity->nodeAffinity;
  if (!affinity) return std::nullopt;
  auto term = take_heaviest(affinity->preferredDuringSchedulingIgnoredDuringExecution);
  if (!term) return std::nullopt;
  return fmt::format("affinity.nodeAffinity.{} of weight {}", kPreferred, term->weight);
}

// The last constraint takes the place of the one that is dropped (SCH-148).
Dropped drop_soft_spread(model::PodSpec& spec) {
  auto& constraints = spec.topologySpreadConstraints;
  auto soft = std::ranges::find(constraints, "ScheduleAnyway",
                                &model::TopologySpreadConstraint::whenUnsatisfiable);
  if (soft == constraints.end()) return std::nullopt;
  std::string key = soft->topologyKey;
  *soft = constraints.back();
  constraints.pop_back();
  return fmt::format("topologySpreadConstraints by {}, which is ScheduleAnyway", key);
}

Dropped tolerate_preferences(model::PodSpec& spec) {
  model::Toleration every = toleration_of_preferences();
  if (std::ranges::find(spec.tolerations, every) != spec.tolerations.end()) return std::nullopt;
  spec.tolerations.push_back(every);
  return "taints of effect PreferNoSchedule are tolerated";
}

}  // namespace

model::Toleration toleration_of_preferences() {
  model::Toleration toleration;
  toleration.operator_ = "Exists";
  toleration.effect = "PreferNoSchedule";
  return toleration;
}

std::optional<std::string> relax(model::PodSpec& spec, bool may_tolerate) {
  Dropped dropped;
  if (spec.affinity) {
    dropped = drop_required_term(spec);
    if (!dropped) dropped = drop_preferred(spec.affinity->podAffinity, "podAffinity");
    if (!dropped) dropped = drop_preferred(spec.affinity->podAntiAffinity, "podAntiAffinity");
    if (!dropped) dropped = drop_preferred_node_term(spec);
  }
  if (!dropped) dropped = drop_soft_spread(spec);
  if (!dropped && may_tolerate) dropped = tolerate_preferences(spec);
  return dropped;
}

}  // namespace engine
