#include <fmt/format.h>

#include <algorithm>

#include "model/convert_parts.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::string_view kOldFamilies[] = {"AL2",         "Bottlerocket", "Ubuntu",
                                             "Windows2019", "Windows2022",  "Custom"};

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

namespace {

// API-414, API-415, API-419, API-449. Without a selector the family decides alone.
void convert_images(const AWSNodeTemplateSpec& old, const std::string& path, EC2NodeClassSpec& spec,
                    Report& report) {
  const std::string field = path + ".amiFamily";
  std::string family = old.amiFamily.empty() ? "AL2" : old.amiFamily;
  std::string fault = choice_fault(family, kOldFamilies);
  bool has_selector = !old.amiSelector.empty();
  if (family == "Custom" && !has_selector) fault = "\"Custom\" needs an amiSelector";
  if (family == "Ubuntu" && !has_selector) {
    fault = "\"Ubuntu\" images can no longer be looked up by family; select them by an amiSelector";
  }
  if (!fault.empty()) return report.error(field, std::move(fault));
  warn_of_al2(family, old.amiFamily.empty(), field, report);
  if (!has_selector) {
    spec.amiSelectorTerms.emplace_back().alias = lower_case(family) + "@latest";
    return;
  }
  spec.amiSelectorTerms = ami_terms(old.amiSelector, path + ".amiSelector", report);
  spec.amiFamily = family;
  auto has_tags = [](const AMISelectorTerm& term) { return !term.tags.empty(); };
  if (family == "Custom" && std::ranges::any_of(spec.amiSelectorTerms, has_tags)) {
    report.warn(path + ".amiSelector",
                "tags of an image that name node labels no longer limit where the image is used");
  }
}

}  // namespace

void fill_in_role(const ConvertOptions& options, const std::string& field, EC2NodeClassSpec& spec,
                  Report& report) {
  if (!options.instance_profile.empty()) {
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

namespace {

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
  if (!written) return default_metadata_options({}, ipv6);
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

}  // namespace

std::vector<BlockDeviceMapping> convert_block_devices(
    const std::vector<ProvisionerBlockDeviceMapping>& mappings, bool is_alpha,
    const std::string& path, Report& report) {
  std::vector<BlockDeviceMapping> result;
  for (std::size_t index = 0; index < mappings.size(); ++index) {
    const ProvisionerBlockDeviceMapping& mapping = mappings[index];
    std::string at = fmt::format("{}[{}]", path, index);
    if (is_alpha && mapping.deviceName.empty()) report.error(at + ".deviceName", "is required");
    if (is_alpha && !mapping.ebs) {
      report.error(at + ".ebs", "is required");
      continue;
    }
    BlockDeviceMapping& converted = result.emplace_back();
    converted.deviceName = mapping.deviceName;
    converted.rootVolume = mapping.rootVolume.value_or(false);
    if (!mapping.ebs) continue;
    const ProvisionerBlockDevice& old = *mapping.ebs;
    BlockDevice& ebs = converted.ebs.emplace();
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

void warn_of_al2(std::string_view family, bool is_default, const std::string& field,
                 Report& report) {
  if (family != "AL2") return;
  report.warn(field, fmt::format("{}there are no AL2 images for Kubernetes 1.33 and later",
                                 is_default ? "AL2 was the default; " : ""));
}

MetadataOptions default_metadata_options(MetadataOptions options, bool ipv6) {
  if (options.httpEndpoint.empty()) options.httpEndpoint = "enabled";
  if (options.httpProtocolIPv6.empty()) options.httpProtocolIPv6 = ipv6 ? "enabled" : "disabled";
  if (!options.httpPutResponseHopLimit) options.httpPutResponseHopLimit = 2;
  if (options.httpTokens.empty()) options.httpTokens = "required";
  return options;
}

EC2NodeClassSpec convert_class(const AWSNodeTemplateSpec& old, const std::string& path,
                               const ConvertOptions& options, Report& report) {
  EC2NodeClassSpec spec;
  const ClassDefaults* fill_in = options.fill_in ? &*options.fill_in : nullptr;
  const std::string subnets = path + ".subnetSelector";
  spec.subnetSelectorTerms = required_terms(
      subnet_terms(old.subnetSelector, subnets, report), old.subnetSelector,
      fill_in == nullptr ? nullptr : &fill_in->subnetSelectorTerms, subnets, "subnets", report);
  const std::string groups = path + ".securityGroupSelector";
  spec.securityGroupSelectorTerms = required_terms(
      security_group_terms(old.securityGroupSelector, groups, report), old.securityGroupSelector,
      fill_in == nullptr ? nullptr : &fill_in->securityGroupSelectorTerms, groups,
      "security groups", report);
  convert_images(old, path, spec, report);
  spec.instanceProfile = old.instanceProfile;
  if (old.instanceProfile.empty()) {
    fill_in_role(options, path + ".instanceProfile", spec, report);
  }
  if (old.userData.is_given()) spec.userData = old.userData;
  spec.tags = convert_tags(old.tags, path + ".tags", options.extra_tags, report);
  if (!old.launchTemplate.empty()) {
    report.error(path + ".launchTemplate",
                 quoted(old.launchTemplate) +
                     ": launch templates of one's own have no form of today; describe the nodes by "
                     "the fields of EC2NodeClass");
  }
  spec.blockDeviceMappings =
      convert_block_devices(old.blockDeviceMappings, true, path + ".blockDeviceMappings", report);
  if (old.amiFamily == "Ubuntu") use_ubuntu_as_al2(spec, path + ".amiFamily", report);
  spec.metadataOptions = convert_metadata_options(old.metadataOptions, options.ipv6);
  spec.detailedMonitoring = old.detailedMonitoring;
  spec.context = old.context;
  return spec;
}

void use_ubuntu_as_al2(EC2NodeClassSpec& spec, const std::string& field, Report& report) {
  report.warn(field, "\"Ubuntu\" is no family of today; \"AL2\" is used, which boots the same way");
  spec.amiFamily = "AL2";
  if (!spec.blockDeviceMappings.empty()) return;
  BlockDeviceMapping& root = spec.blockDeviceMappings.emplace_back();
  root.deviceName = "/dev/sda1";
  root.rootVolume = true;
  BlockDevice& ebs = root.ebs.emplace();
  ebs.encrypted = true;
  ebs.volumeSize = "20Gi";
  ebs.volumeType = "gp3";
}

}  // namespace model
