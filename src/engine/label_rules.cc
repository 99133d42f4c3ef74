#include "engine/label_rules.h"

#include <algorithm>

#include "model/labels.h"

namespace engine {

namespace {

bool is_negative(const model::Requirement& requirement) {
  model::Operator op = requirement.op();
  return op == model::Operator::NotIn || op == model::Operator::DoesNotExist;
}

// Whether the domain of the key is `domain` or below it.
bool is_in_domain(std::string_view key, std::string_view domain) {
  std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view own = key.substr(0, slash);
  if (own == domain) return true;
  return own.size() > domain.size() && own.ends_with(domain) &&
         own[own.size() - domain.size() - 1] == '.';
}

}  // namespace

LabelRules::LabelRules(const Settings& settings) {
  if (settings.cloud_labels) {
    well_known_ = settings.cloud_labels->well_known;
    restricted_domains_ = settings.cloud_labels->restricted_domains;
  } else {
    for (std::string_view key : model::well_known_labels()) {
      if (!is_in_domain(key, model::kKwokGroup)) well_known_.emplace_back(key);
    }
  }
  std::ranges::sort(well_known_);
}

bool LabelRules::is_well_known(std::string_view key) const {
  return std::ranges::binary_search(well_known_, key);
}

bool LabelRules::is_restricted(std::string_view key) const {
  if (is_well_known(key)) return false;
  return model::is_restricted(key) ||
         std::ranges::any_of(restricted_domains_,
                             [&](const std::string& domain) { return is_in_domain(key, domain); });
}

bool LabelRules::is_undefined(const model::Requirements& existing,
                              const model::Requirement& incoming) const {
  return !existing.has(incoming.key()) && !is_well_known(incoming.key()) && !is_negative(incoming);
}

bool LabelRules::compatible(const model::Requirements& existing,
                            const model::Requirements& incoming) const {
  for (const auto& [key, requirement] : incoming) {
    if (is_undefined(existing, requirement)) return false;
  }
  return existing.intersects(incoming);
}

std::optional<std::string> LabelRules::incompatibility(const model::Requirements& existing,
                                                       const model::Requirements& incoming) const {
  for (const auto& [key, requirement] : incoming) {
    if (is_undefined(existing, requirement)) {
      return "label \"" + key + "\" does not have known values" + hint_for(key, existing);
    }
  }
  std::string text;
  for (const auto& [key, requirement] : incoming) {
    const model::Requirement* present = existing.find(key);
    if (present == nullptr || present->overlaps(requirement)) continue;
    if (is_negative(*present) && is_negative(requirement)) continue;
    if (!text.empty()) text += "; ";
    text += "key " + key + ", " + requirement.to_string() + " not in " + present->to_string();
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string LabelRules::hint_for(std::string_view key, const model::Requirements& existing) const {
  std::size_t slash = key.find('/');
  std::string_view tail = slash == std::string_view::npos ? key : key.substr(slash + 1);
  std::vector<std::string_view> candidates(well_known_.begin(), well_known_.end());
  for (const auto& [candidate, requirement] : existing) {
    candidates.push_back(candidate);
  }
  auto has_same_name = [&](std::string_view candidate) {
    return candidate.ends_with("/" + std::string(tail));
  };
  auto may_be_meant = [&](std::string_view candidate) {
    return candidate.contains(key) || candidate.ends_with(tail);
  };
  auto found = std::ranges::find_if(candidates, has_same_name);
  if (found == candidates.end()) found = std::ranges::find_if(candidates, may_be_meant);
  return found == candidates.end() ? "" : " (typo of \"" + std::string(*found) + "\"?)";
}

}  // namespace engine
