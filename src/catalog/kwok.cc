#include "catalog/kwok.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/describe.h"
#include "model/labels.h"
#include "model/node_pool.h"
#include "model/requirements.h"
#include "model/resources.h"
#include "model/validate.h"

namespace catalog {

struct FileOffering {
  base::Json Price;
  std::optional<std::int64_t> ReservationCapacity;
  std::vector<model::NodeRequirement> Requirements;
};
DESCRIBED(FileOffering);
FIELDS(FileOffering, Price, ReservationCapacity, Requirements);

struct FileType {
  std::string name;
  std::string architecture;
  std::vector<std::string> operatingSystems;
  model::ResourceList resources;
  std::vector<FileOffering> offerings;
  std::optional<model::ResourceList> overhead;
  std::vector<model::NodeRequirement> requirements;
};
DESCRIBED(FileType);
FIELDS(FileType, name, architecture, operatingSystems, resources, offerings, overhead,
       requirements);

namespace {

using model::Operator;

constexpr std::string_view kDomain = "karpenter.kwok.sh";
constexpr std::string_view kCpuLabel = "karpenter.kwok.sh/instance-cpu";
constexpr std::string_view kMemoryLabel = "karpenter.kwok.sh/instance-memory";
constexpr std::string_view kFamilyLabel = "karpenter.kwok.sh/instance-family";
constexpr std::string_view kSizeLabel = "karpenter.kwok.sh/instance-size";

constexpr std::string_view kCoreLabels[] = {model::kNodePoolLabel,
                                            model::kCapacityTypeLabel,
                                            model::kZoneLabel,
                                            model::kRegionLabel,
                                            model::kInstanceTypeLabel,
                                            model::kArchLabel,
                                            model::kOsLabel,
                                            model::kWindowsBuildLabel,
                                            kCpuLabel,
                                            kMemoryLabel,
                                            kFamilyLabel,
                                            kSizeLabel};

// "4xlarge", "large", "metal": the second part of names like m5.large.
bool is_size_word(std::string_view word) {
  for (std::string_view known : {"nano", "micro", "small", "medium", "large", "metal"}) {
    if (word == known) return true;
  }
  std::size_t digits = word.find_first_not_of("0123456789");
  return digits != std::string_view::npos && word.substr(digits) == "xlarge";
}

std::string size_of(const FileType& type) {
  std::size_t dot = type.name.find('.');
  if (dot != std::string::npos && is_size_word(std::string_view(type.name).substr(dot + 1))) {
    return type.name.substr(dot + 1);
  }
  return model::quantity_of(type.resources, model::kCpu).to_string();
}

std::string family_of(const FileType& type) {
  std::size_t end = type.name.find_first_of(".-");
  return type.name.substr(0, end == std::string::npos ? 1 : end);
}

// A price as its shortest decimal text has it, rounded to the micro-dollar.
base::Result<base::Money> price_of(const base::Json& value) {
  const auto* number = value.if_double();
  auto price =
      base::Money::from_dollars(number ? fmt::format("{:.9f}", *number) : base::print_json(value));
  if (!price || *price < base::Money()) {
    return base::invalid(fmt::format("Price: {} is no price", base::print_json(value)));
  }
  return price;
}

// The values that the offerings have for the key, together.
model::Requirement union_of(const std::vector<model::Offering>& offerings, std::string_view key) {
  std::set<std::string> values;
  for (const model::Offering& offering : offerings) {
    const model::Requirement* requirement = offering.requirements.find(key);
    if (requirement != nullptr) {
      values.insert(requirement->values().begin(), requirement->values().end());
    }
  }
  return {key, Operator::In, {values.begin(), values.end()}};
}

base::Result<model::Requirements> read_requirements(
    const std::vector<model::NodeRequirement>& written) {
  for (const model::NodeRequirement& requirement : written) {
    auto faults = model::requirement_faults(requirement);
    if (!faults.empty()) return base::invalid(fmt::format("{}", fmt::join(faults, "; ")));
  }
  return model::requirements_of(written);
}

base::Result<model::Offering> offering_of(const FileOffering& from_file) {
  auto price = price_of(from_file.Price);
  if (!price) return std::unexpected(price.error());
  auto requirements = read_requirements(from_file.Requirements);
  if (!requirements) return std::unexpected(requirements.error());
  model::Offering offering;
  offering.price = *price;
  offering.requirements = *std::move(requirements);
  offering.reservation_capacity = from_file.ReservationCapacity;
  if (offering.zone().empty() || offering.capacity_type().empty()) {
    return base::invalid(fmt::format("Requirements: {} and {} need one value each",
                                     model::kZoneLabel, model::kCapacityTypeLabel));
  }
  return offering;
}

base::Result<std::vector<model::Offering>> offerings_of(const FileType& type) {
  std::vector<model::Offering> offerings;
  for (std::size_t index = 0; index < type.offerings.size(); ++index) {
    auto offering = offering_of(type.offerings[index]);
    if (!offering) {
      return base::invalid(fmt::format("offerings[{}].{}", index, offering.error().message));
    }
    offerings.push_back(*std::move(offering));
  }
  return offerings;
}

// Without requirements of the file's own. Requires: `offerings` are those of the type.
model::InstanceType type_of(const FileType& from_file, std::vector<model::Offering> offerings) {
  model::InstanceType type;
  type.name = from_file.name;
  type.offerings = std::move(offerings);
  type.capacity = from_file.resources;
  type.capacity.emplace(model::kPods, base::Quantity::from_units(110));
  if (from_file.overhead) {
    type.overhead.kube_reserved = *from_file.overhead;
  } else {
    type.overhead.kube_reserved[std::string(model::kCpu)] = base::Quantity::from_milli(100);
    type.overhead.kube_reserved[std::string(model::kMemory)] = base::Quantity::from_bytes(10 << 20);
  }
  auto text = [&](std::string_view resource) {
    return model::quantity_of(type.capacity, resource).to_string();
  };
  auto& labels = type.requirements;
  labels.add({model::kInstanceTypeLabel, Operator::In, {type.name}});
  labels.add({model::kArchLabel, Operator::In, {from_file.architecture}});
  labels.add({model::kOsLabel, Operator::In, from_file.operatingSystems});
  labels.add(union_of(type.offerings, model::kZoneLabel));
  labels.add(union_of(type.offerings, model::kCapacityTypeLabel));
  labels.add({kCpuLabel, Operator::In, {text(model::kCpu)}});
  labels.add({kMemoryLabel, Operator::In, {text(model::kMemory)}});
  labels.add({kFamilyLabel, Operator::In, {family_of(from_file)}});
  labels.add({kSizeLabel, Operator::In, {size_of(from_file)}});
  return type;
}

base::Result<model::InstanceType> read_type(const base::Json& value) {
  auto from_file = base::from_json<FileType>(value);
  if (!from_file) return std::unexpected(from_file.error());
  if (from_file->name.empty()) return base::invalid("name: is required");
  auto offerings = offerings_of(*from_file);
  if (!offerings) return std::unexpected(offerings.error());
  auto requirements = read_requirements(from_file->requirements);
  if (!requirements) return base::invalid("requirements: " + requirements.error().message);
  model::InstanceType type = type_of(*from_file, *std::move(offerings));
  type.requirements.add(*requirements);
  return type;
}

// With the labels that they name.
KwokTypes collected(model::InstanceTypes types) {
  KwokTypes result;
  std::set<std::string> known(std::begin(kCoreLabels), std::end(kCoreLabels));
  for (const auto& type : types) {
    for (const auto& [key, requirement] : type->requirements) {
      known.insert(key);
    }
    for (const model::Offering& offering : type->offerings) {
      for (const auto& [key, requirement] : offering.requirements) {
        known.insert(key);
      }
    }
  }
  result.types = std::move(types);
  result.well_known.assign(known.begin(), known.end());
  result.restricted_domains = {std::string(kDomain)};
  return result;
}

// LIF-428, LIF-429. `bytes` of memory.
std::vector<model::Offering> built_in_offerings(std::int64_t cpu, std::int64_t bytes) {
  constexpr std::int64_t kScale = 10'000'000;  // of prices in micro-dollars, to stay exact
  const std::int64_t on_demand = 25'000 * cpu * kScale + bytes * (kScale / 1'000'000);
  auto rounded = [](std::int64_t scaled) {
    return base::Money::from_micros((scaled + kScale / 2) / kScale);
  };
  std::vector<model::Offering> offerings;
  for (std::string_view zone : {"test-zone-a", "test-zone-b", "test-zone-c", "test-zone-d"}) {
    for (std::string_view capacity_type : {model::kSpot, model::kOnDemand}) {
      bool is_spot = capacity_type == model::kSpot;
      model::Offering& offering = offerings.emplace_back();
      offering.price = rounded(is_spot ? on_demand / 10 * 7 : on_demand);
      offering.requirements.add({model::kZoneLabel, Operator::In, {std::string(zone)}});
      offering.requirements.add(
          {model::kCapacityTypeLabel, Operator::In, {std::string(capacity_type)}});
    }
  }
  return offerings;
}

// LIF-426, LIF-427. `gib` of memory for each cpu.
model::InstanceType built_in_type(std::int64_t cpu, std::int64_t gib, std::string_view os,
                                  std::string_view arch) {
  char family = gib == 2 ? 'c' : gib == 4 ? 's' : 'm';
  FileType type;
  type.name = fmt::format("{}-{}x-{}-{}", family, cpu, arch, os);
  type.architecture = arch;
  type.operatingSystems = {std::string(os)};
  const std::int64_t bytes = (cpu * gib) << 30;
  type.resources = {
      {std::string(model::kCpu), base::Quantity::from_units(cpu)},
      {std::string(model::kMemory), base::Quantity::from_bytes(bytes)},
      {std::string(model::kPods),
       base::Quantity::from_units(std::min<std::int64_t>(16 * cpu, 1024))},
      {std::string(model::kEphemeralStorage), base::Quantity::from_bytes(std::int64_t{20} << 30)}};
  return type_of(type, built_in_offerings(cpu, bytes));
}

}  // namespace

base::Result<KwokTypes> read_kwok_types(const base::Json& document) {
  if (!document.is_array()) return base::invalid("instance types are a list");
  model::InstanceTypes types;
  std::set<std::string> names;
  const auto& values = document.get_array();
  for (std::size_t index = 0; index < values.size(); ++index) {
    auto type = read_type(values[index]);
    if (!type) {
      std::string_view name = base::string_at(values[index], {"name"});
      return base::invalid(
          fmt::format("[{}]{}{}: {}", index, name.empty() ? "" : " ", name, type.error().message));
    }
    if (!names.insert(type->name).second) {
      return base::invalid(fmt::format("[{}] {}: the name stands twice", index, type->name));
    }
    types.push_back(std::make_shared<const model::InstanceType>(*std::move(type)));
  }
  return collected(std::move(types));
}

KwokTypes built_in_kwok_types() {
  constexpr std::array<std::int64_t, 12> kCpus = {1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256};
  model::InstanceTypes types;
  for (std::int64_t cpu : kCpus) {
    for (std::int64_t gib : {2, 4, 8}) {
      for (std::string_view os : {"linux", "windows"}) {
        for (std::string_view arch : {"amd64", "arm64"}) {
          types.push_back(
              std::make_shared<const model::InstanceType>(built_in_type(cpu, gib, os, arch)));
        }
      }
    }
  }
  std::ranges::sort(types, {}, &model::InstanceType::name);
  return collected(std::move(types));
}

}  // namespace catalog
