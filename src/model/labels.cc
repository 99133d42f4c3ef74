#include "model/labels.h"

#include <algorithm>
#include <array>
#include <utility>

namespace model {
namespace {

constexpr std::pair<std::string_view, std::string_view> kNormalized[] = {
    {"failure-domain.beta.kubernetes.io/zone", kZoneLabel},
    {"failure-domain.beta.kubernetes.io/region", kRegionLabel},
    {"beta.kubernetes.io/arch", kArchLabel},
    {"beta.kubernetes.io/os", kOsLabel},
    {"beta.kubernetes.io/instance-type", kInstanceTypeLabel},
    {"topology.ebs.csi.aws.com/zone", kZoneLabel},
};

constexpr std::string_view kWellKnown[] = {
    kNodePoolLabel,
    kCapacityTypeLabel,
    kZoneLabel,
    kRegionLabel,
    kInstanceTypeLabel,
    kArchLabel,
    kOsLabel,
    kWindowsBuildLabel,
    kZoneIdLabel,
    "karpenter.k8s.aws/capacity-reservation-id",
    "karpenter.k8s.aws/capacity-reservation-interruptible",
    "karpenter.k8s.aws/capacity-reservation-type",
    "karpenter.k8s.aws/instance-accelerator-count",
    "karpenter.k8s.aws/instance-accelerator-manufacturer",
    "karpenter.k8s.aws/instance-accelerator-name",
    "karpenter.k8s.aws/instance-capability-flex",
    "karpenter.k8s.aws/instance-category",
    "karpenter.k8s.aws/instance-cpu",
    "karpenter.k8s.aws/instance-cpu-manufacturer",
    "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz",
    "karpenter.k8s.aws/instance-ebs-bandwidth",
    "karpenter.k8s.aws/instance-encryption-in-transit-supported",
    "karpenter.k8s.aws/instance-family",
    "karpenter.k8s.aws/instance-generation",
    "karpenter.k8s.aws/instance-gpu-count",
    "karpenter.k8s.aws/instance-gpu-manufacturer",
    "karpenter.k8s.aws/instance-gpu-memory",
    "karpenter.k8s.aws/instance-gpu-name",
    "karpenter.k8s.aws/instance-hypervisor",
    "karpenter.k8s.aws/instance-local-nvme",
    "karpenter.k8s.aws/instance-memory",
    "karpenter.k8s.aws/instance-network-bandwidth",
    "karpenter.k8s.aws/instance-size",
    "karpenter.k8s.aws/instance-tenancy",
    "karpenter.k8s.aws/nitro-sandbox",
    "karpenter.k8s.aws/placement-group-id",
    "karpenter.k8s.aws/placement-group-partition",
    "karpenter.kwok.sh/instance-cpu",
    "karpenter.kwok.sh/instance-family",
    "karpenter.kwok.sh/instance-memory",
    "karpenter.kwok.sh/instance-size",
};

constexpr std::string_view kRestrictedDomains[] = {kKarpenterGroup, kAwsGroup, kKwokGroup};

constexpr auto kSortedWellKnown = [] {
  auto keys = std::to_array(kWellKnown);
  std::ranges::sort(keys);
  return keys;
}();

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_letter_or_digit(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

// [A-Za-z0-9] at both ends, also -_. between them; 1 to 63 characters.
bool is_name_part(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_letter_or_digit(text.front()) &&
         is_letter_or_digit(text.back()) && std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  if (text.size() > 253) return false;
  while (true) {
    std::size_t dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view normalized_label(std::string_view key) {
  for (const auto& [old_key, new_key] : kNormalized) {
    if (key == old_key) return new_key;
  }
  return key;
}

std::span<const std::string_view> well_known_labels() { return kWellKnown; }

bool is_well_known(std::string_view key) {
  return std::ranges::binary_search(kSortedWellKnown, key);
}

bool is_restricted(std::string_view key) {
  if (is_well_known(key)) return false;
  if (key == kHostnameLabel) return true;
  std::size_t slash = key.find('/');
  std::string_view domain = slash == std::string_view::npos ? "" : key.substr(0, slash);
  return std::ranges::any_of(kRestrictedDomains, [&](std::string_view restricted) {
    if (!domain.ends_with(restricted)) return false;
    std::string_view rest = domain.substr(0, domain.size() - restricted.size());
    return rest.empty() || rest.ends_with('.');
  });
}

std::string node_class_label(std::string_view group, std::string_view kind) {
  std::string label(group);
  label += '/';
  for (char c : kind) {
    label += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return label;
}

bool is_qualified_name(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_part(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_name_part(text); }

}  // namespace model
