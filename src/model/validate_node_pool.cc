#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "model/labels.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::size_t kMostLabels = 100;
constexpr std::size_t kMostBudgets = 50;
constexpr std::size_t kMostReasons = 50;
constexpr std::size_t kMostNameCharacters = 63;

constexpr std::string_view kPolicies[] = {"WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"};
constexpr std::string_view kReasons[] = {"Underutilized", "Empty", "Drifted"};
constexpr std::string_view kMacros[] = {"@annually", "@yearly",   "@monthly", "@weekly",
                                        "@daily",    "@midnight", "@hourly"};

// "10" or "10%", the percentage at most 100 (API-049).
bool is_budget_amount(std::string_view text) {
  if (!text.ends_with('%')) return is_digits(text);
  text.remove_suffix(1);
  return is_digits(text) && (text.size() <= 2 || text == "100");
}

// Hours, minutes or both, then perhaps a literal 0s (API-017).
bool is_budget_duration(std::string_view text) {
  std::size_t unit = text.find_first_of("hm");
  if (unit == std::string_view::npos || !is_digits(text.substr(0, unit))) return false;
  std::string_view rest = text.substr(unit + 1);
  if (text[unit] == 'h') {
    std::size_t minutes = rest.find('m');
    if (minutes != std::string_view::npos) {
      if (!is_digits(rest.substr(0, minutes))) return false;
      rest.remove_prefix(minutes + 1);
    }
  }
  return rest.empty() || rest == "0s";
}

// What the schema asks of a schedule (API-050): it begins with a macro, or has five parts with
// blanks between them. Whether it is a schedule at all is found when it is evaluated (API-076).
bool looks_like_schedule(std::string_view text) {
  if (std::ranges::any_of(kMacros, [&](std::string_view macro) { return text.starts_with(macro); }))
    return true;
  int separators = 0;
  std::size_t part_begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool is_blank = text[at] == ' ' || text[at] == '\t';
    if (!is_blank || at == part_begin || at + 1 == text.size()) continue;
    ++separators;
    part_begin = at + 1;
  }
  return separators >= 4;
}

void check_budget(const Budget& budget, const std::string& path, Faults& faults) {
  if (!is_budget_amount(budget.nodes)) {
    faults.add(path + ".nodes",
               quoted(budget.nodes) + " is neither a number nor a percentage such as \"10%\"");
  }
  if (budget.schedule && !looks_like_schedule(*budget.schedule)) {
    faults.add(path + ".schedule",
               quoted(*budget.schedule) +
                   " is neither a cron line of five fields nor a macro such as \"@daily\"");
  }
  if (budget.duration && !budget.duration->text.empty() &&
      !is_budget_duration(budget.duration->text)) {
    faults.add(path + ".duration", quoted(budget.duration->text) +
                                       " is no duration in hours and minutes such as \"8h30m\"");
  }
  if (budget.schedule.has_value() != budget.duration.has_value()) {
    faults.add(path, "schedule and duration are set together or not at all");
  }
  if (!budget.reasons) return;
  faults.add_if(path + ".reasons", count_fault(budget.reasons->size(), kMostReasons));
  std::set<std::string_view> seen;
  for (std::size_t index = 0; index < budget.reasons->size(); ++index) {
    const std::string& reason = (*budget.reasons)[index];
    std::string at = fmt::format("{}.reasons[{}]", path, index);
    faults.add_if(at, choice_fault(reason, kReasons));
    if (!seen.insert(reason).second) faults.add(at, quoted(reason) + " stands there twice");
  }
}

void check_disruption(const Disruption& disruption, Faults& faults) {
  const std::string path = "spec.disruption";
  if (disruption.consolidateAfter) {
    faults.add_if(path + ".consolidateAfter",
                  nillable_duration_fault(*disruption.consolidateAfter));
  }
  if (disruption.consolidationPolicy.is_given()) {
    faults.add_if(path + ".consolidationPolicy",
                  choice_fault(disruption.consolidationPolicy, kPolicies));
  }
  if (!disruption.budgets) return;
  faults.add_if(path + ".budgets", count_fault(disruption.budgets->size(), kMostBudgets));
  for (std::size_t index = 0; index < disruption.budgets->size(); ++index) {
    check_budget((*disruption.budgets)[index], fmt::format("{}.budgets[{}]", path, index), faults);
  }
}

void check_template(const NodeClaimTemplate& node_template, Faults& faults) {
  const std::string labels = "spec.template.metadata.labels";
  faults.add_if(labels, count_fault(node_template.metadata.labels.size(), kMostLabels));
  for (const auto& [key, value] : node_template.metadata.labels) {
    std::string at = fmt::format("{}[{}]", labels, key);
    faults.add_if(at, reserved_key_fault(key, false));
    faults.add_if(at, label_value_fault(value));
  }
  const std::string spec = "spec.template.spec";
  const NodeClaimTemplateSpec& node = node_template.spec;
  check_taints(node.taints, spec + ".taints", faults);
  check_taints(node.startupTaints, spec + ".startupTaints", faults);
  check_requirements(node.requirements, spec + ".requirements", false, faults);
  check_node_class_reference(node.nodeClassRef, spec + ".nodeClassRef", faults);
  check_lifetimes(node.terminationGracePeriod, node.expireAfter, spec, faults);
}

void check_limits(const NodePoolSpec& spec, Faults& faults) {
  for (const auto& [resource, quantity] : spec.limits) {
    std::string at = fmt::format("spec.limits.{}", resource);
    if (quantity.is_negative()) {
      faults.add(at,
                 fmt::format("\"{}\" is negative; a limit is 0 or more, and 0 stops the NodePool",
                             quantity.to_string()));
    }
    if (spec.replicas && resource != "nodes") {
      faults.add(at, "a NodePool with replicas can only be limited in \"nodes\"");
    }
  }
}

void check_update(const NodePoolSpec& spec, const NodePoolSpec& before, Faults& faults) {
  const NodeClassReference& now = spec.template_.spec.nodeClassRef;
  const NodeClassReference& then = before.template_.spec.nodeClassRef;
  auto check_same = [&](const std::string& field, const std::string& new_value,
                        const std::string& old_value) {
    if (new_value == old_value) return;
    faults.add("spec.template.spec.nodeClassRef." + field,
               fmt::format("cannot change from \"{}\" to \"{}\"; make another NodePool", old_value,
                           new_value));
  };
  check_same("group", now.group, then.group);
  check_same("kind", now.kind, then.kind);
  if (spec.replicas.has_value() != before.replicas.has_value()) {
    faults.add("spec.replicas",
               "cannot be added to or removed from a NodePool; make another NodePool");
  }
}

// The taints of both lists by place; a place may be taken once (API-068).
class TaintCheck {
 public:
  explicit TaintCheck(std::vector<std::string>& faults) : faults_(faults) {}

  void check(const std::vector<Taint>& taints, std::string_view list) {
    for (const Taint& taint : taints) {
      add(list, qualified_name_fault(taint.key));
      if (!taint.value.empty()) add(list, qualified_name_fault(taint.value));
      if (!taint.effect.empty()) add(list, choice_fault(taint.effect, kTaintEffects));
      if (!places_.emplace(taint.key, taint.effect).second) {
        add(list, fmt::format("\"{}:{}\" stands there twice, taints and startupTaints together",
                              taint.key, taint.effect));
      }
    }
  }

 private:
  void add(std::string_view list, std::string_view what) {
    if (!what.empty()) faults_.push_back(fmt::format("{}: {}", list, what));
  }

  std::vector<std::string>& faults_;
  std::set<std::pair<std::string, std::string>> places_;
};

void check_labels_at_runtime(const Labels& labels, std::vector<std::string>& faults) {
  auto add = [&](std::string_view what) {
    if (!what.empty()) faults.push_back(fmt::format("labels: {}", what));
  };
  for (const auto& [key, value] : labels) {
    if (key == kNodePoolLabel) add(reserved_key_fault(key, false));
    add(qualified_name_fault(key));
    add(label_value_fault(value));
    if (is_restricted(key)) {
      add(fmt::format("\"{}\" is reserved{}", key, did_you_mean(key, well_known_labels())));
    }
  }
}

}  // namespace

std::vector<Fault> admission_faults(const NodePool& node_pool, const NodePool* before) {
  Faults faults;
  const NodePoolSpec& spec = node_pool.spec;
  check_template(spec.template_, faults);
  if (spec.disruption) check_disruption(*spec.disruption, faults);
  check_limits(spec, faults);
  if (spec.weight) faults.add_if("spec.weight", range_fault(*spec.weight, 1, 100));
  if (spec.replicas) {
    if (*spec.replicas < 0) {
      faults.add("spec.replicas", fmt::format("{} is negative", *spec.replicas));
    }
    if (spec.weight) faults.add("spec.weight", "a NodePool with replicas has no weight");
  }
  if (before != nullptr) check_update(spec, before->spec, faults);
  return faults.take();
}

std::vector<Fault> admission_faults(const NodeClaim& node_claim, const NodeClaim* before) {
  Faults faults;
  const NodeClaimSpec& spec = node_claim.spec;
  if (before != nullptr && base::to_json(spec) != base::to_json(before->spec)) {
    faults.add("spec", "cannot change; delete the NodeClaim and make another");
  }
  check_taints(spec.taints, "spec.taints", faults);
  check_taints(spec.startupTaints, "spec.startupTaints", faults);
  check_requirements(spec.requirements, "spec.requirements", true, faults);
  check_node_class_reference(spec.nodeClassRef, "spec.nodeClassRef", faults);
  check_lifetimes(spec.terminationGracePeriod, spec.expireAfter, "spec", faults);
  return faults.take();
}

std::vector<std::string> runtime_faults(const NodePool& node_pool) {
  std::vector<std::string> faults;
  if (node_pool.metadata.name.size() > kMostNameCharacters) {
    faults.push_back(
        fmt::format("name: \"{}\" has {} characters; at most {} can be a label of its nodes",
                    node_pool.metadata.name, node_pool.metadata.name.size(), kMostNameCharacters));
  }
  const NodeClaimTemplate& node_template = node_pool.spec.template_;
  check_labels_at_runtime(node_template.metadata.labels, faults);
  TaintCheck taints(faults);
  taints.check(node_template.spec.taints, "taints");
  taints.check(node_template.spec.startupTaints, "startupTaints");
  for (const NodeRequirement& requirement : node_template.spec.requirements) {
    if (normalized_label(requirement.key) == kNodePoolLabel) {
      faults.push_back("requirements: " + reserved_key_fault(kNodePoolLabel, false));
    }
    for (const std::string& fault : requirement_faults(requirement)) {
      faults.push_back("requirements: " + fault);
    }
  }
  return faults;
}

}  // namespace model
