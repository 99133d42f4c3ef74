#include "model/node.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/scan.h"

namespace model {
namespace {

constexpr std::string_view kNodeSpecNotKept[] = {"configSource", "externalID", "podCIDR",
                                                 "podCIDRs"};
constexpr std::string_view kNodeStatusNotKept[] = {
    "config", "daemonEndpoints", "declaredFeatures", "features",     "images",
    "phase",  "runtimeHandlers", "volumesAttached",  "volumesInUse",
};
constexpr std::string_view kNodeSystemInfoNotKept[] = {"swap"};

// An integer as the numeric toleration operators want it: no plus sign, no leading zero, no blank.
std::optional<std::int64_t> plain_integer(std::string_view text) {
  std::string_view digits = text;
  bool is_negative = base::take(digits, '-');
  if (digits.starts_with('0') && (is_negative || digits.size() > 1)) return std::nullopt;
  return base::to_integer<std::int64_t>(text);
}

}  // namespace

FIELDS_WITH(Taint, .always({"key", "effect"}), key, value, effect, timeAdded);
FIELDS_WITH(NodeSpec, .not_keeping(kNodeSpecNotKept), providerID, unschedulable, taints);
FIELDS_WITH(NodeAddress, .always({"type", "address"}), type, address);
FIELDS_WITH(NodeSystemInfo,
            .always({"machineID", "systemUUID", "bootID", "kernelVersion", "osImage",
                     "containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion",
                     "operatingSystem", "architecture"})
                .not_keeping(kNodeSystemInfoNotKept),
            machineID, systemUUID, bootID, kernelVersion, osImage, containerRuntimeVersion,
            kubeletVersion, kubeProxyVersion, operatingSystem, architecture);
FIELDS_WITH(NodeStatus, .not_keeping(kNodeStatusNotKept), capacity, allocatable, conditions,
            addresses, nodeInfo);
FIELDS(Node, metadata, spec, status);

bool tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  const std::string& op = toleration.operator_;
  if (op == "Exists") return true;
  if (op.empty() || op == "Equal") return toleration.value == taint.value;
  if (op != "Gt" && op != "Lt") return false;
  std::optional<std::int64_t> threshold = plain_integer(toleration.value);
  std::optional<std::int64_t> value = plain_integer(taint.value);
  if (!threshold || !value) return false;
  return op == "Gt" ? *value > *threshold : *value < *threshold;
}

bool tolerates(const std::vector<Toleration>& tolerations, const Taint& taint) {
  return std::ranges::any_of(
      tolerations, [&](const Toleration& toleration) { return tolerates(toleration, taint); });
}

}  // namespace model
