#include <fmt/format.h>

#include <algorithm>

#include "model/labels.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::size_t kMostRequirements = 100;

// Resources that every instance type has, which no overlay may change (API-146).
constexpr std::string_view kFixedResources[] = {"cpu", "memory", "ephemeral-storage", "pods"};
// Those that the provider computes itself (API-148).
constexpr std::string_view kProviderResources[] = {"vpc.amazonaws.com/pod-eni",
                                                   "vpc.amazonaws.com/efa", "aws.amazon.com/neuron",
                                                   "aws.amazon.com/neuroncore", "habana.ai/gaudi"};

// Keys of AWS that a NodePool may ask for and an overlay may not (API-142, section 11.2).
constexpr std::string_view kPoolOnlyKeys[] = {
    "karpenter.k8s.aws/instance-tenancy",
    "karpenter.k8s.aws/capacity-reservation-id",
    "karpenter.k8s.aws/capacity-reservation-type",
    "karpenter.k8s.aws/capacity-reservation-interruptible",
    "karpenter.k8s.aws/placement-group-id",
    "karpenter.k8s.aws/placement-group-partition",
};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// "34.43", "43" (API-143).
bool is_price(std::string_view text) {
  std::size_t dot = text.find('.');
  if (!is_digits(text.substr(0, dot))) return false;
  return dot == std::string_view::npos || is_digits(text.substr(dot + 1));
}

// Digits that may have a point before the last of them: "5", "5.5", ".5".
bool is_decimal(std::string_view text) {
  std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return is_digits(text);
  return (dot == 0 || is_digits(text.substr(0, dot))) && is_digits(text.substr(dot + 1));
}

// A signed amount, or a signed percentage that takes away no more than everything (API-144).
bool is_price_adjustment(std::string_view text) {
  if (text == "-100%") return true;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  bool is_discount = text.front() == '-';
  text.remove_prefix(1);
  if (!text.ends_with('%')) return is_decimal(text);
  text.remove_suffix(1);
  if (!is_discount) return is_decimal(text);
  std::size_t dot = text.find('.');
  std::string_view whole = text.substr(0, dot);
  return is_digits(whole) && whole.size() <= 2 &&
         (dot == std::string_view::npos || is_digits(text.substr(dot + 1)));
}

void check_overlay_requirements(const std::vector<NodeSelectorRequirement>& requirements,
                                Faults& faults) {
  const std::string path = "spec.requirements";
  faults.add_if(path, count_fault(requirements.size(), kMostRequirements));
  for (std::size_t index = 0; index < requirements.size(); ++index) {
    const NodeSelectorRequirement& requirement = requirements[index];
    std::string at = fmt::format("{}[{}]", path, index);
    std::string key = key_fault(requirement.key);
    if (key.empty()) key = reserved_key_fault(requirement.key, true);
    if (key.empty() && is_one_of(requirement.key, kPoolOnlyKeys)) {
      key = quoted(requirement.key) + " can be asked for by NodePools only";
    }
    faults.add_if(at + ".key", std::move(key));
    const std::string& op = requirement.operator_;
    faults.add_if(at + ".operator", choice_fault(op, kOperators));
    if ((op == "In" || op == "NotIn") && requirement.values.empty()) {
      faults.add(at + ".values", op + " needs at least one value");
    }
    faults.add_if(at + ".values", comparison_fault(op, requirement.values));
  }
}

}  // namespace

std::vector<Fault> admission_faults(const NodeOverlay& overlay, const NodeOverlay*) {
  Faults faults;
  const NodeOverlaySpec& spec = overlay.spec;
  check_overlay_requirements(spec.requirements, faults);
  if (spec.priceAdjustment && !is_price_adjustment(*spec.priceAdjustment)) {
    faults.add("spec.priceAdjustment",
               quoted(*spec.priceAdjustment) +
                   " is no signed amount or percentage such as \"+0.05\" or \"-12.5%\"");
  }
  if (spec.price && !is_price(*spec.price)) {
    faults.add("spec.price", quoted(*spec.price) + " is no price in dollars such as \"0.34\"");
  }
  if (spec.price && spec.priceAdjustment) {
    faults.add("spec", "price and priceAdjustment are both set; keep one");
  }
  for (const auto& [resource, quantity] : spec.capacity) {
    if (!is_one_of(resource, kFixedResources)) continue;
    faults.add(fmt::format("spec.capacity.{}", resource),
               quoted(resource) + " belongs to the instance type and cannot be changed");
  }
  if (spec.weight) faults.add_if("spec.weight", range_fault(*spec.weight, 1, 10000));
  return faults.take();
}

std::vector<std::string> runtime_faults(const NodeOverlay& overlay) {
  std::vector<std::string> faults;
  for (const NodeSelectorRequirement& requirement : overlay.spec.requirements) {
    for (const std::string& fault : requirement_faults(requirement)) {
      faults.push_back("requirements: " + fault);
    }
    if (requirement.operator_ == "NotIn" && requirement.values.empty()) {
      faults.push_back(
          fmt::format("requirements: key \"{}\": NotIn needs at least one value", requirement.key));
    }
  }
  for (const auto& [resource, quantity] : overlay.spec.capacity) {
    if (is_one_of(resource, kFixedResources) || is_one_of(resource, kProviderResources)) {
      faults.push_back(
          fmt::format("capacity: \"{}\" belongs to the instance type and cannot be "
                      "changed",
                      resource));
    }
  }
  return faults;
}

}  // namespace model
