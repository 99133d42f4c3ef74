#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "model/convert_parts.h"
#include "model/labels.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr OldField kOldClassFields[] = {
    {"spec.subnetSelectorTerms", "spec.subnetSelector"},
    {"spec.securityGroupSelectorTerms", "spec.securityGroupSelector"},
    {"spec.amiSelectorTerms", "spec.amiSelector"},
    {"spec.role", "spec.instanceProfile"},
};

constexpr std::string_view kAliasVersionAnnotation =
    "compatibility.karpenter.k8s.aws/v1-alias-version";

constexpr OldField kOldClaimFields[] = {{"spec.nodeClassRef", "spec.machineTemplateRef"}};

// Unknown fields of the document are told; null if it cannot be read.
template <class Old>
std::optional<Old> read(const base::Json& document, const ConvertOptions& options, Report& report) {
  std::vector<std::string> unknown;
  base::Result<Old> old = base::from_json<Old>(document, &unknown);
  if (!old) {
    report.error(old.error());
    return std::nullopt;
  }
  std::erase_if(unknown,
                [](const std::string& path) { return path == "apiVersion" || path == "kind"; });
  report.unknown_fields(base::type_of<Old>(), std::move(unknown), options.strict, "spec.provider.");
  if (old->metadata.name.empty()) report.error("metadata.name", "is required");
  return std::move(*old);
}

// API-429. `field` is where the reference stands.
NodeClassReference reference_of(const OldClassReference& old, const std::string& field,
                                Report& report) {
  NodeClassReference reference;
  reference.group = old.apiVersion.substr(0, old.apiVersion.find('/'));
  if (reference.group.empty()) reference.group = kAwsGroup;
  bool is_template = old.kind.empty() || old.kind == "AWSNodeTemplate";
  reference.kind = is_template ? "EC2NodeClass" : old.kind;
  reference.name = old.name;
  if (old.name.empty()) report.error(field + ".name", "is required: the node class to use");
  return reference;
}

NodeClaim claim_of(const ObjectMeta& metadata) {
  NodeClaim claim;
  claim.metadata = kept_metadata(metadata);
  return claim;
}

void check_claim(const NodeClaim& claim, std::span<const OldField> names, Report& report) {
  for (const Fault& fault : admission_faults(claim))
    report.error(old_field(fault.field, names), fault.message);
}

// v1beta1's own pool (API-425 to API-436).
class BetaPoolConverter {
 public:
  BetaPoolConverter(const BetaNodePool& old, Report& report) : old_(old), report_(report) {}

  Draft convert() {
    Draft draft;
    PoolDraft& result = draft.pool.emplace();
    NodePool& pool = result.pool;
    pool.metadata = kept_metadata(old_.metadata);
    convert_template(pool.spec.template_);
    pool.spec.disruption = disruption();
    pool.spec.limits = old_.spec.limits;
    pool.spec.weight = old_.spec.weight;
    static constexpr OldField kNames[] = {
        {"spec.template.spec.expireAfter", "spec.disruption.expireAfter"}};
    check_pool(pool, kNames, report_);
    result.kubelet_path = "spec.template.spec.kubelet";
    if (old_.spec.template_.spec.kubelet) {
      result.kubelet =
          convert_kubelet(*old_.spec.template_.spec.kubelet, result.kubelet_path, report_);
    }
    return draft;
  }

 private:
  void convert_template(NodeClaimTemplate& result) {
    const std::string path = "spec.template.metadata.labels";
    const BetaTemplate& old = old_.spec.template_;
    result.metadata.labels = template_labels(old.metadata.labels, path, report_);
    result.metadata.annotations = template_annotations(old.metadata.annotations);
    result.spec.taints = template_taints(old.spec.taints);
    result.spec.startupTaints = template_taints(old.spec.startupTaints);
    for (std::size_t index = 0; index < old.spec.requirements.size(); ++index) {
      const NodeRequirement& requirement = old.spec.requirements[index];
      if (is_gone(requirement.key)) {
        report_.warn(fmt::format("spec.template.spec.requirements[{}]", index),
                     quoted(requirement.key) + " does not exist any more; dropped");
      } else {
        result.spec.requirements.push_back(requirement);
      }
    }
    result.spec.nodeClassRef =
        reference_of(old.spec.nodeClassRef, "spec.template.spec.nodeClassRef", report_);
    result.spec.expireAfter = old_.spec.disruption.expireAfter.value_or(
        NillableDuration{std::chrono::hours(720), "720h"});
    if (old.spec.resources) {
      report_.warn("spec.template.spec.resources", "was never allowed here; dropped");
    }
  }

  // API-435
  Disruption disruption() {
    const BetaDisruption& old = old_.spec.disruption;
    const std::string after = "spec.disruption.consolidateAfter";
    Disruption result;
    result.budgets.emplace();
    if (old.budgets) {
      for (const BetaBudget& budget : *old.budgets)
        result.budgets->push_back(
            {{}, base::Given(budget.nodes), budget.schedule, budget.duration});
    } else {
      result.budgets->push_back({{}, "10%", {}, {}});
    }
    if (old.consolidationPolicy == "WhenEmpty") {
      result.consolidationPolicy = "WhenEmpty";
      result.consolidateAfter = old.consolidateAfter;
      if (!old.consolidateAfter) report_.error(after, "is required with \"WhenEmpty\"");
      return result;
    }
    static constexpr std::string_view kPolicies[] = {"WhenEmpty", "WhenUnderutilized"};
    if (!old.consolidationPolicy.empty()) {
      report_.error_if("spec.disruption.consolidationPolicy",
                       choice_fault(old.consolidationPolicy, kPolicies));
    }
    result.consolidationPolicy = "WhenEmptyOrUnderutilized";
    result.consolidateAfter =
        old.consolidateAfter.value_or(NillableDuration{base::Duration::zero(), "0s"});
    if (old.consolidateAfter && old.consolidateAfter->value) {
      report_.warn(after,
                   "had no effect with \"WhenUnderutilized\"; it has one today, and is kept");
    }
    return result;
  }

  const BetaNodePool& old_;
  Report& report_;
};

constexpr std::string_view kBetaFamilies[] = {"AL2",    "AL2023",      "Bottlerocket", "Ubuntu",
                                              "Custom", "Windows2019", "Windows2022"};

// What v1 refuses in a term is repaired to what it meant (API-448).
void repair_terms(EC2NodeClassSpec& spec, Report& report) {
  auto has_comma = [](const Labels& tags) {
    return std::ranges::any_of(tags, [](const auto& tag) { return tag.second.contains(','); });
  };
  auto repair = [&](auto& terms, const std::string& field, auto keep) {
    for (std::size_t index = 0; index < terms.size(); ++index) {
      std::string at = fmt::format("spec.{}[{}]", field, index);
      std::string_view kept = keep(terms[index]);
      if (!kept.empty()) {
        report.warn(
            at,
            fmt::format("{} stands alone; the other fields had no effect and are dropped", kept));
      }
      if (has_comma(terms[index].tags)) {
        report.warn(at + ".tags", "a value with a comma is one value today, not a list");
      }
    }
  };
  repair(spec.subnetSelectorTerms, "subnetSelectorTerms", [](SubnetSelectorTerm& term) {
    if (term.id.empty() || term.tags.empty()) return std::string_view();
    term.tags.clear();
    return std::string_view("id");
  });
  repair(spec.securityGroupSelectorTerms, "securityGroupSelectorTerms",
         [](SecurityGroupSelectorTerm& term) {
           bool has_more = !term.tags.empty() || !term.name.empty();
           if (!term.id.empty() && has_more) {
             term.tags.clear();
             term.name.clear();
             return std::string_view("id");
           }
           if (term.name.empty() || term.tags.empty()) return std::string_view();
           term.tags.clear();
           return std::string_view("name");
         });
  repair(spec.amiSelectorTerms, "amiSelectorTerms", [](AMISelectorTerm& term) {
    bool has_more = !term.tags.empty() || !term.name.empty() || !term.owner.empty();
    if (term.id.empty() || !has_more) return std::string_view();
    std::string id = std::move(term.id);
    term = AMISelectorTerm();
    term.id = std::move(id);
    return std::string_view("id");
  });
}

// API-447, API-449
void convert_beta_images(const BetaEC2NodeClass& old, EC2NodeClassSpec& spec, Report& report) {
  const std::string field = "spec.amiFamily";
  std::string family = old.spec.amiFamily.empty() ? "Custom" : old.spec.amiFamily;
  bool has_terms = !spec.amiSelectorTerms.empty();
  std::string fault = choice_fault(family, kBetaFamilies);
  if (family == "Custom" && !has_terms) fault = "\"Custom\" needs amiSelectorTerms";
  if (family == "Ubuntu" && !has_terms) {
    fault = "\"Ubuntu\" images can no longer be looked up by family; give amiSelectorTerms";
  }
  if (!fault.empty()) return report.error(field, std::move(fault));
  if (family == "Ubuntu") return use_ubuntu_as_al2(spec, field, report);
  warn_of_al2(family, false, field, report);
  if (has_terms) {
    spec.amiFamily = family;
    return;
  }
  std::string_view version = value_of(old.metadata.annotations, kAliasVersionAnnotation);
  spec.amiSelectorTerms.emplace_back().alias =
      fmt::format("{}@{}", lower_case(family), version.empty() ? "latest" : version);
}

EC2NodeClass beta_class(const BetaEC2NodeClass& old, const ConvertOptions& options,
                        Report& report) {
  EC2NodeClass result;
  result.metadata = kept_metadata(old.metadata);
  EC2NodeClassSpec& spec = result.spec;
  spec.subnetSelectorTerms = old.spec.subnetSelectorTerms;
  spec.securityGroupSelectorTerms = old.spec.securityGroupSelectorTerms;
  spec.amiSelectorTerms = old.spec.amiSelectorTerms;
  repair_terms(spec, report);
  spec.blockDeviceMappings = convert_block_devices(old.spec.blockDeviceMappings, false,
                                                   "spec.blockDeviceMappings", report);
  convert_beta_images(old, spec, report);
  bool is_placeholder = old.spec.role.starts_with('$');
  bool has_option = !options.node_role.empty() || !options.instance_profile.empty();
  spec.instanceProfile = old.spec.instanceProfile;
  if (is_placeholder && !has_option) {
    report.warn("spec.role", quoted(old.spec.role) + " is a placeholder that nothing fills in");
  }
  if (!is_placeholder || !has_option) spec.role = old.spec.role;
  if (spec.role.empty() && spec.instanceProfile.empty()) {
    fill_in_role(options, "spec.role", spec, report);
  }
  if (old.spec.userData.is_given()) spec.userData = old.spec.userData;
  spec.tags = convert_tags(old.spec.tags, "spec.tags", options.extra_tags, report);
  spec.instanceStorePolicy = old.spec.instanceStorePolicy;
  spec.detailedMonitoring = old.spec.detailedMonitoring;
  spec.associatePublicIPAddress = old.spec.associatePublicIPAddress;
  spec.metadataOptions =
      default_metadata_options(old.spec.metadataOptions.value_or(MetadataOptions()), false);
  spec.context = old.spec.context;
  return result;
}

}  // namespace

Draft convert_node_template(const base::Json& document, const ConvertOptions& options,
                            Report& report) {
  std::optional<AWSNodeTemplate> old = read<AWSNodeTemplate>(document, options, report);
  if (!old) return {};
  std::size_t errors_before = report.error_count();
  Draft draft;
  EC2NodeClass& result = draft.node_class.emplace();
  result.metadata = kept_metadata(old->metadata);
  result.spec = convert_class(old->spec, "spec", options, report);
  if (report.error_count() == errors_before) check_class(result, kOldClassFields, report);
  return draft;
}

Draft convert_machine(const base::Json& document, const ConvertOptions& options, Report& report) {
  std::optional<Machine> old = read<Machine>(document, options, report);
  if (!old) return {};
  Draft draft;
  NodeClaim& claim = draft.claim.emplace(claim_of(old->metadata));
  claim.spec.taints = template_taints(old->spec.taints);
  claim.spec.startupTaints = template_taints(old->spec.startupTaints);
  for (const NodeSelectorRequirement& requirement : old->spec.requirements) {
    if (is_gone(requirement.key)) continue;
    claim.spec.requirements.push_back(
        {requirement.key, requirement.operator_, requirement.values, std::nullopt});
  }
  claim.spec.resources = old->spec.resources;
  claim.spec.nodeClassRef =
      reference_of(old->spec.machineTemplateRef, "spec.machineTemplateRef", report);
  if (report.error_count() == 0) check_claim(claim, kOldClaimFields, report);
  return draft;
}

Draft convert_beta_pool(const base::Json& document, const ConvertOptions& options, Report& report) {
  std::optional<BetaNodePool> old = read<BetaNodePool>(document, options, report);
  if (!old) return {};
  Draft draft = BetaPoolConverter(*old, report).convert();
  const base::Json* limits = base::find_path(document, {"spec", "limits"});
  if (limits != nullptr) draft.pool->limits = *limits;
  return draft;
}

Draft convert_beta_class(const base::Json& document, const ConvertOptions& options,
                         Report& report) {
  std::optional<BetaEC2NodeClass> old = read<BetaEC2NodeClass>(document, options, report);
  if (!old) return {};
  std::size_t errors_before = report.error_count();
  Draft draft;
  draft.node_class = beta_class(*old, options, report);
  if (report.error_count() == errors_before) check_class(*draft.node_class, {}, report);
  return draft;
}

Draft convert_beta_claim(const base::Json& document, const ConvertOptions& options,
                         Report& report) {
  std::optional<BetaNodeClaim> old = read<BetaNodeClaim>(document, options, report);
  if (!old) return {};
  Draft draft;
  NodeClaim& claim = draft.claim.emplace(claim_of(old->metadata));
  claim.spec.taints = template_taints(old->spec.taints);
  claim.spec.startupTaints = template_taints(old->spec.startupTaints);
  claim.spec.requirements = old->spec.requirements;
  claim.spec.resources = old->spec.resources;
  claim.spec.nodeClassRef = reference_of(old->spec.nodeClassRef, "spec.nodeClassRef", report);
  if (report.error_count() == 0) check_claim(claim, {}, report);
  return draft;
}

}  // namespace model
