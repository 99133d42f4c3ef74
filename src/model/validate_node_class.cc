#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/scan.h"
#include "model/labels.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::size_t kMostTerms = 30;
constexpr std::size_t kMostTags = 20;
constexpr std::size_t kMostBlockDevices = 50;
constexpr std::size_t kMostNetworkInterfaces = 150;
constexpr std::size_t kMostAliasCharacters = 30;

constexpr std::string_view kFamilies[] = {"AL2",         "AL2023",      "Bottlerocket", "Custom",
                                          "Windows2019", "Windows2022", "Windows2025"};
constexpr std::string_view kAliasFamilies[] = {"al2",         "al2023",      "bottlerocket",
                                               "windows2019", "windows2022", "windows2025"};
constexpr std::string_view kVolumeTypes[] = {"standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"};
constexpr std::string_view kSwitch[] = {"enabled", "disabled"};
constexpr std::string_view kTokens[] = {"required", "optional"};
constexpr std::string_view kCriteria[] = {"open", "targeted"};
constexpr std::string_view kInterfaceTypes[] = {"interface", "efa-only"};
constexpr std::string_view kStorePolicies[] = {"RAID0"};

std::string element(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

void check_tags_of_term(const Labels& tags, const std::string& path, Faults& faults) {
  faults.add_if(path, count_fault(tags.size(), kMostTags));
  for (const auto& [key, value] : tags) {
    if (key.empty()) faults.add(path, "a key is empty");
    if (value.empty()) {
      faults.add(path, fmt::format("\"{}\" has no value; \"*\" matches any value", key));
    }
  }
}

void check_id(const base::Given<std::string>& id, std::string_view prefix, bool anchored,
              const std::string& path, Faults& faults) {
  if (!id.is_given() || is_aws_id(id, prefix, anchored)) return;
  faults.add(path + ".id",
             fmt::format("\"{}\" is no id of the form {}0123456789abcdef0", id, prefix));
}

void check_term_count(std::size_t count, const std::string& path, Faults& faults) {
  if (count == 0) faults.add(path, "is required, with at least one term");
  faults.add_if(path, count_fault(count, kMostTerms));
}

// How many of the fields are given. Empty ones count: `tags: {}` selects everything (API-199).
template <class... Field>
int given(const Field&... fields) {
  return (... + (fields.is_given() ? 1 : 0));
}

// What a term may not hold together. The real API refuses the list only if every term of it offends
// (API-199).
void check_exclusive(std::size_t offending, std::size_t count, const std::string& path,
                     std::string_view what, Faults& faults) {
  if (count != 0 && offending == count) faults.add(path, std::string(what));
}

void check_subnets(const std::vector<SubnetSelectorTerm>& terms, Faults& faults) {
  const std::string path = "spec.subnetSelectorTerms";
  check_term_count(terms.size(), path, faults);
  std::size_t offending = 0;
  for (std::size_t index = 0; index < terms.size(); ++index) {
    const SubnetSelectorTerm& term = terms[index];
    std::string at = element(path, index);
    if (given(term.tags, term.id) == 0) faults.add(at, "needs tags or id");
    check_tags_of_term(term.tags, at + ".tags", faults);
    check_id(term.id, "subnet-", false, at, faults);
    if (given(term.tags, term.id) == 2) ++offending;
  }
  check_exclusive(offending, terms.size(), path, "id stands alone in a term: leave out tags",
                  faults);
}

void check_security_groups(const std::vector<SecurityGroupSelectorTerm>& terms, Faults& faults) {
  const std::string path = "spec.securityGroupSelectorTerms";
  check_term_count(terms.size(), path, faults);
  std::size_t with_id_and_more = 0;
  std::size_t with_name_and_more = 0;
  for (std::size_t index = 0; index < terms.size(); ++index) {
    const SecurityGroupSelectorTerm& term = terms[index];
    std::string at = element(path, index);
    int parts = given(term.tags, term.id, term.name);
    if (parts == 0) faults.add(at, "needs tags, id or name");
    check_tags_of_term(term.tags, at + ".tags", faults);
    check_id(term.id, "sg-", false, at, faults);
    if (parts > 1 && term.id.is_given()) ++with_id_and_more;
    if (parts > 1 && term.name.is_given()) ++with_name_and_more;
  }
  std::size_t offending = std::max(with_id_and_more, with_name_and_more);
  check_exclusive(offending, terms.size(), path,
                  "id and name stand alone in a term: leave out the other fields", faults);
}

void check_capacity_reservations(const std::vector<CapacityReservationSelectorTerm>& terms,
                                 Faults& faults) {
  const std::string path = "spec.capacityReservationSelectorTerms";
  faults.add_if(path, count_fault(terms.size(), kMostTerms));
  std::size_t offending = 0;
  for (std::size_t index = 0; index < terms.size(); ++index) {
    const CapacityReservationSelectorTerm& term = terms[index];
    std::string at = element(path, index);
    if (given(term.tags, term.id, term.instanceMatchCriteria) == 0) {
      faults.add(at, "needs tags, id or instanceMatchCriteria");
    }
    check_tags_of_term(term.tags, at + ".tags", faults);
    check_id(term.id, "cr-", true, at, faults);
    if (term.ownerID.is_given() && !(term.ownerID.size() == 12 && is_digits(term.ownerID))) {
      faults.add(at + ".ownerID", quoted(term.ownerID) + " is no account of twelve digits");
    }
    if (term.instanceMatchCriteria.is_given()) {
      faults.add_if(at + ".instanceMatchCriteria",
                    choice_fault(term.instanceMatchCriteria, kCriteria));
    }
    bool has_more = given(term.tags, term.ownerID, term.instanceMatchCriteria) > 0;
    if (term.id.is_given() && has_more) ++offending;
  }
  check_exclusive(offending, terms.size(), path,
                  "id stands alone in a term: leave out the other fields", faults);
}

// "al2023@v20240625": a family in lower case and a version (API-201).
void check_alias(const std::string& alias, const std::string& path, Faults& faults) {
  std::size_t at_sign = alias.find('@');
  if (alias.size() > kMostAliasCharacters) {
    faults.add(path, fmt::format("\"{}\" has {} characters, at most {} are allowed", alias,
                                 alias.size(), kMostAliasCharacters));
  }
  if (at_sign == std::string::npos || at_sign == 0 || at_sign + 1 == alias.size()) {
    faults.add(path,
               quoted(alias) + " is not of the form family@version, such as \"al2023@latest\"");
    return;
  }
  std::string_view family = std::string_view(alias).substr(0, at_sign);
  faults.add_if(path, choice_fault(family, kAliasFamilies));
  if (family.starts_with("windows") && !alias.ends_with("@latest")) {
    faults.add(path,
               fmt::format("\"{}\": Windows has no versions, write \"{}@latest\"", alias, family));
  }
}

// The family that an alias stands for, in its canonical spelling; "" if it is unknown (API-202).
std::string_view family_of_alias(std::string_view alias) {
  std::string_view name = alias.substr(0, alias.find('@'));
  for (std::string_view family : kFamilies) {
    if (std::ranges::equal(name, family, {}, {},
                           [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; })) {
      return family;
    }
  }
  return {};
}

void check_images(const EC2NodeClassSpec& spec, Faults& faults) {
  const std::string path = "spec.amiSelectorTerms";
  const std::vector<AMISelectorTerm>& terms = spec.amiSelectorTerms;
  check_term_count(terms.size(), path, faults);
  bool has_alias = false;
  std::string_view alias;
  for (std::size_t index = 0; index < terms.size(); ++index) {
    const AMISelectorTerm& term = terms[index];
    std::string at = element(path, index);
    if (given(term.alias, term.tags, term.id, term.name, term.ssmParameter) == 0) {
      faults.add(at, "needs tags, id, name, alias or ssmParameter");
    }
    check_tags_of_term(term.tags, at + ".tags", faults);
    check_id(term.id, "ami-", false, at, faults);
    bool has_more = given(term.tags, term.name, term.owner) > 0;
    if (term.id.is_given() && (has_more || term.alias.is_given())) {
      faults.add(at, "id stands alone in a term: leave out alias, tags, name and owner");
    }
    if (!term.alias.is_given()) continue;
    has_alias = true;
    alias = term.alias;
    check_alias(term.alias, at + ".alias", faults);
    if (has_more) faults.add(at, "alias stands alone in a term: leave out tags, name and owner");
    if (terms.size() > 1) faults.add(at, "a term with an alias must be the only term");
  }

  if (spec.amiFamily.is_given()) {
    std::string fault = choice_fault(spec.amiFamily, kFamilies);
    std::string_view family = family_of_alias(alias);
    if (fault.empty() && has_alias && spec.amiFamily != family && spec.amiFamily != "Custom") {
      fault = fmt::format("\"{}\" does not go with the alias \"{}\"; leave it out", spec.amiFamily,
                          alias);
    }
    faults.add_if("spec.amiFamily", std::move(fault));
  } else if (!has_alias) {
    faults.add("spec.amiFamily", fmt::format("is required where no term has an alias: one of {}",
                                             fmt::join(kFamilies, ", ")));
  }
}

void check_tags(const Labels& tags, Faults& faults) {
  for (const auto& [key, value] : tags) {
    if (key.empty()) faults.add("spec.tags", "a key is empty");
    if (is_forbidden_tag(key)) {
      faults.add(fmt::format("spec.tags[{}]", key),
                 quoted(key) + " is set by Joiner itself; leave it out");
    }
  }
}

void check_block_device(const BlockDevice& ebs, const std::string& path, Faults& faults) {
  if (!ebs.snapshotID.is_given() && !ebs.volumeSize.is_given()) {
    faults.add(path, "needs snapshotID or volumeSize");
  }
  if (ebs.volumeSize.is_given() && !is_volume_size(ebs.volumeSize)) {
    faults.add(path + ".volumeSize",
               quoted(ebs.volumeSize) +
                   " is no whole number of Gi (to 59000), G (to 64000), Ti (to 58) or T (to 64)");
  }
  if (ebs.volumeType.is_given()) {
    faults.add_if(path + ".volumeType", choice_fault(ebs.volumeType, kVolumeTypes));
  }
  if (!ebs.volumeInitializationRate) return;
  faults.add_if(path + ".volumeInitializationRate",
                range_fault(*ebs.volumeInitializationRate, 100, 300));
  if (ebs.snapshotID.empty()) {
    faults.add(path + ".volumeInitializationRate", "needs a snapshotID to read from");
  }
}

void check_block_devices(const std::vector<BlockDeviceMapping>& mappings, Faults& faults) {
  const std::string path = "spec.blockDeviceMappings";
  faults.add_if(path, count_fault(mappings.size(), kMostBlockDevices));
  if (std::ranges::count_if(mappings, &BlockDeviceMapping::rootVolume) > 1) {
    faults.add(path, "only one mapping can have rootVolume: true");
  }
  for (std::size_t index = 0; index < mappings.size(); ++index) {
    if (!mappings[index].ebs) continue;
    check_block_device(*mappings[index].ebs, element(path, index) + ".ebs", faults);
  }
}

void check_metadata_options(const MetadataOptions& options, Faults& faults) {
  const std::string path = "spec.metadataOptions";
  if (options.httpEndpoint.is_given()) {
    faults.add_if(path + ".httpEndpoint", choice_fault(options.httpEndpoint, kSwitch));
  }
  if (options.httpProtocolIPv6.is_given()) {
    faults.add_if(path + ".httpProtocolIPv6", choice_fault(options.httpProtocolIPv6, kSwitch));
  }
  if (options.httpPutResponseHopLimit) {
    faults.add_if(path + ".httpPutResponseHopLimit",
                  range_fault(*options.httpPutResponseHopLimit, 1, 64));
  }
  if (options.httpTokens.is_given()) {
    faults.add_if(path + ".httpTokens", choice_fault(options.httpTokens, kTokens));
  }
}

void check_index(std::optional<std::int32_t> index, const std::string& path, Faults& faults) {
  if (!index) {
    faults.add(path, "is required");
  } else if (*index < 0) {
    faults.add(path, fmt::format("{} is negative", *index));
  }
}

void check_network_interfaces(const std::vector<NetworkInterface>& interfaces, Faults& faults) {
  const std::string path = "spec.networkInterfaces";
  faults.add_if(path, count_fault(interfaces.size(), kMostNetworkInterfaces));
  bool has_primary = false;
  std::set<std::pair<std::int32_t, std::int32_t>> places;
  std::set<std::int32_t> cards_with_efa_only;
  for (std::size_t index = 0; index < interfaces.size(); ++index) {
    const NetworkInterface& interface = interfaces[index];
    std::string at = element(path, index);
    faults.add_if(at + ".interfaceType", choice_fault(interface.interfaceType, kInterfaceTypes));
    check_index(interface.networkCardIndex, at + ".networkCardIndex", faults);
    check_index(interface.deviceIndex, at + ".deviceIndex", faults);
    if (!interface.networkCardIndex || !interface.deviceIndex) continue;
    std::int32_t card = *interface.networkCardIndex;
    std::int32_t device = *interface.deviceIndex;
    if (!places.emplace(card, device).second) {
      faults.add(at, fmt::format("network card {}, device {} stands there twice", card, device));
    }
    if (interface.interfaceType == "efa-only" && !cards_with_efa_only.insert(card).second) {
      faults.add(at, fmt::format("network card {} has another interface of type efa-only", card));
    }
    has_primary =
        has_primary || (card == 0 && device == 0 && interface.interfaceType == "interface");
  }
  if (!interfaces.empty() && !has_primary) {
    faults.add(path, "needs network card 0, device 0 of type interface");
  }
}

void check_connection_tracking(const ConnectionTracking& tracking, Faults& faults) {
  const std::string path = "spec.connectionTracking";
  auto check = [&](const char* field, std::optional<std::int32_t> seconds, std::int64_t least,
                   std::int64_t most) {
    if (seconds) faults.add_if(path + "." + field, range_fault(*seconds, least, most));
  };
  if (!tracking.tcpEstablishedTimeout && !tracking.udpStreamTimeout && !tracking.udpTimeout) {
    faults.add(path, "needs at least one timeout");
  }
  check("tcpEstablishedTimeout", tracking.tcpEstablishedTimeout, 60, 432000);
  check("udpStreamTimeout", tracking.udpStreamTimeout, 60, 180);
  check("udpTimeout", tracking.udpTimeout, 30, 60);
}

// A text that is there but empty (API-178, API-179, API-189).
void check_not_empty(const base::Given<std::string>& text, const char* field, Faults& faults) {
  if (text.is_given() && text.empty()) faults.add(field, "is empty; leave it out or give a value");
}

void check_placement_group(const PlacementGroupSelector& selector, Faults& faults) {
  const std::string path = "spec.placementGroupSelector";
  if (selector.name.is_given() == selector.id.is_given()) {
    faults.add(path, "needs either name or id");
  }
  check_not_empty(selector.name, "spec.placementGroupSelector.name", faults);
  check_id(selector.id, "pg-", true, path, faults);
}

}  // namespace

std::string effective_family(const EC2NodeClassSpec& spec) {
  if (!spec.amiFamily.empty()) return spec.amiFamily;
  for (const AMISelectorTerm& term : spec.amiSelectorTerms) {
    if (!term.alias.empty()) return std::string(family_of_alias(term.alias));
  }
  return {};
}

bool is_forbidden_tag(std::string_view key) {
  return key == "eks:eks-cluster-name" || key == kNodePoolLabel ||
         key == "karpenter.sh/nodeclaim" || key == kEC2NodeClassLabel ||
         key.starts_with("kubernetes.io/cluster");
}

bool is_volume_size(std::string_view text) {
  std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) return false;
  std::string_view unit = text.substr(digits);
  std::string_view number = text.substr(0, digits);
  // The pattern of API-203 lets a bare Ti or T pass.
  if (number.empty()) return unit == "Ti" || unit == "T";
  std::optional<int> amount = base::to_integer<int>(number);
  if (!amount || number.starts_with('0')) return false;
  if (unit == "Gi") return *amount <= 59000;
  if (unit == "G") return *amount <= 64000;
  if (unit == "T") return *amount <= 64;
  // Nor does it know 18, 19, 28, 29 … Ti.
  return unit == "Ti" && (*amount == 58 || (*amount < 58 && (*amount < 10 || *amount % 10 < 8)));
}

std::vector<Fault> admission_faults(const EC2NodeClass& node_class, const EC2NodeClass*) {
  Faults faults;
  const EC2NodeClassSpec& spec = node_class.spec;
  check_subnets(spec.subnetSelectorTerms, faults);
  check_security_groups(spec.securityGroupSelectorTerms, faults);
  check_capacity_reservations(spec.capacityReservationSelectorTerms, faults);
  if (spec.placementGroupSelector) check_placement_group(*spec.placementGroupSelector, faults);
  check_images(spec, faults);
  check_not_empty(spec.role, "spec.role", faults);
  check_not_empty(spec.instanceProfile, "spec.instanceProfile", faults);
  bool has_empty = (spec.role.is_given() && spec.role.empty()) ||
                   (spec.instanceProfile.is_given() && spec.instanceProfile.empty());
  if (!has_empty && spec.role.empty() == spec.instanceProfile.empty()) {
    faults.add(spec.role.empty() ? "spec.role" : "spec.instanceProfile",
               spec.role.empty() ? "is required, unless instanceProfile is set"
                                 : "cannot be set together with role; leave one out");
  }
  check_tags(spec.tags, faults);
  if (spec.kubelet && !spec.kubelet->is_object()) faults.add("spec.kubelet", "is no object");
  check_block_devices(spec.blockDeviceMappings, faults);
  if (spec.instanceStorePolicy.is_given()) {
    faults.add_if("spec.instanceStorePolicy",
                  choice_fault(spec.instanceStorePolicy, kStorePolicies));
  }
  check_network_interfaces(spec.networkInterfaces, faults);
  if (spec.ipPrefixCount && *spec.ipPrefixCount < 0) {
    faults.add("spec.ipPrefixCount", fmt::format("{} is negative", *spec.ipPrefixCount));
  }
  if (spec.metadataOptions) check_metadata_options(*spec.metadataOptions, faults);
  if (spec.connectionTracking) check_connection_tracking(*spec.connectionTracking, faults);
  if (spec.cpuOptions && spec.cpuOptions->nestedVirtualization.is_given()) {
    faults.add_if("spec.cpuOptions.nestedVirtualization",
                  choice_fault(spec.cpuOptions->nestedVirtualization, kSwitch));
  }
  return faults.take();
}

}  // namespace model
