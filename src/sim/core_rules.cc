#include "sim/core_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "model/labels.h"

namespace sim {
namespace {

using Faults = std::vector<model::Fault>;

std::string child(std::string_view path, std::string_view name) {
  return fmt::format("{}.{}", path, name);
}

std::string item(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

void require(std::string_view value, std::string field, Faults& faults) {
  if (value.empty()) faults.push_back({std::move(field), "Required value"});
}

void check_supported(std::string_view value, std::span<const std::string_view> supported,
                     std::string field, Faults& faults) {
  if (value.empty() || std::ranges::find(supported, value) != supported.end()) return;
  std::vector<std::string> quoted;
  for (std::string_view name : supported) {
    quoted.push_back(fmt::format("\"{}\"", name));
  }
  faults.push_back({std::move(field), fmt::format("Unsupported value: \"{}\": supported values: {}",
                                                  value, fmt::join(quoted, ", "))});
}

void check_not_negative(std::int64_t value, std::string field, Faults& faults) {
  if (value >= 0) return;
  faults.push_back({std::move(field),
                    fmt::format("Invalid value: {}: must be greater than or equal to 0", value)});
}

void check_quantities(const model::ResourceList& list, const std::string& field, Faults& faults) {
  for (const auto& [resource, quantity] : list) {
    if (!quantity.is_negative()) continue;
    faults.push_back({fmt::format("{}[{}]", field, resource),
                      fmt::format("Invalid value: \"{}\": must be greater than or equal to 0",
                                  quantity.to_string())});
  }
}

void check_resources(const model::ResourceRequirements& resources, const std::string& field,
                     Faults& faults) {
  check_quantities(resources.limits, child(field, "limits"), faults);
  check_quantities(resources.requests, child(field, "requests"), faults);
  for (const auto& [resource, request] : resources.requests) {
    auto limit = resources.limits.find(resource);
    if (limit == resources.limits.end() || request <= limit->second) continue;
    faults.push_back(
        {child(field, "requests"),
         fmt::format("Invalid value: \"{}\": must be less than or equal to {} limit of {}",
                     request.to_string(), resource, limit->second.to_string())});
  }
}

void check_containers(const std::vector<model::Container>& containers, const std::string& field,
                      std::set<std::string_view>& names, Faults& faults) {
  for (std::size_t index = 0; index < containers.size(); ++index) {
    const model::Container& container = containers[index];
    std::string place = item(field, index);
    require(container.name, child(place, "name"), faults);
    require(container.image, child(place, "image"), faults);
    if (!container.name.empty() && !names.insert(container.name).second) {
      faults.push_back(
          {child(place, "name"), fmt::format("Duplicate value: \"{}\"", container.name)});
    }
    check_resources(container.resources, child(place, "resources"), faults);
  }
}

void check_tolerations(const std::vector<model::Toleration>& tolerations, const std::string& field,
                       Faults& faults) {
  static constexpr std::array<std::string_view, 2> kOperators = {"Equal", "Exists"};
  static constexpr std::array<std::string_view, 3> kEffects = {"NoSchedule", "PreferNoSchedule",
                                                               "NoExecute"};
  for (std::size_t index = 0; index < tolerations.size(); ++index) {
    const model::Toleration& toleration = tolerations[index];
    std::string place = item(field, index);
    check_supported(toleration.operator_, kOperators, child(place, "operator"), faults);
    check_supported(toleration.effect, kEffects, child(place, "effect"), faults);
    if (toleration.key.empty() && toleration.operator_ != "Exists") {
      faults.push_back({child(place, "operator"),
                        fmt::format("Invalid value: \"{}\": operator must be Exists when `key` is "
                                    "empty, which means \"match all values and all keys\"",
                                    toleration.operator_)});
    }
    if (toleration.operator_ == "Exists" && !toleration.value.empty()) {
      faults.push_back({child(place, "operator"),
                        fmt::format("Invalid value: \"{}\": value must be empty when `operator` is "
                                    "'Exists'",
                                    toleration.value)});
    }
  }
}

void check_pod_spec(const model::PodSpec& spec, const std::string& field, Faults& faults) {
  static constexpr std::array<std::string_view, 3> kRestartPolicies = {"Always", "OnFailure",
                                                                       "Never"};
  std::set<std::string_view> names;
  if (spec.containers.empty()) require("", child(field, "containers"), faults);
  check_containers(spec.containers, child(field, "containers"), names, faults);
  check_containers(spec.initContainers, child(field, "initContainers"), names, faults);
  check_supported(spec.restartPolicy, kRestartPolicies, child(field, "restartPolicy"), faults);
  check_tolerations(spec.tolerations, child(field, "tolerations"), faults);
  check_quantities(spec.overhead, child(field, "overhead"), faults);
  check_not_negative(spec.terminationGracePeriodSeconds.value_or(0),
                     child(field, "terminationGracePeriodSeconds"), faults);
}

// What may change of a pod that exists: images, its grace period, more tolerations; and, while it is
// gated, where it may run.
void check_pod_change(const model::PodSpec& now, const model::PodSpec& before, Faults& faults) {
  model::PodSpec allowed = before;
  auto take_images = [](std::vector<model::Container>& to,
                        const std::vector<model::Container>& from) {
    for (std::size_t index = 0; index < std::min(to.size(), from.size()); ++index) {
      to[index].image = from[index].image;
    }
  };
  take_images(allowed.containers, now.containers);
  take_images(allowed.initContainers, now.initContainers);
  bool keeps_tolerations = std::ranges::all_of(before.tolerations, [&](const auto& toleration) {
    return std::ranges::find(now.tolerations, toleration) != now.tolerations.end();
  });
  if (keeps_tolerations) allowed.tolerations = now.tolerations;
  allowed.terminationGracePeriodSeconds = now.terminationGracePeriodSeconds;
  if (!before.schedulingGates.empty()) {
    allowed.schedulingGates = now.schedulingGates;
    allowed.nodeSelector = now.nodeSelector;
    allowed.affinity = now.affinity;
  }
  if (allowed == now) return;
  faults.push_back(
      {"spec",
       "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
       "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
       "additions to existing tolerations),`spec.terminationGracePeriodSeconds`"});
}

bool is_empty(const model::LabelSelector& selector) {
  return selector.matchLabels.empty() && selector.matchExpressions.empty();
}

// What Deployments, ReplicaSets and DaemonSets have in common.
template <class Spec>
void check_workload(const Spec& spec, const Spec* before, Faults& faults) {
  if (is_empty(spec.selector)) {
    require("", "spec.selector", faults);
  } else if (!model::matches(spec.selector, spec.template_.metadata.labels)) {
    faults.push_back(
        {"spec.template.metadata.labels",
         fmt::format("Invalid value: {}: `selector` does not match template `labels`",
                     base::print_json(base::to_json(spec.template_.metadata.labels)))});
  }
  if (before != nullptr && spec.selector != before->selector) {
    faults.push_back(
        {"spec.selector", fmt::format("Invalid value: {}: field is immutable",
                                      base::print_json(base::to_json(spec.selector)))});
  }
  check_pod_spec(*spec.template_.spec, "spec.template.spec", faults);
  static constexpr std::array<std::string_view, 1> kAlways = {"Always"};
  check_supported(spec.template_.spec->restartPolicy, kAlways, "spec.template.spec.restartPolicy",
                  faults);
}

void check_strategy(const model::UpdateStrategy& strategy,
                    std::span<const std::string_view> supported, const std::string& field,
                    Faults& faults) {
  check_supported(strategy.type, supported, child(field, "type"), faults);
  if (strategy.type == "RollingUpdate" || !strategy.rollingUpdate) return;
  faults.push_back(
      {child(field, "rollingUpdate"),
       fmt::format("Forbidden: may not be specified when strategy `type` is '{}'", strategy.type)});
}

void check_taints(const std::vector<model::Taint>& taints, Faults& faults) {
  static constexpr std::array<std::string_view, 3> kEffects = {"NoSchedule", "PreferNoSchedule",
                                                               "NoExecute"};
  std::set<std::pair<std::string_view, std::string_view>> places;
  for (std::size_t index = 0; index < taints.size(); ++index) {
    const model::Taint& taint = taints[index];
    std::string place = item("spec.taints", index);
    require(taint.key, child(place, "key"), faults);
    require(taint.effect, child(place, "effect"), faults);
    check_supported(taint.effect, kEffects, child(place, "effect"), faults);
    if (!places.insert({taint.key, taint.effect}).second) {
      faults.push_back({place, fmt::format("Duplicate value: \"{}\": taints must be unique by key "
                                           "and effect pair",
                                           taint.key)});
    }
  }
}

void check_amount(const std::optional<model::IntOrString>& amount, const std::string& field,
                  Faults& faults) {
  if (!amount) return;
  std::string_view text = amount->text;
  if (amount->is_integer) {
    if (!text.starts_with('-')) return;
    faults.push_back(
        {field, fmt::format("Invalid value: {}: must be greater than or equal to 0", text)});
    return;
  }
  bool is_percent =
      text.size() >= 2 && text.ends_with('%') &&
      text.substr(0, text.size() - 1).find_first_not_of("0123456789") == std::string_view::npos;
  if (is_percent) return;
  faults.push_back(
      {field, fmt::format("Invalid value: \"{}\": a valid percent string must be a numeric "
                          "string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
                          "for validation is '[0-9]+%')",
                          text)});
}

}  // namespace

Faults core_faults(const model::Pod& pod, const model::Pod* before) {
  Faults faults;
  if (before == nullptr) {
    check_pod_spec(*pod.spec, "spec", faults);
  } else if (pod.spec != before->spec) {
    check_pod_spec(*pod.spec, "spec", faults);
    check_pod_change(*pod.spec, *before->spec, faults);
  }
  return faults;
}

Faults core_faults(const model::Node& node, const model::Node* before) {
  Faults faults;
  check_taints(node.spec.taints, faults);
  bool changes_provider = before != nullptr && !before->spec.providerID.empty() &&
                          before->spec.providerID != node.spec.providerID;
  if (changes_provider) {
    faults.push_back({"spec.providerID",
                      "Forbidden: node updates may not change providerID except from \"\" to "
                      "valid"});
  }
  return faults;
}

Faults core_faults(const model::Deployment& deployment, const model::Deployment* before) {
  static constexpr std::array<std::string_view, 2> kTypes = {"Recreate", "RollingUpdate"};
  Faults faults;
  check_workload(deployment.spec, before == nullptr ? nullptr : &before->spec, faults);
  check_not_negative(deployment.spec.replicas.value_or(0), "spec.replicas", faults);
  check_strategy(deployment.spec.strategy, kTypes, "spec.strategy", faults);
  return faults;
}

Faults core_faults(const model::ReplicaSet& set, const model::ReplicaSet* before) {
  Faults faults;
  check_workload(set.spec, before == nullptr ? nullptr : &before->spec, faults);
  check_not_negative(set.spec.replicas.value_or(0), "spec.replicas", faults);
  return faults;
}

Faults core_faults(const model::DaemonSet& set, const model::DaemonSet* before) {
  static constexpr std::array<std::string_view, 2> kTypes = {"OnDelete", "RollingUpdate"};
  Faults faults;
  check_workload(set.spec, before == nullptr ? nullptr : &before->spec, faults);
  check_strategy(set.spec.updateStrategy, kTypes, "spec.updateStrategy", faults);
  return faults;
}

Faults core_faults(const model::StatefulSet& set, const model::StatefulSet* before) {
  static constexpr std::array<std::string_view, 2> kManagement = {"OrderedReady", "Parallel"};
  static constexpr std::array<std::string_view, 2> kTypes = {"OnDelete", "RollingUpdate"};
  Faults faults;
  const model::StatefulSetSpec& spec = set.spec;
  check_workload(spec, before == nullptr ? nullptr : &before->spec, faults);
  check_not_negative(spec.replicas.value_or(0), "spec.replicas", faults);
  check_supported(spec.podManagementPolicy, kManagement, "spec.podManagementPolicy", faults);
  check_supported(spec.updateStrategy.type, kTypes, "spec.updateStrategy.type", faults);
  bool may_change =
      before == nullptr || (spec.serviceName == before->spec.serviceName &&
                            spec.podManagementPolicy == before->spec.podManagementPolicy &&
                            base::to_json(spec.volumeClaimTemplates) ==
                                base::to_json(before->spec.volumeClaimTemplates));
  if (!may_change) {
    faults.push_back(
        {"spec",
         "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', "
         "'template', 'updateStrategy', 'revisionHistoryLimit', "
         "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"});
  }
  return faults;
}

Faults core_faults(const model::Job& job, const model::Job* before) {
  static constexpr std::array<std::string_view, 2> kRestartPolicies = {"OnFailure", "Never"};
  static constexpr std::array<std::string_view, 2> kModes = {"NonIndexed", "Indexed"};
  Faults faults;
  const model::JobSpec& spec = job.spec;
  check_pod_spec(*spec.template_.spec, "spec.template.spec", faults);
  check_supported(spec.template_.spec->restartPolicy, kRestartPolicies,
                  "spec.template.spec.restartPolicy", faults);
  check_supported(spec.completionMode.value_or(""), kModes, "spec.completionMode", faults);
  check_not_negative(spec.parallelism.value_or(0), "spec.parallelism", faults);
  check_not_negative(spec.completions.value_or(0), "spec.completions", faults);
  check_not_negative(spec.backoffLimit.value_or(0), "spec.backoffLimit", faults);
  if (spec.completionMode == "Indexed" && !spec.completions) {
    require("", "spec.completions", faults);
  }
  bool may_change = before == nullptr || (spec.selector == before->spec.selector &&
                                          spec.completions == before->spec.completions &&
                                          spec.completionMode == before->spec.completionMode &&
                                          spec.template_.spec == before->spec.template_.spec);
  if (!may_change) faults.push_back({"spec", "Invalid value: field is immutable"});
  return faults;
}

Faults core_faults(const model::PodDisruptionBudget& budget, const model::PodDisruptionBudget*) {
  static constexpr std::array<std::string_view, 2> kPolicies = {"AlwaysAllow", "IfHealthyBudget"};
  Faults faults;
  if (budget.spec.minAvailable && budget.spec.maxUnavailable) {
    faults.push_back(
        {"spec", fmt::format("Invalid value: {}: minAvailable and maxUnavailable cannot "
                             "be both set",
                             base::print_json(base::to_json(budget.spec)))});
  }
  check_amount(budget.spec.minAvailable, "spec.minAvailable", faults);
  check_amount(budget.spec.maxUnavailable, "spec.maxUnavailable", faults);
  check_supported(budget.spec.unhealthyPodEvictionPolicy, kPolicies,
                  "spec.unhealthyPodEvictionPolicy", faults);
  return faults;
}

}  // namespace sim
