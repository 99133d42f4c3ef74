#include <fmt/format.h>

#include <algorithm>

#include "model/convert_parts.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::string_view kOldFamilies[] = {"AL2",         "Bottlerocket", "Ubuntu",
                                             "Windows2019", "Windows2022",  "Custom"};

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// An inline provider has no image selector, so the family decides alone (API-414).
void convert_images(const InlineProvider& provider, const std::string& path, EC2NodeClassSpec& spec,
                    Report& report) {
  const std::string field = path + ".amiFamily";
  std::string family = provider.amiFamily.empty() ? "AL2" : provider.amiFamily;
  std::string fault = choice_fault(family, kOldFamilies);
  if (family == "Custom") fault = "\"Custom\" needs an amiSelector, which can stand here no more";
  if (family == "Ubuntu") fault = "\"Ubuntu\" images can no longer be looked up by family";
  if (!fault.empty()) return report.error(field, std::move(fault));
  if (family == "AL2") {
    report.warn(field, fmt::format("{}there are no AL2 images for Kubernetes 1.33 and later",
                                   provider.amiFamily.empty() ? "AL2 was the default; " : ""));
  }
  spec.amiSelectorTerms.emplace_back().alias = lower_case(family) + "@latest";
}

// API-363
void convert_role(const InlineProvider& provider, const std::string& path,
                  const ConvertOptions& options, EC2NodeClassSpec& spec, Report& report) {
  const std::string field = path + ".instanceProfile";
  if (!provider.instanceProfile.empty()) {
    spec.instanceProfile = provider.instanceProfile;
  } else if (!options.instance_profile.empty()) {
    spec.instanceProfile = options.instance_profile;
  } else if (!options.node_role.empty()) {
    spec.role = options.node_role;
  } else if (options.fill_in && !options.fill_in->role.empty()) {
    spec.role = options.fill_in->role;
    report.warn(field, fmt::format("is not set; the role \"{}\" is used", spec.role));
  } else {
    report.error(field,
                 "is not set; set it, or name the role of the nodes with --node-role, or their "
                 "profile with --instance-profile");
  }
}

// Terms of a selector that the old class must have; `what` for people: "subnets".
template <class Term>
std::vector<Term> required_terms(std::vector<Term> terms, const Labels& written,
                                 const std::vector<Term>* fill_in, const std::string& path,
                                 std::string_view what, Report& report) {
  if (!written.empty()) return terms;
  if (fill_in != nullptr && !fill_in->empty()) {
    report.warn(path, fmt::format("is not set; the {} of this cluster are used", what));
    return *fill_in;
  }
  report.error(path, fmt::format("is required: select the {} by a tag, for example "
                                 "{{karpenter.sh/discovery: my-cluster}}",
                                 what));
  return {};
}

// API-416: the old defaults written out, since those of today differ.
MetadataOptions convert_metadata_options(const std::optional<MetadataOptions>& written, bool ipv6) {
  if (!written) return {"enabled", ipv6 ? "enabled" : "disabled", 2, "required"};
  MetadataOptions options = *written;
  if (options.httpEndpoint.empty()) options.httpEndpoint = "enabled";
  if (options.httpProtocolIPv6.empty()) options.httpProtocolIPv6 = "disabled";
  if (!options.httpPutResponseHopLimit) options.httpPutResponseHopLimit = 1;
  if (options.httpTokens.empty()) options.httpTokens = "optional";
  return options;
}

// API-417: a size that today's pattern does not know becomes whole Gi.
std::string convert_volume_size(const base::Json& written, const std::string& path,
                                Report& report) {
  const boost::json::string* quoted_size = written.if_string();
  std::string text = quoted_size == nullptr ? base::print_json(written)
                                            : std::string(quoted_size->data(), quoted_size->size());
  if (is_volume_size(text)) return text;
  base::Result<base::Quantity> size = base::Quantity::parse(text);
  if (!size || size->nanos() <= 0) {
    report.error(path, quoted(text) + " is no size, such as \"20Gi\"");
    return {};
  }
  constexpr base::Quantity::Nanos kGi = base::Quantity::kNanosPerUnit << 30;
  auto count = static_cast<std::int64_t>((size->nanos() + kGi - 1) / kGi);
  if (base::Quantity::Nanos{count} * kGi != size->nanos()) {
    report.warn(path, fmt::format("\"{}\" is rounded up to \"{}Gi\"", text, count));
  }
  return fmt::format("{}Gi", count);
}

std::vector<BlockDeviceMapping> convert_block_devices(
    const std::vector<ProvisionerBlockDeviceMapping>& mappings, const std::string& path,
    Report& report) {
  std::vector<BlockDeviceMapping> result;
  for (std::size_t index = 0; index < mappings.size(); ++index) {
    const ProvisionerBlockDeviceMapping& mapping = mappings[index];
    std::string at = fmt::format("{}[{}]", path, index);
    if (mapping.deviceName.empty()) report.error(at + ".deviceName", "is required");
    if (!mapping.ebs) {
      report.error(at + ".ebs", "is required");
      continue;
    }
    const ProvisionerBlockDevice& old = *mapping.ebs;
    BlockDevice ebs;
    ebs.deleteOnTermination = old.deleteOnTermination;
    ebs.encrypted = old.encrypted;
    ebs.iops = old.iops;
    ebs.kmsKeyID = old.kmsKeyID;
    ebs.snapshotID = old.snapshotID;
    ebs.throughput = old.throughput;
    ebs.volumeType = old.volumeType;
    if (old.volumeSize) {
      ebs.volumeSize = convert_volume_size(*old.volumeSize, at + ".ebs.volumeSize", report);
    }
    BlockDeviceMapping& converted = result.emplace_back();
    converted.deviceName = mapping.deviceName;
    converted.ebs = std::move(ebs);
  }
  return result;
}

// API-372, API-418: what is forbidden today is dropped.
Labels convert_tags(const Labels& tags, const std::string& path, const Labels& extra,
                    Report& report) {
  Labels result = extra;
  for (const auto& [key, value] : tags) {
    bool is_old = key == "karpenter.sh/provisioner-name" || key == "karpenter.sh/managed-by";
    if (is_old || is_forbidden_tag(key)) {
      report.warn(fmt::format("{}[{}]", path, key), "is set by Joiner itself; dropped");
    } else {
      result[key] = value;
    }
  }
  return result;
}

}  // namespace

EC2NodeClassSpec convert_class(const InlineProvider& provider, const std::string& path,
                               const ConvertOptions& options, Report& report) {
  EC2NodeClassSpec spec;
  const ClassDefaults* fill_in = options.fill_in ? &*options.fill_in : nullptr;
  const std::string subnets = path + ".subnetSelector";
  spec.subnetSelectorTerms = required_terms(
      subnet_terms(provider.subnetSelector, subnets, report), provider.subnetSelector,
      fill_in == nullptr ? nullptr : &fill_in->subnetSelectorTerms, subnets, "subnets", report);
  const std::string groups = path + ".securityGroupSelector";
  spec.securityGroupSelectorTerms =
      required_terms(security_group_terms(provider.securityGroupSelector, groups, report),
                     provider.securityGroupSelector,
                     fill_in == nullptr ? nullptr : &fill_in->securityGroupSelectorTerms, groups,
                     "security groups", report);
  convert_images(provider, path, spec, report);
  convert_role(provider, path, options, spec, report);
  spec.tags = convert_tags(provider.tags, path + ".tags", options.extra_tags, report);
  if (!provider.launchTemplate.empty()) {
    report.error(path + ".launchTemplate",
                 quoted(provider.launchTemplate) +
                     ": launch templates of one's own have no form of today; describe the nodes by "
                     "the fields of EC2NodeClass");
  }
  spec.blockDeviceMappings =
      convert_block_devices(provider.blockDeviceMappings, path + ".blockDeviceMappings", report);
  spec.metadataOptions = convert_metadata_options(provider.metadataOptions, options.ipv6);
  spec.context = provider.context;
  return spec;
}

}  // namespace model
