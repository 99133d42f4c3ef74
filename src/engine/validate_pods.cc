#include "engine/validate_pods.h"

#include <string>
#include <vector>

#include "model/labels.h"
#include "model/requirements.h"
#include "model/validate.h"

namespace engine {

namespace {

using Faults = std::vector<std::string>;

void check_expression(const model::NodeSelectorRequirement& expression, const LabelRules& rules,
                      Faults& faults) {
  Faults found = model::requirement_faults(expression);
  faults.insert(faults.end(), found.begin(), found.end());
  std::string_view key = model::normalized_label(expression.key);
  if (rules.is_restricted(key) && !model::is_restricted(key)) {
    faults.push_back("key \"" + expression.key + "\": the label is reserved");
  }
}

void check_required_affinity(const model::PodSpec& spec, const LabelRules& rules, Faults& faults) {
  if (!spec.affinity || !spec.affinity->nodeAffinity) return;
  const auto& required =
      spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return;
  for (const model::NodeSelectorTerm& term : required->nodeSelectorTerms) {
    if (!term.matchFields.empty()) {
      faults.push_back("node selector term with matchFields is not supported");
    }
    for (const model::NodeSelectorRequirement& expression : term.matchExpressions) {
      check_expression(expression, rules, faults);
    }
  }
}

// SCH-031, preferences included.
bool avoids_managed_nodes(const model::PodSpec& spec) {
  model::Requirements requirements = model::requirements_of(spec);
  const model::Requirement* nodepool = requirements.find(model::kNodePoolLabel);
  return nodepool != nullptr && nodepool->op() == model::Operator::DoesNotExist;
}

std::string joined(const Faults& faults) {
  std::string text;
  for (const std::string& fault : faults) {
    if (!text.empty()) text += "; ";
    text += fault;
  }
  return text;
}

}  // namespace

std::optional<model::Reason> refuse_invalid(const model::Pod& pod, const LabelRules& rules,
                                            const Volumes& volumes) {
  bool asks_for_nothing =
      pod.spec->nodeSelector.empty() && !pod.spec->affinity && pod.spec->volumes.empty();
  if (asks_for_nothing) return std::nullopt;
  Faults faults;
  bool avoids = avoids_managed_nodes(*pod.spec);
  if (avoids) {
    faults.push_back(
        "configured to not run on a Karpenter provisioned node "
        "(requirement=karpenter.sh/nodepool DoesNotExist)");
  }
  for (const auto& [key, value] : pod.spec->nodeSelector) {
    check_expression({key, "In", {value}}, rules, faults);
  }
  check_required_affinity(*pod.spec, rules, faults);
  for (std::string& fault : volumes.faults(pod)) {
    faults.push_back(std::move(fault));
  }
  if (faults.empty()) return std::nullopt;
  using Code = model::Reason::Code;
  return model::Reason{avoids ? Code::avoids_karpenter : Code::ignored, "", joined(faults), {}};
}

}  // namespace engine
