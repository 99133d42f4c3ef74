#include "engine/default_spreads.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/describe.h"
#include "base/json.h"
#include "base/yaml.h"
#include "model/labels.h"

namespace engine {

struct PodTopologySpreadArgs {
  std::vector<model::TopologySpreadConstraint> defaultConstraints;
};
DESCRIBED(PodTopologySpreadArgs);

struct SchedulerConfig {
  PodTopologySpreadArgs podTopologySpread;
};
DESCRIBED(SchedulerConfig);

FIELDS(PodTopologySpreadArgs, defaultConstraints);
FIELDS(SchedulerConfig, podTopologySpread);

namespace {

std::string fault_of(const model::TopologySpreadConstraint& constraint) {
  if (constraint.maxSkew <= 0) return "maxSkew: must be greater than zero";
  if (!model::is_qualified_name(constraint.topologyKey)) {
    return fmt::format("topologyKey: \"{}\" is no label name", constraint.topologyKey);
  }
  const std::string& action = constraint.whenUnsatisfiable;
  if (action != "DoNotSchedule" && action != "ScheduleAnyway") {
    return fmt::format("whenUnsatisfiable: \"{}\" is neither DoNotSchedule nor ScheduleAnyway",
                       action);
  }
  if (constraint.labelSelector) return "labelSelector: must not be set, it is deduced";
  if (!constraint.matchLabelKeys.empty()) return "matchLabelKeys: must not be set";
  return "";
}

base::Result<SchedulerConfig> read_config(std::string_view document) {
  auto documents = base::read_yaml(document);
  if (!documents) return std::unexpected(documents.error());
  if (documents->empty()) return SchedulerConfig{};
  if (documents->size() > 1) return base::invalid("more than one document");
  std::vector<std::string> unknown;
  auto config = base::from_json<SchedulerConfig>(documents->front().value, &unknown);
  if (config && !unknown.empty()) {
    return base::invalid(fmt::format("unknown field \"{}\"", unknown.front()));
  }
  return config;
}

using Expressions = std::vector<model::LabelSelectorRequirement>;

// The labels and expressions of the selector, all as expressions.
void add_expressions(const model::LabelSelector& selector, Expressions& expressions) {
  for (const auto& [key, value] : selector.matchLabels)
    expressions.push_back({key, "In", {value}});
  expressions.insert(expressions.end(), selector.matchExpressions.begin(),
                     selector.matchExpressions.end());
}

bool is_controller(const WorkloadSelector& selector, const model::OwnerReference& owner) {
  bool is_core = owner.apiVersion == "v1" && owner.kind == "ReplicationController";
  bool is_apps =
      owner.apiVersion == "apps/v1" &&
      (owner.kind == "ReplicaSet" || owner.kind == "StatefulSet" || owner.kind == "Deployment");
  return (is_core || is_apps) && selector.kind == owner.kind && selector.name == owner.name;
}

// Pods of one spec that get the same selector keep sharing one spec.
class Spreader {
 public:
  explicit Spreader(const Snapshot& snapshot)
      : constraints_(snapshot.settings.default_spreads), selectors_(snapshot.selectors) {
    std::ranges::sort(selectors_, {}, [](const WorkloadSelector& selector) {
      return std::tie(selector.name, selector.namespace_, selector.kind);
    });
    for (const WorkloadSelector& selector : selectors_)
      by_namespace_[selector.namespace_].push_back(selector);
  }

  std::shared_ptr<const model::Pod> spread(const std::shared_ptr<const model::Pod>& pod) {
    if (!pod->spec->topologySpreadConstraints.empty()) return pod;
    auto selectors = by_namespace_.find(pod->metadata.namespace_);
    if (selectors == by_namespace_.end()) return pod;
    auto deduced = deduced_selector(*pod, selectors->second);
    if (!deduced) return pod;
    auto copy = std::make_shared<model::Pod>(*pod);
    auto& known = specs_[{&*pod->spec, base::print_json(base::to_json(*deduced))}];
    if (!known) {
      known = pod->spec;
      for (const model::TopologySpreadConstraint& constraint : constraints_) {
        auto& added = known->edit().topologySpreadConstraints.emplace_back(constraint);
        added.labelSelector = deduced;
      }
    }
    copy->spec = *known;
    return copy;
  }

 private:
  const std::vector<model::TopologySpreadConstraint>& constraints_;
  std::vector<WorkloadSelector> selectors_;
  std::map<std::string, std::vector<WorkloadSelector>, std::less<>> by_namespace_;
  std::map<std::pair<const model::PodSpec*, std::string>,
           std::optional<base::Shared<model::PodSpec>>>
      specs_;
};

}  // namespace

base::Result<std::vector<model::TopologySpreadConstraint>> read_default_spreads(
    std::string_view document) {
  auto config = read_config(document);
  if (!config) return base::invalid("scheduler config: " + config.error().message);
  auto& constraints = config->podTopologySpread.defaultConstraints;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t index = 0; index < constraints.size(); ++index) {
    const model::TopologySpreadConstraint& constraint = constraints[index];
    std::string fault = fault_of(constraint);
    bool is_new = seen.emplace(constraint.topologyKey, constraint.whenUnsatisfiable).second;
    if (fault.empty() && !is_new) fault = "the same topologyKey and whenUnsatisfiable twice";
    if (!fault.empty()) {
      return base::invalid(fmt::format(
          "scheduler config: podTopologySpread.defaultConstraints[{}].{}", index, fault));
    }
  }
  return std::move(constraints);
}

std::optional<model::LabelSelector> deduced_selector(
    const model::Pod& pod, const std::vector<WorkloadSelector>& selectors) {
  model::LabelSelector deduced;
  const model::OwnerReference* owner = model::controller_of(pod.metadata);
  const WorkloadSelector* controller = nullptr;
  for (const WorkloadSelector& selector : selectors) {
    if (selector.namespace_ != pod.metadata.namespace_) continue;
    if (selector.kind != "Service") {
      if (owner != nullptr && is_controller(selector, *owner)) controller = &selector;
      continue;
    }
    bool is_match = std::ranges::all_of(selector.selector.matchLabels, [&](const auto& label) {
      auto found = pod.metadata.labels.find(label.first);
      return found != pod.metadata.labels.end() && found->second == label.second;
    });
    if (!is_match) continue;
    for (const auto& [key, value] : selector.selector.matchLabels)
      deduced.matchLabels[key] = value;
  }
  if (controller != nullptr && controller->kind == "ReplicationController") {
    for (const auto& [key, value] : controller->selector.matchLabels)
      deduced.matchLabels[key] = value;
  } else if (controller != nullptr) {
    add_expressions(controller->selector, deduced.matchExpressions);
  }
  if (deduced.matchLabels.empty() && deduced.matchExpressions.empty()) return std::nullopt;
  return deduced;
}

Snapshot with_default_spreads(Snapshot snapshot) {
  Spreader spreader(snapshot);
  for (auto& pod : snapshot.pods)
    pod = spreader.spread(pod);
  return snapshot;
}

}  // namespace engine
