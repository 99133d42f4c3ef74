#include "model/convert.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/convert_parts.h"
#include "model/kinds.h"
#include "model/labels.h"

namespace model {
namespace {

struct Converter {
  std::string_view api_version;
  std::string_view kind;
  bool is_runtime;  // an object that stands for a machine (API-424)
  Draft (*convert)(const base::Json& document, const ConvertOptions& options, Report& report);
};

constexpr Converter kConverters[] = {
    {"karpenter.sh/v1alpha5", "Provisioner", false, convert_provisioner},
    {"karpenter.sh/v1alpha5", "Machine", true, convert_machine},
    {"karpenter.k8s.aws/v1alpha1", "AWSNodeTemplate", false, convert_node_template},
    {"karpenter.sh/v1beta1", "NodePool", false, convert_beta_pool},
    {"karpenter.sh/v1beta1", "NodeClaim", true, convert_beta_claim},
    {"karpenter.k8s.aws/v1beta1", "EC2NodeClass", false, convert_beta_class},
};

const Converter* find_converter(std::string_view api_version, std::string_view kind) {
  auto found = std::ranges::find_if(kConverters, [&](const Converter& converter) {
    return converter.api_version == api_version && converter.kind == kind;
  });
  return found == std::ranges::end(kConverters) ? nullptr : &*found;
}

bool is_karpenter(std::string_view api_version) {
  std::string_view group = api_version.substr(0, api_version.find('/'));
  return group == kKarpenterGroup || group == kAwsGroup;
}

// Keys of workloads that have another name today (API-366, API-369, API-373).
constexpr std::pair<std::string_view, std::string_view> kNewNames[] = {
    {"karpenter.sh/provisioner-name", kNodePoolLabel},
    {"karpenter.sh/do-not-evict", kDoNotDisruptAnnotation},
    {"karpenter.sh/do-not-consolidate", kDoNotDisruptAnnotation},
};

// Every use of an old key below a pod template, as a member's name or as the value of `key` and
// `topologyKey`.
void warn_of_old_keys(const base::Json& value, const std::string& path, Report& report) {
  auto warn = [&](std::string_view word, const std::string& at) {
    for (const auto& [old_name, name] : kNewNames) {
      if (word == old_name) report.warn(at, fmt::format("\"{}\" is \"{}\" today", old_name, name));
    }
  };
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      std::string_view name = member.key();
      std::string at = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
      warn(name, at);
      const auto* text = member.value().if_string();
      if (text != nullptr && (name == "key" || name == "topologyKey")) warn(*text, at);
      warn_of_old_keys(member.value(), at, report);
    }
  } else if (const auto* list = value.if_array()) {
    for (std::size_t index = 0; index < list->size(); ++index)
      warn_of_old_keys((*list)[index], fmt::format("{}[{}]", path, index), report);
  }
}

void look_at_workload(const base::Json& document, Report& report) {
  constexpr std::string_view kPod[] = {"metadata", "spec"};
  if (base::string_at(document, {"kind"}) == "Pod") {
    for (std::string_view member : kPod) {
      const base::Json* part = base::find_path(document, {member});
      if (part != nullptr) warn_of_old_keys(*part, std::string(member), report);
    }
    return;
  }
  auto look_at = [&](const base::Json* part, const std::string& path) {
    if (part != nullptr) warn_of_old_keys(*part, path, report);
  };
  look_at(base::find_path(document, {"template"}), "template");
  look_at(base::find_path(document, {"spec", "template"}), "spec.template");
  look_at(base::find_path(document, {"spec", "jobTemplate", "spec", "template"}),
          "spec.jobTemplate.spec.template");
}

Draft draft_of(const base::Json& document, const ConvertOptions& options, Report& report) {
  std::string_view api_version = base::string_at(document, {"apiVersion"});
  std::string_view kind = base::string_at(document, {"kind"});
  if (kind.empty() || api_version.empty()) {
    report.error(kind.empty() ? "kind" : "apiVersion", "is required");
    return {};
  }
  const Converter* converter = find_converter(api_version, kind);
  if (converter == nullptr) {
    if (!is_karpenter(api_version)) {
      look_at_workload(document, report);
    } else if (find_kind(api_version, kind) == nullptr) {
      report.error("apiVersion",
                   fmt::format("{} {} is neither a kind of today nor one that is converted",
                               api_version, kind));
    }
    return {};
  }
  if (!options.node_role.empty() && !options.instance_profile.empty()) {
    report.error("options", "node role and instance profile are both given; give one");
  }
  if (converter->is_runtime && !options.keep_runtime) {
    report.warn("metadata",
                "stands for a running machine; dropped, since applying it would launch "
                "another");
    report.drop();
    return {};
  }
  return converter->convert(document, options, report);
}

}  // namespace

bool is_convertible(std::string_view api_version, std::string_view kind) {
  return find_converter(api_version, kind) != nullptr;
}

std::vector<Conversion> convert_all(std::span<const base::Json> documents,
                                    const ConvertOptions& options) {
  std::vector<Draft> drafts;
  std::vector<Report> reports;
  for (const base::Json& document : documents) {
    std::string_view kind = base::string_at(document, {"kind"});
    std::string_view name = base::string_at(document, {"metadata", "name"});
    Report& report = reports.emplace_back(fmt::format("{} {}", kind.empty() ? "document" : kind,
                                                      name.empty() ? "without a name" : name));
    drafts.push_back(draft_of(document, options, report));
  }
  return convert_together(documents, std::move(drafts), std::move(reports));
}

Conversion convert(const base::Json& document, const ConvertOptions& options) {
  return std::move(convert_all({&document, 1}, options).front());
}

}  // namespace model
