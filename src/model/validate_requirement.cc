#include <fmt/format.h>

#include <algorithm>

#include "base/scan.h"
#include "model/labels.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::size_t kMostRequirements = 100;
constexpr std::int32_t kMostMinValues = 50;

constexpr std::string_view kTenancyLabel = "karpenter.k8s.aws/instance-tenancy";
constexpr std::string_view kCapacityTypes[] = {kOnDemand, kSpot, kReserved};
constexpr std::string_view kTenancies[] = {"default", "dedicated"};

bool is_comparison(std::string_view op) {
  return op == "Gt" || op == "Lt" || op == "Gte" || op == "Lte";
}

bool is_operator(std::string_view op) {
  return std::ranges::find(kOperators, op) != std::ranges::end(kOperators);
}

// Digits that fit 64 bits.
bool is_whole_number(std::string_view text) {
  return is_digits(text) && base::to_integer<std::int64_t>(text).has_value();
}

// The values that a key can have, if they are known once and for all (API-070).
std::span<const std::string_view> closed_values(std::string_view key) {
  if (key == kCapacityTypeLabel) return kCapacityTypes;
  if (key == kTenancyLabel) return kTenancies;
  return {};
}

std::string closed_values_fault(std::string_view key, const std::vector<std::string>& values,
                                std::int32_t min_values) {
  std::span<const std::string_view> known = closed_values(key);
  if (known.empty() || values.empty()) return {};
  auto count = std::ranges::count_if(values, [&](const std::string& value) {
    return std::ranges::find(known, value) != known.end();
  });
  if (count == 0) {
    return fmt::format("none of its values {} exists; there are {}{}", fmt::join(values, ", "),
                       fmt::join(known, ", "), did_you_mean(values.front(), known));
  }
  if (count < min_values) {
    return fmt::format("minValues is {}, more than the number of its values that exist, {} ({})",
                       min_values, count, fmt::join(known, ", "));
  }
  return {};
}

// Of KWOK's domain, which the schema reserves in requirements alone (API-062).
std::string reserved_kwok_key_fault(std::string_view key) {
  std::string_view domain = key.substr(0, key.find('/'));
  if (!domain.ends_with(kKwokGroup) || is_well_known(key) ||
      key == node_class_label(kKwokGroup, "KWOKNodeClass")) {
    return {};
  }
  return fmt::format("\"{}\" is reserved: its domain belongs to Karpenter{}", key,
                     did_you_mean(key, well_known_labels()));
}

std::string too_few_values(std::int32_t min_values, std::size_t count) {
  return fmt::format("minValues is {}, more than the number of listed values, {}", min_values,
                     count);
}

}  // namespace

std::string comparison_fault(std::string_view op, const std::vector<std::string>& values) {
  if (!is_comparison(op)) return {};
  if (values.size() != 1) {
    return fmt::format("{} takes exactly one value, found {}", op, values.size());
  }
  if (is_whole_number(values.front())) return {};
  return fmt::format("{} takes a whole number of 0 or more, found \"{}\"", op, values.front());
}

std::vector<std::string> requirement_faults(std::string_view written_key, std::string_view op,
                                            const std::vector<std::string>& values,
                                            std::optional<std::int32_t> min_values) {
  std::vector<std::string> faults;
  auto add = [&](std::string_view what) {
    if (!what.empty()) faults.push_back(fmt::format("key \"{}\": {}", written_key, what));
  };
  std::string_view key = normalized_label(written_key);
  std::string key_text = qualified_name_fault(key);
  if (!key_text.empty()) faults.push_back("key " + key_text);
  if (!is_operator(op)) add("operator " + choice_fault(op, kOperators));
  if (is_restricted(key)) {
    add(key == kHostnameLabel ? "a host has its name only once it exists"
                              : "the label is reserved" + did_you_mean(key, well_known_labels()));
  }
  for (const std::string& value : values)
    add(label_value_fault(value));
  if (op == "In") {
    if (values.empty()) add("In needs at least one value");
    std::int32_t at_least = min_values.value_or(0);
    if (std::cmp_less(values.size(), at_least)) add(too_few_values(at_least, values.size()));
    add(closed_values_fault(key, values, at_least));
  }
  add(comparison_fault(op, values));
  return faults;
}

std::vector<std::string> requirement_faults(const NodeRequirement& requirement) {
  return requirement_faults(requirement.key, requirement.operator_, requirement.values,
                            requirement.minValues);
}

std::vector<std::string> requirement_faults(const NodeSelectorRequirement& expression) {
  return requirement_faults(expression.key, expression.operator_, expression.values);
}

void check_requirements(const std::vector<NodeRequirement>& requirements, const std::string& path,
                        bool nodepool_is_allowed, Faults& faults) {
  faults.add_if(path, count_fault(requirements.size(), kMostRequirements));
  for (std::size_t index = 0; index < requirements.size(); ++index) {
    const NodeRequirement& requirement = requirements[index];
    std::string at = fmt::format("{}[{}]", path, index);
    std::string key = key_fault(requirement.key);
    if (key.empty()) key = reserved_key_fault(requirement.key, nodepool_is_allowed);
    if (key.empty()) key = reserved_kwok_key_fault(requirement.key);
    faults.add_if(at + ".key", std::move(key));

    const std::string& op = requirement.operator_;
    faults.add_if(at + ".operator", choice_fault(op, kOperators));
    if (op == "In" && requirement.values.empty()) {
      faults.add(at + ".values", "In needs at least one value");
    }
    faults.add_if(at + ".values", comparison_fault(op, requirement.values));
    if (!requirement.minValues) continue;
    faults.add_if(at + ".minValues", range_fault(*requirement.minValues, 1, kMostMinValues));
    // Entries are counted as they are listed, repeated ones too (API-057).
    if (op == "In" && std::cmp_less(requirement.values.size(), *requirement.minValues)) {
      faults.add(at + ".minValues",
                 too_few_values(*requirement.minValues, requirement.values.size()));
    }
  }
}

}  // namespace model
