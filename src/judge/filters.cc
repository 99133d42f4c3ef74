#include "judge/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "model/labels.h"
#include "model/resources.h"

namespace judge {
namespace {

Verdict refuse(std::string_view plugin, std::string reason, bool preemption_may_help) {
  return {plugin, {std::move(reason)}, preemption_may_help};
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Both must be integers. `op` is Gt or Lt.
bool compare(std::string_view op, std::string_view left, std::string_view right) {
  std::optional<std::int64_t> a = to_integer(left);
  std::optional<std::int64_t> b = to_integer(right);
  if (!a || !b) return false;
  return op == "Gt" ? *a > *b : *a < *b;
}

bool matches(const model::NodeSelectorRequirement& requirement, const std::string* value) {
  const std::string& op = requirement.operator_;
  if (op == "Exists") return value != nullptr;
  if (op == "DoesNotExist") return value == nullptr;
  bool is_listed = value != nullptr && std::ranges::count(requirement.values, *value) > 0;
  if (op == "In") return is_listed;
  if (op == "NotIn") return !is_listed;
  if (op == "Gt" || op == "Lt") {
    return value != nullptr && requirement.values.size() == 1 &&
           compare(op, *value, requirement.values.front());
  }
  return false;
}

bool tolerated(const model::Toleration& toleration, const model::Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  const std::string& op = toleration.operator_;
  if (op == "Exists") return true;
  if (op.empty() || op == "Equal") return toleration.value == taint.value;
  if (op == "Gt" || op == "Lt") return compare(op, taint.value, toleration.value);
  return false;
}

struct HostPort {
  std::int32_t port = 0;
  std::string_view protocol;
  std::string_view address;

  bool conflicts_with(const HostPort& other) const {
    return port == other.port && protocol == other.protocol &&
           (address == other.address || address == kAnyAddress || other.address == kAnyAddress);
  }

  static constexpr std::string_view kAnyAddress = "0.0.0.0";
};

void collect(const model::Container& container, bool host_network, std::vector<HostPort>& ports) {
  for (const model::ContainerPort& port : container.ports) {
    // With the host's network every container port is one of the host.
    std::int32_t number = port.hostPort == 0 && host_network ? port.containerPort : port.hostPort;
    if (number <= 0) continue;
    std::string_view protocol = port.protocol.empty() ? "TCP" : std::string_view(port.protocol);
    std::string_view address =
        port.hostIP.empty() ? HostPort::kAnyAddress : std::string_view(port.hostIP);
    ports.push_back({number, protocol, address});
  }
}

// Of containers and sidecars.
std::vector<HostPort> host_ports(const model::PodSpec& spec) {
  bool host_network = spec.hostNetwork.value_or(false);
  std::vector<HostPort> ports;
  for (const model::Container& container : spec.initContainers) {
    if (container.restartPolicy == "Always") collect(container, host_network, ports);
  }
  for (const model::Container& container : spec.containers) {
    collect(container, host_network, ports);
  }
  return ports;
}

}  // namespace

bool tolerated(const std::vector<model::Toleration>& tolerations, const model::Taint& taint) {
  return std::ranges::any_of(tolerations, [&](const model::Toleration& toleration) {
    return tolerated(toleration, taint);
  });
}

bool matches(const model::NodeSelectorTerm& term, const model::Node& node) {
  if (term.matchExpressions.empty() && term.matchFields.empty()) return false;
  for (const auto& expression : term.matchExpressions) {
    auto label = node.metadata.labels.find(expression.key);
    bool is_there = label != node.metadata.labels.end();
    if (!matches(expression, is_there ? &label->second : nullptr)) return false;
  }
  return std::ranges::all_of(term.matchFields, [&](const auto& field) {
    return field.key == "metadata.name" && matches(field, &node.metadata.name);
  });
}

bool selects(const model::PodSpec& pod, const model::Node& node) {
  for (const auto& [key, value] : pod.nodeSelector) {
    auto label = node.metadata.labels.find(key);
    if (label == node.metadata.labels.end() || label->second != value) return false;
  }
  if (!pod.affinity || !pod.affinity->nodeAffinity) return true;
  const auto& required = pod.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return true;
  return std::ranges::any_of(required->nodeSelectorTerms,
                             [&](const auto& term) { return matches(term, node); });
}

Verdict node_unschedulable(const Placement& placement) {
  constexpr std::string_view kPlugin = "NodeUnschedulable";
  const model::Taint taint{std::string(model::kUnschedulableTaint), "", "NoSchedule", {}};
  if (!placement.node.node().spec.unschedulable ||
      tolerated(placement.pod.spec->tolerations, taint)) {
    return {kPlugin, {}};
  }
  return refuse(kPlugin, "node(s) were unschedulable", false);
}

Verdict node_name(const Placement& placement) {
  constexpr std::string_view kPlugin = "NodeName";
  const std::string& wanted = placement.pod.spec->nodeName;
  if (wanted.empty() || wanted == placement.node.name()) return {kPlugin, {}};
  return refuse(kPlugin, "node(s) didn't match the requested node name", false);
}

Verdict taint_toleration(const Placement& placement) {
  constexpr std::string_view kPlugin = "TaintToleration";
  for (const model::Taint& taint : placement.node.node().spec.taints) {
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
    if (tolerated(placement.pod.spec->tolerations, taint)) continue;
    return refuse(kPlugin,
                  fmt::format("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value),
                  false);
  }
  return {kPlugin, {}};
}

Verdict node_affinity(const Placement& placement) {
  constexpr std::string_view kPlugin = "NodeAffinity";
  if (selects(*placement.pod.spec, placement.node.node())) return {kPlugin, {}};
  return refuse(kPlugin, "node(s) didn't match Pod's node affinity/selector", false);
}

Verdict node_ports(const Placement& placement) {
  constexpr std::string_view kPlugin = "NodePorts";
  const std::vector<HostPort> wanted = host_ports(*placement.pod.spec);
  if (wanted.empty()) return {kPlugin, {}};
  for (const auto& pod : placement.node.pods()) {
    for (const HostPort& taken : host_ports(*pod->spec)) {
      if (std::ranges::any_of(wanted, [&](auto& port) { return port.conflicts_with(taken); })) {
        return refuse(kPlugin, "node(s) didn't have free ports for the requested pod ports", true);
      }
    }
  }
  return {kPlugin, {}};
}

// A request of zero asks for nothing, even on a node that has given away more than it has.
Verdict node_resources_fit(const Placement& placement) {
  Verdict verdict{"NodeResourcesFit", {}, true};
  const model::ResourceList& allocatable = placement.node.node().status.allocatable;
  const model::ResourceList& requested = placement.node.requested();
  for (const auto& [resource, request] : model::requests_of(placement.pod)) {
    if (request.is_zero()) continue;
    base::Quantity has = model::quantity_of(allocatable, resource);
    base::Quantity free = has - model::quantity_of(requested, resource);
    if (request <= free) continue;
    if (resource == model::kPods) {
      verdict.reasons.insert(verdict.reasons.begin(), "Too many pods");
      continue;
    }
    verdict.reasons.push_back(fmt::format("Insufficient {}", resource));
    // An empty node would be too small as well.
    if (request > has) verdict.preemption_may_help = false;
  }
  return verdict;
}

std::span<const FilterPlugin> filter_plugins() {
  static constexpr std::array<FilterPlugin, 11> kPlugins = {{
      {"NodeUnschedulable", node_unschedulable},
      {"NodeName", node_name},
      {"TaintToleration", taint_toleration},
      {"NodeAffinity", node_affinity},
      {"NodePorts", node_ports},
      {"NodeResourcesFit", node_resources_fit},
      {"NodeVolumeLimits", node_volume_limits},
      {"VolumeBinding", volume_binding},
      {"VolumeZone", volume_zone},
      {"PodTopologySpread", pod_topology_spread},
      {"InterPodAffinity", inter_pod_affinity},
  }};
  return kPlugins;
}

std::vector<Verdict> filters(const Placement& placement) {
  std::vector<Verdict> verdicts;
  for (const FilterPlugin& plugin : filter_plugins()) {
    verdicts.push_back(plugin.check(placement));
  }
  return verdicts;
}

Verdict first_refusal(const Placement& placement) {
  for (const FilterPlugin& plugin : filter_plugins()) {
    Verdict verdict = plugin.check(placement);
    if (!verdict.allows()) return verdict;
  }
  return {};
}

}  // namespace judge
