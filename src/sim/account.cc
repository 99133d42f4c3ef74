#include "sim/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "model/conditions.h"
#include "model/labels.h"
#include "model/validate.h"

namespace sim {
namespace {

using model::Operator;
using model::Requirement;

constexpr std::string_view kRelease = "v20251015";  // of the images
constexpr std::string_view kGpuCount = "karpenter.k8s.aws/instance-gpu-count";
constexpr std::string_view kAcceleratorCount = "karpenter.k8s.aws/instance-accelerator-count";

// Digits for ids that look like EC2's and never change.
std::string seventeen_digits(std::string_view text) {
  return fmt::format("0{:016x}", base::hash64(text));
}

struct Build {
  std::string_view architecture;  // as EC2 says it
  std::string_view arch;          // as Kubernetes says it
  std::string_view variant;
};

constexpr std::array<Build, 5> kBuilds{{{"x86_64", "amd64", "standard"},
                                        {"x86_64", "amd64", "nvidia"},
                                        {"x86_64", "amd64", "neuron"},
                                        {"arm64", "arm64", "standard"},
                                        {"arm64", "arm64", "nvidia"}}};

// AWL-190
model::Requirements requirements_of(const Build& build) {
  model::Requirements requirements;
  requirements.add(Requirement(model::kArchLabel, Operator::In, {std::string(build.arch)}));
  if (build.variant == "nvidia") {
    requirements.add(Requirement(kGpuCount, Operator::Exists));
  } else if (build.variant == "neuron") {
    requirements.add(Requirement(kAcceleratorCount, Operator::Exists));
  } else {
    requirements.add(Requirement(kGpuCount, Operator::DoesNotExist));
    requirements.add(Requirement(kAcceleratorCount, Operator::DoesNotExist));
  }
  return requirements;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// By the length of the key, then the key (API-211).
model::AMIStatus status_of(const Image& image) {
  struct Entry {
    std::string key;
    std::string op;
    std::vector<std::string> values;
  };
  std::vector<Entry> entries;
  for (const auto& [key, requirement] : image.requirements) {
    entries.push_back({key, std::string(model::to_string(requirement.op())), requirement.values()});
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.key.size(), std::string_view(entry.key));
  });

  model::AMIStatus status;
  status.id = image.id;
  status.name = image.name;
  for (const Entry& entry : entries) {
    boost::json::object object{{"key", entry.key}, {"operator", entry.op}};
    if (!entry.values.empty()) {
      object["values"] = boost::json::array(entry.values.begin(), entry.values.end());
    }
    status.requirements.emplace_back(std::move(object));
  }
  return status;
}

std::vector<model::AMIStatus> amis_of(const model::EC2NodeClass& node_class) {
  std::vector<model::AMIStatus> amis;
  if (node_class.spec.amiSelectorTerms.empty()) return amis;
  for (const Image& image : images_of(image_family_of(node_class))) {
    amis.push_back(status_of(image));
  }
  return amis;
}

// The given profile, or the one that is managed for the role (API-213).
std::string instance_profile_of(const model::EC2NodeClass& node_class) {
  if (!node_class.spec.instanceProfile.empty()) return node_class.spec.instanceProfile;
  return "joiner_" + seventeen_digits(node_class.metadata.name);
}

void collect_unexpanded(const base::Json& value, const std::string& path,
                        std::vector<std::string>& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      collect_unexpanded(member.value(), fmt::format("{}.{}", path, std::string_view(member.key())),
                         found);
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t index = 0; index < array->size(); ++index) {
      collect_unexpanded((*array)[index], fmt::format("{}[{}]", path, index), found);
    }
  } else if (const auto* text = value.if_string();
             text != nullptr && std::string_view(*text).contains("${")) {
    found.push_back(fmt::format(
        "{}: \"{}\" holds a variable that was not filled in; the simulated account accepts it, a "
        "real one would not find it",
        path, std::string_view(*text)));
  }
}

}  // namespace

std::vector<Image> images_of(std::string_view family) {
  std::vector<Image> images;
  for (const Build& build : kBuilds) {
    Image image;
    image.name = fmt::format("amazon-eks-node-{}-{}-{}-{}-{}", lower(family), build.architecture,
                             build.variant, kKubernetesVersion, kRelease);
    image.id = "ami-" + seventeen_digits(image.name);
    image.requirements = requirements_of(build);
    images.push_back(std::move(image));
  }
  return images;
}

const Image* image_for(std::span<const Image> images, const model::Requirements& type) {
  auto found = std::ranges::find_if(images, [&](const Image& image) {
    return type.compatible(image.requirements, model::Undefined::none);
  });
  return found == images.end() ? nullptr : &*found;
}

std::string image_family_of(const model::EC2NodeClass& node_class) {
  constexpr std::array<std::string_view, 6> kFamilies{"AL2",         "AL2023",      "Bottlerocket",
                                                      "Windows2019", "Windows2022", "Windows2025"};
  for (const model::AMISelectorTerm& term : node_class.spec.amiSelectorTerms) {
    std::string alias = term.alias.substr(0, term.alias.find('@'));
    auto family = std::ranges::find(kFamilies, alias, lower);
    if (!alias.empty() && family != kFamilies.end()) return std::string(*family);
  }
  return node_class.spec.amiFamily;
}

model::EC2NodeClassStatus ready_status(const model::EC2NodeClass& node_class,
                                       std::span<const catalog::Zone> zones, base::Time now) {
  const model::EC2NodeClassSpec& spec = node_class.spec;
  model::EC2NodeClassStatus status;
  status.conditions = node_class.status.conditions;
  if (!spec.subnetSelectorTerms.empty()) {
    for (const catalog::Zone& zone : zones) {
      status.subnets.push_back({"subnet-" + seventeen_digits(zone.name), zone.name, zone.id});
    }
    // All have the same number of free addresses (API-209).
    std::ranges::sort(status.subnets, {}, &model::SubnetStatus::id);
  }
  if (!spec.securityGroupSelectorTerms.empty()) {
    status.securityGroups.push_back({"sg-" + seventeen_digits("nodes"), "joiner-nodes"});
  }
  status.amis = amis_of(node_class);
  status.instanceProfile = instance_profile_of(node_class);

  const model::ConditionSet& set = model::conditions_of(model::Kind::EC2NodeClass);
  for (std::string_view type : set.dependents) {
    auto set_found = [&](bool found, std::string_view reason, std::string_view message) {
      if (found) {
        model::set_true(status.conditions, set, node_class.metadata, type, "", "", now);
      } else {
        model::set_false(status.conditions, set, node_class.metadata, type, reason, message, now);
      }
    };
    if (type == model::kSubnetsReady) {
      set_found(!status.subnets.empty(), "SubnetsNotFound",
                "SubnetSelector did not match any Subnets");
    } else if (type == model::kSecurityGroupsReady) {
      set_found(!status.securityGroups.empty(), "SecurityGroupsNotFound",
                "SecurityGroupSelector did not match any SecurityGroups");
    } else if (type == model::kAMIsReady) {
      set_found(!status.amis.empty(), "AMINotFound", "AMISelector did not match any AMIs");
    } else if (type == model::kValidationSucceeded) {
      std::optional<model::ClassFault> fault = model::runtime_fault(node_class);
      set_found(!fault, fault ? fault->reason : "", fault ? fault->message : "");
    } else {
      set_found(true, "", "");
    }
  }
  return status;
}

std::vector<std::string> unexpanded_values(const model::EC2NodeClass& node_class) {
  std::vector<std::string> found;
  base::Json spec = base::to_json(node_class.spec);
  for (std::string_view member :
       {"subnetSelectorTerms", "securityGroupSelectorTerms", "capacityReservationSelectorTerms",
        "placementGroupSelector", "amiSelectorTerms", "role", "instanceProfile"}) {
    if (const base::Json* value = base::find_path(spec, {member})) {
      collect_unexpanded(*value, fmt::format("spec.{}", member), found);
    }
  }
  return found;
}

}  // namespace sim
