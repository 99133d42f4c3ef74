#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/scan.h"
#include "model/convert_parts.h"
#include "model/defaults.h"
#include "model/kinds.h"
#include "model/labels.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::string_view kOldOperators[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
constexpr std::string_view kInstanceCategory = "karpenter.k8s.aws/instance-category";
constexpr std::string_view kInstanceFamily = "karpenter.k8s.aws/instance-family";
constexpr std::string_view kInstanceGeneration = "karpenter.k8s.aws/instance-generation";

// What a duration of whole seconds can hold in nanoseconds.
constexpr std::int64_t kMostSeconds = 9'223'372'036;

// Longer names first.
constexpr OldField kOldFields[] = {
    {"spec.template.metadata.labels", "spec.labels"},
    {"spec.template.metadata.annotations", "spec.annotations"},
    {"spec.template.spec.nodeClassRef", "spec.providerRef"},
    {"spec.template.spec.expireAfter", "spec.ttlSecondsUntilExpired"},
    {"spec.template.spec", "spec"},
    {"spec.disruption.consolidateAfter", "spec.ttlSecondsAfterEmpty"},
    {"spec.limits", "spec.limits.resources"},
};

constexpr OldField kOldClassFields[] = {
    {"spec.subnetSelectorTerms", "spec.provider.subnetSelector"},
    {"spec.securityGroupSelectorTerms", "spec.provider.securityGroupSelector"},
    {"spec.amiSelectorTerms", "spec.provider.amiFamily"},
    {"spec.role", "spec.provider.instanceProfile"},
    {"spec.kubelet", "spec.kubeletConfiguration"},
    {"spec", "spec.provider"},
};

class ProvisionerConverter {
 public:
  ProvisionerConverter(const Provisioner& old, const ConvertOptions& options, Report& report)
      : old_(old), spec_(old.spec), options_(options), report_(report) {}

  Draft convert() {
    Draft draft;
    PoolDraft& result = draft.pool.emplace();
    NodePool& pool = result.pool;
    pool.metadata = kept_metadata(old_.metadata);
    if (pool.metadata.name.empty()) report_.error("metadata.name", "is required");
    convert_template(pool.spec.template_);
    pool.spec.disruption = disruption();
    pool.spec.limits = spec_.limits.resources;
    pool.spec.weight = spec_.weight;
    check_pool(pool);
    result.kubelet_path = "spec.kubeletConfiguration";
    if (spec_.kubeletConfiguration) {
      result.kubelet = convert_kubelet(*spec_.kubeletConfiguration, result.kubelet_path, report_);
    }
    if (spec_.provider) result.inline_class = node_class();
    return draft;
  }

 private:
  void convert_template(NodeClaimTemplate& result) {
    result.metadata.labels = template_labels(spec_.labels, "spec.labels", report_);
    result.metadata.annotations = template_annotations(spec_.annotations);
    result.spec.taints = template_taints(spec_.taints);
    result.spec.startupTaints = template_taints(spec_.startupTaints);
    result.spec.requirements = requirements();
    if (!options_.ignore_defaults) add_default_requirements(result.spec.requirements);
    result.spec.nodeClassRef = class_reference();
    result.spec.expireAfter = expiry();
  }

  std::vector<NodeRequirement> requirements() {
    std::vector<NodeRequirement> result;
    for (std::size_t index = 0; index < spec_.requirements.size(); ++index) {
      const NodeSelectorRequirement& old = spec_.requirements[index];
      std::string at = fmt::format("spec.requirements[{}]", index);
      if (is_gone(old.key)) {
        report_.warn(at, fmt::format("\"{}\" does not exist any more; dropped", old.key));
        continue;
      }
      report_.error_if(at + ".operator", choice_fault(old.operator_, kOldOperators));
      result.push_back({old.key, old.operator_, old.values, std::nullopt});
      requirement_indexes_.push_back(index);
    }
    return result;
  }

  bool is_constrained(std::string_view key) const {
    auto is_key = [&](std::string_view written) { return normalized_label(written) == key; };
    return std::ranges::any_of(spec_.requirements, is_key, &NodeSelectorRequirement::key) ||
           std::ranges::any_of(spec_.labels, is_key, [](const auto& label) { return label.first; });
  }

  // What the old webhook added (API-392).
  void add_default_requirements(std::vector<NodeRequirement>& requirements) const {
    auto add = [&](std::string_view key, const char* op, std::vector<std::string> values) {
      requirements.push_back({std::string(key), op, std::move(values), std::nullopt});
    };
    if (!is_constrained(kCapacityTypeLabel)) {
      add(kCapacityTypeLabel, "In", {std::string(kOnDemand)});
    }
    if (!is_constrained(kArchLabel)) add(kArchLabel, "In", {"amd64"});
    if (!is_constrained(kOsLabel)) add(kOsLabel, "In", {"linux"});
    if (is_constrained(kInstanceTypeLabel) || is_constrained(kInstanceFamily) ||
        is_constrained(kInstanceCategory) || is_constrained(kInstanceGeneration)) {
      return;
    }
    add(kInstanceCategory, "In", {"c", "m", "r"});
    add(kInstanceGeneration, "Gt", {"2"});
  }

  // API-381, API-388. With faults reported, the reference is made up so that no more follow.
  NodeClassReference class_reference() {
    NodeClassReference reference{std::string(kAwsGroup), "EC2NodeClass", old_.metadata.name};
    if (spec_.provider.has_value() == spec_.providerRef.has_value()) {
      report_.error("spec", spec_.provider ? "provider and providerRef are both set; keep one"
                                           : "needs either provider or providerRef");
      return reference;
    }
    if (!spec_.providerRef) return reference;
    const ProviderReference& old = *spec_.providerRef;
    if (!old.kind.empty() && old.kind != "AWSNodeTemplate") {
      report_.error("spec.providerRef.kind",
                    quoted(old.kind) + " is unknown; only \"AWSNodeTemplate\" can be converted");
    }
    reference.name = old.name;
    return reference;
  }

  // "<N>s", as it was written (API-390).
  NillableDuration seconds(std::int64_t count, const std::string& field) {
    if (count < 0) report_.error(field, fmt::format("{} is negative", count));
    if (count > kMostSeconds) {
      report_.error(field, fmt::format("{} is more than {}", count, kMostSeconds));
    }
    std::int64_t valid = std::clamp(count, std::int64_t{0}, kMostSeconds);
    return {std::chrono::seconds(valid), fmt::format("{}s", valid)};
  }

  static NillableDuration never() { return {std::nullopt, "Never"}; }

  // API-383
  NillableDuration expiry() {
    const std::string field = "spec.ttlSecondsUntilExpired";
    if (!spec_.ttlSecondsUntilExpired) return never();
    if (*spec_.ttlSecondsUntilExpired == 0) {
      report_.warn(field, "0 lets every node expire at once; leave it out for no expiry");
    }
    return seconds(*spec_.ttlSecondsUntilExpired, field);
  }

  // API-389, API-391
  Disruption disruption() {
    const std::string empty_field = "spec.ttlSecondsAfterEmpty";
    bool consolidates = spec_.consolidation.enabled.value_or(false);
    if (consolidates && spec_.ttlSecondsAfterEmpty) {
      report_.error(empty_field, "cannot stand beside consolidation.enabled: true; keep one");
    }
    Disruption result;
    if (spec_.ttlSecondsAfterEmpty) {
      result.consolidationPolicy = "WhenEmpty";
      result.consolidateAfter = seconds(*spec_.ttlSecondsAfterEmpty, empty_field);
      Budget empty_nodes{{{"Empty"}}, "100%", {}, {}};
      Budget other_nodes{{{"Underutilized", "Drifted"}}, "10%", {}, {}};
      result.budgets = {empty_nodes, other_nodes};
      return result;
    }
    result.consolidationPolicy = consolidates ? "WhenEmptyOrUnderutilized" : "WhenEmpty";
    result.consolidateAfter = consolidates ? seconds(0, "spec.consolidation") : never();
    result.budgets = {Budget{{}, "10%", {}, {}}};
    report_.warn(consolidates ? "spec.consolidation" : "spec",
                 "the new budget lets at most 10% of the nodes be removed at the same time; "
                 "Provisioners had no such limit");
    return result;
  }

  EC2NodeClass node_class() {
    const std::string path = "spec.provider";
    std::size_t errors_before = report_.error_count();
    EC2NodeClass result;
    result.metadata.name = old_.metadata.name;
    result.spec = convert_class(template_of(*spec_.provider), path, options_, report_);
    // Faults that were told in words of the old kind would only be told again.
    if (report_.error_count() == errors_before) check_class(result, kOldClassFields, report_);
    return result;
  }

  static AWSNodeTemplateSpec template_of(const InlineProvider& provider) {
    AWSNodeTemplateSpec spec;
    spec.subnetSelector = provider.subnetSelector;
    spec.securityGroupSelector = provider.securityGroupSelector;
    spec.amiFamily = provider.amiFamily;
    spec.instanceProfile = provider.instanceProfile;
    spec.tags = provider.tags;
    spec.launchTemplate = provider.launchTemplate;
    spec.metadataOptions = provider.metadataOptions;
    spec.blockDeviceMappings = provider.blockDeviceMappings;
    spec.context = provider.context;
    return spec;
  }

  // API-362
  void check_pool(NodePool pool) {
    fill_in_defaults(pool);
    std::vector<Fault> faults = admission_faults(pool);
    for (const Fault& fault : faults) {
      report_.error(old_requirement(old_field(fault.field, kOldFields)), fault.message);
    }
    if (!faults.empty()) return;
    for (const std::string& fault : runtime_faults(pool))
      report_.error("spec", fault);
  }

  // The index of a requirement before some were dropped; those that were added have none.
  std::string old_requirement(const std::string& field) const {
    constexpr std::string_view kPrefix = "spec.requirements[";
    if (!field.starts_with(kPrefix)) return field;
    std::size_t end = field.find(']');
    std::string_view number = std::string_view(field).substr(kPrefix.size(), end - kPrefix.size());
    std::size_t index = base::to_integer<std::size_t>(number).value_or(0);
    if (index >= requirement_indexes_.size()) return field;
    return fmt::format("{}{}{}", kPrefix, requirement_indexes_[index], field.substr(end));
  }

  const Provisioner& old_;
  const ProvisionerSpec& spec_;
  const ConvertOptions& options_;
  Report& report_;
  std::vector<std::size_t> requirement_indexes_;  // of the old list, by index of the new one
};

}  // namespace

Draft convert_provisioner(const base::Json& document, const ConvertOptions& options,
                          Report& report) {
  std::vector<std::string> unknown;
  base::Result<Provisioner> old = base::from_json<Provisioner>(document, &unknown);
  if (!old) {
    report.error(old.error());
    return {};
  }
  report.unknown_fields(base::type_of<Provisioner>(), std::move(unknown), options.strict,
                        "spec.provider.");
  Draft draft = ProvisionerConverter(*old, options, report).convert();
  const base::Json* limits = base::find_path(document, {"spec", "limits", "resources"});
  if (limits != nullptr) draft.pool->limits = *limits;
  return draft;
}

}  // namespace model
