#include "app/plan_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/describe.h"
#include "model/labels.h"
#include "model/node_pool.h"
#include "model/requirements.h"
#include "model/resources.h"

namespace app {

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
  if (const auto* number = value.if_double()) {
    return base::Money::from_dollars(fmt::format("{:.9f}", *number));
  }
  return base::Money::from_dollars(base::print_json(value));
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

base::Result<std::vector<model::Offering>> offerings_of(const FileType& type) {
  std::vector<model::Offering> offerings;
  for (const FileOffering& from_file : type.offerings) {
    auto price = price_of(from_file.Price);
    if (!price) return std::unexpected(price.error());
    model::Offering& offering = offerings.emplace_back();
    offering.price = *price;
    offering.requirements = model::requirements_of(from_file.Requirements);
    offering.reservation_capacity = from_file.ReservationCapacity;
  }
  return offerings;
}

base::Result<model::InstanceType> type_of(const FileType& from_file) {
  auto offerings = offerings_of(from_file);
  if (!offerings) return std::unexpected(offerings.error());
  model::InstanceType type;
  type.name = from_file.name;
  type.offerings = *std::move(offerings);
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
  labels.add(model::requirements_of(from_file.requirements));
  return type;
}

}  // namespace

base::Result<FileTypes> read_types(const base::Json& document) {
  if (!document.is_array()) return base::invalid("instance types are a list");
  FileTypes result;
  std::set<std::string> known(std::begin(kCoreLabels), std::end(kCoreLabels));
  for (const base::Json& value : document.get_array()) {
    auto from_file = base::from_json<FileType>(value);
    if (!from_file) return std::unexpected(from_file.error());
    auto type = type_of(*from_file);
    if (!type) return base::invalid(from_file->name + ": " + type.error().message);
    for (const auto& [key, requirement] : type->requirements) {
      known.insert(key);
    }
    for (const model::Offering& offering : type->offerings) {
      for (const auto& [key, requirement] : offering.requirements) {
        known.insert(key);
      }
    }
    result.types.push_back(std::make_shared<const model::InstanceType>(*std::move(type)));
  }
  result.labels.well_known.assign(known.begin(), known.end());
  result.labels.restricted_domains = {"karpenter.kwok.sh"};
  return result;
}

}  // namespace app
