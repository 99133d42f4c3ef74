#include "model/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/labels.h"

namespace model {
namespace {

bool is_negative(const Requirement& requirement) {
  Operator op = requirement.op();
  return op == Operator::NotIn || op == Operator::DoesNotExist;
}

// SCH-059, for one key that both sides have.
bool go_together(const Requirement& a, const Requirement& b) {
  return a.overlaps(b) || (is_negative(a) && is_negative(b));
}

// SCH-058 (1), for one key of the incoming side that the existing side lacks.
bool may_be_undefined(const Requirement& incoming, Undefined undefined) {
  return is_negative(incoming) ||
         (undefined == Undefined::well_known && is_well_known(incoming.key()));
}

// Whether somebody who wrote `key` may have meant `candidate` (SCH-063).
bool is_typo_of(std::string_view key, std::string_view candidate) {
  if (candidate.find(key) != std::string_view::npos) return true;
  std::size_t slash = key.find('/');
  std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  return candidate.ends_with(name);
}

// The first candidate in the order of well_known_labels(), then of the keys that are there.
std::string typo_hint(std::string_view key, const Requirements& existing, Undefined undefined) {
  auto hint = [](std::string_view candidate) {
    return fmt::format(" (typo of \"{}\"?)", candidate);
  };
  if (undefined == Undefined::well_known) {
    for (std::string_view candidate : well_known_labels()) {
      if (is_typo_of(key, candidate)) return hint(candidate);
    }
  }
  for (const auto& [candidate, requirement] : existing) {
    if (is_typo_of(key, candidate)) return hint(candidate);
  }
  return {};
}

// An operator that does not exist allows no value, as an unknown one of a label selector matches
// nothing: preferred terms are not validated (SCH-032).
Requirement requirement_of(std::string_view key, std::string_view op,
                           const std::vector<std::string>& values,
                           std::optional<std::int32_t> min_values = std::nullopt) {
  return {key, parse_operator(op).value_or(Operator::DoesNotExist), values, min_values};
}

void add_expressions(Requirements& requirements,
                     const std::vector<NodeSelectorRequirement>& expressions) {
  for (const NodeSelectorRequirement& expression : expressions) {
    requirements.add(requirement_of(expression.key, expression.operator_, expression.values));
  }
}

const NodeAffinity* node_affinity_of(const PodSpec& spec) {
  return spec.affinity && spec.affinity->nodeAffinity ? &*spec.affinity->nodeAffinity : nullptr;
}

}  // namespace

void Requirements::add(Requirement requirement) {
  auto& by_key = by_key_.edit();
  auto found = by_key.find(requirement.key());
  if (found == by_key.end()) {
    std::string key = requirement.key();
    by_key.emplace(std::move(key), std::move(requirement));
  } else {
    found->second = found->second.intersection(requirement);
  }
}

void Requirements::add(const Requirements& other) {
  for (const auto& [key, requirement] : other)
    add(requirement);
}

void Requirements::replace(Requirement requirement) {
  std::string key = requirement.key();
  by_key_.edit().insert_or_assign(std::move(key), std::move(requirement));
}

void Requirements::erase(std::string_view key) {
  if (has(key)) by_key_.edit().erase(by_key_.edit().find(key));
}

const Requirement* Requirements::find(std::string_view key) const {
  auto found = by_key_->find(key);
  return found == by_key_->end() ? nullptr : &found->second;
}

Requirement Requirements::get(std::string_view key) const {
  const Requirement* found = find(key);
  return found == nullptr ? Requirement::any(key) : *found;
}

bool Requirements::intersects(const Requirements& other) const {
  return std::ranges::all_of(other, [&](const auto& entry) {
    const Requirement* existing = find(entry.first);
    return existing == nullptr || go_together(*existing, entry.second);
  });
}

bool Requirements::compatible(const Requirements& incoming, Undefined undefined) const {
  return std::ranges::all_of(incoming, [&](const auto& entry) {
    const Requirement* existing = find(entry.first);
    return existing == nullptr ? may_be_undefined(entry.second, undefined)
                               : go_together(*existing, entry.second);
  });
}

std::optional<std::string> Requirements::incompatibility(const Requirements& incoming,
                                                         Undefined undefined) const {
  for (const auto& [key, requirement] : incoming) {
    if (has(key) || may_be_undefined(requirement, undefined)) continue;
    return fmt::format("label \"{}\" does not have known values{}", key,
                       typo_hint(key, *this, undefined));
  }
  std::string text;
  for (const auto& [key, requirement] : incoming) {
    const Requirement* existing = find(key);
    if (existing == nullptr || go_together(*existing, requirement)) continue;
    if (!text.empty()) text += "; ";
    text +=
        fmt::format("key {}, {} not in {}", key, requirement.to_string(), existing->to_string());
  }
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::string Requirements::to_string() const {
  std::vector<std::string> texts;
  for (const auto& [key, requirement] : *by_key_) {
    if (key != kHostnameLabel) texts.push_back(requirement.to_string());
  }
  std::ranges::sort(texts);
  return fmt::to_string(fmt::join(texts, ", "));
}

std::vector<NodeRequirement> Requirements::to_wire() const {
  std::vector<NodeRequirement> entries;
  for (const auto& [key, requirement] : *by_key_) {
    auto write = [&](Operator op, std::vector<std::string> values) {
      entries.push_back(
          {key, std::string(model::to_string(op)), std::move(values), requirement.min_values()});
    };
    if (requirement.gte()) write(Operator::Gte, {fmt::to_string(*requirement.gte())});
    if (requirement.lte()) write(Operator::Lte, {fmt::to_string(*requirement.lte())});
    bool is_bounded = requirement.gte() || requirement.lte();
    if (is_bounded && requirement.values().empty()) continue;
    write(requirement.op(), requirement.values());
  }
  return entries;
}

Requirements requirements_of(const Labels& labels) {
  Requirements requirements;
  for (const auto& [key, value] : labels)
    requirements.add({key, Operator::In, {value}});
  return requirements;
}

Requirements requirements_of(const std::vector<NodeRequirement>& entries) {
  Requirements requirements;
  for (const NodeRequirement& entry : entries) {
    requirements.add(requirement_of(entry.key, entry.operator_, entry.values, entry.minValues));
  }
  return requirements;
}

Requirements requirements_of(const std::vector<NodeSelectorRequirement>& expressions) {
  Requirements requirements;
  add_expressions(requirements, expressions);
  return requirements;
}

Requirements strict_requirements_of(const PodSpec& spec) {
  Requirements requirements = requirements_of(spec.nodeSelector);
  const NodeAffinity* affinity = node_affinity_of(spec);
  if (affinity == nullptr || !affinity->requiredDuringSchedulingIgnoredDuringExecution) {
    return requirements;
  }
  const auto& terms = affinity->requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms;
  if (!terms.empty()) add_expressions(requirements, terms.front().matchExpressions);
  return requirements;
}

Requirements requirements_of(const PodSpec& spec) {
  Requirements requirements = strict_requirements_of(spec);
  const NodeAffinity* affinity = node_affinity_of(spec);
  if (affinity == nullptr) return requirements;
  const auto& preferred = affinity->preferredDuringSchedulingIgnoredDuringExecution;
  // Of equal weights the first.
  auto heaviest = std::ranges::max_element(preferred, {}, &PreferredSchedulingTerm::weight);
  if (heaviest != preferred.end()) {
    add_expressions(requirements, heaviest->preference.matchExpressions);
  }
  return requirements;
}

}  // namespace model
