#include "catalog/ec2_requirements.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>

#include "model/labels.h"

namespace catalog {
namespace {

using model::Operator;
using model::Requirement;
using model::Requirements;

constexpr std::string_view kDomain = "karpenter.k8s.aws/";

// Collects the requirements; keys of the domain karpenter.k8s.aws are given without it.
class Labels {
 public:
  void set_any_of(std::string_view key, std::vector<std::string> values) {
    requirements_.add(Requirement(key, Operator::In, std::move(values)));
  }
  void set(std::string_view key, std::string_view value) { set_any_of(key, {std::string(value)}); }
  void lacks(std::string_view key) { requirements_.add(Requirement(key, Operator::DoesNotExist)); }

  void set_own(std::string_view name, std::string_view value) { set(own(name), value); }
  void set_own(std::string_view name, std::int64_t value) { set_own(name, std::to_string(value)); }
  void set_own_flag(std::string_view name, bool value) { set(own(name), value ? "true" : "false"); }
  void lack_own(std::initializer_list<std::string_view> names) {
    for (std::string_view name : names)
      lacks(own(name));
  }

  static std::string own(std::string_view name) { return std::string(kDomain).append(name); }

  Requirements take() { return std::move(requirements_); }

 private:
  Requirements requirements_;
};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "NVIDIA A10G" -> "nvidia-a10g"
std::string kebab(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '-';
  }
  return result;
}

struct Generation {
  std::string_view category;
  std::string_view number;
};

// AWL-038: letters, perhaps "-6tb", digits, and a dot somewhere after them.
std::optional<Generation> generation_of(std::string_view name) {
  auto length_of = [](std::string_view text, bool (*belongs)(char)) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
  };
  std::string_view category = name.substr(0, length_of(name, is_lower));
  std::string_view rest = name.substr(category.size());
  if (rest.starts_with('-')) {
    std::size_t size = 1 + length_of(rest.substr(1), is_digit);
    if (size > 1 && rest.substr(size).starts_with("tb")) rest.remove_prefix(size + 2);
  }
  std::string_view number = rest.substr(0, length_of(rest, is_digit));
  if (category.empty() || number.empty() || !rest.contains('.')) return std::nullopt;
  return Generation{category, number};
}

void add_name(Labels& labels, std::string_view name) {
  labels.set(model::kInstanceTypeLabel, name);
  if (auto generation = generation_of(name)) {
    labels.set_own("instance-category", generation->category);
    labels.set_own("instance-generation", generation->number);
  } else {
    labels.lack_own({"instance-category", "instance-generation"});
  }
  std::string family = family_of(name);
  if (family.empty()) {
    labels.lack_own({"instance-family", "instance-size"});
  } else {
    labels.set_own("instance-family", family);
    labels.set_own("instance-size", name.substr(family.size() + 1));
  }
  labels.set_own_flag("instance-capability-flex", family.contains("-flex"));  // AWL-046
}

// AWL-034, AWL-036, AWL-037, AWL-052
void add_offered(Labels& labels, const Ec2Type& type) {
  std::vector<std::string> names;
  std::vector<std::string> ids;
  for (const Zone& zone : type.zones) {
    names.push_back(zone.name);
    ids.push_back(zone.id);
  }
  labels.set_any_of(model::kZoneLabel, std::move(names));
  if (!ids.empty()) labels.set_any_of(model::kZoneIdLabel, std::move(ids));
  labels.set_any_of(model::kCapacityTypeLabel, capacity_types_of(type.record));
  labels.lack_own({"capacity-reservation-id", "capacity-reservation-type",
                   "capacity-reservation-interruptible"});
  labels.set_any_of(Labels::own("instance-tenancy"), {"default", "dedicated"});
}

// AWL-040 to AWL-042
void add_processor(Labels& labels, const InstanceTypeRecord& record) {
  labels.set(model::kArchLabel, architecture_of(record));
  labels.set(model::kOsLabel, "linux");
  labels.lacks(model::kWindowsBuildLabel);
  labels.set_own("instance-cpu", record.VCpuInfo.DefaultVCpus);
  labels.set_own("instance-memory", record.MemoryInfo.SizeInMiB);
  if (!record.ProcessorInfo) {
    labels.lack_own({"instance-cpu-manufacturer", "instance-cpu-sustained-clock-speed-mhz"});
    return;
  }
  const Processor& processor = *record.ProcessorInfo;
  labels.set_own("instance-cpu-manufacturer", kebab(processor.Manufacturer));
  std::int64_t mhz = 0;
  if (processor.SustainedClockSpeedInGhz.is_number()) {
    mhz = std::llround(processor.SustainedClockSpeedInGhz.to_number<double>() * 1000);
  }
  labels.set_own("instance-cpu-sustained-clock-speed-mhz", mhz);
}

// AWL-043 to AWL-045
void add_storage_and_network(Labels& labels, const Ec2Type& type) {
  const InstanceTypeRecord& record = type.record;
  if (record.EbsInfo.EbsOptimizedSupport == "default" && record.EbsInfo.EbsOptimizedInfo) {
    labels.set_own("instance-ebs-bandwidth",
                   record.EbsInfo.EbsOptimizedInfo->MaximumBandwidthInMbps);
  } else {
    labels.lack_own({"instance-ebs-bandwidth"});
  }
  if (type.bandwidth_mbps) {
    labels.set_own("instance-network-bandwidth", *type.bandwidth_mbps);
  } else {
    labels.lack_own({"instance-network-bandwidth"});
  }
  if (record.InstanceStorageInfo && record.InstanceStorageInfo->NvmeSupport != "unsupported") {
    labels.set_own("instance-local-nvme", record.InstanceStorageInfo->TotalSizeInGB);
  } else {
    labels.lack_own({"instance-local-nvme"});
  }
}

// AWL-047
void add_gpu(Labels& labels, const InstanceTypeRecord& record) {
  if (!record.GpuInfo || record.GpuInfo->Gpus.size() != 1) {
    labels.lack_own({"instance-gpu-name", "instance-gpu-manufacturer", "instance-gpu-count",
                     "instance-gpu-memory"});
    return;
  }
  const Gpu& gpu = record.GpuInfo->Gpus.front();
  labels.set_own("instance-gpu-name", kebab(gpu.Name));
  labels.set_own("instance-gpu-manufacturer", kebab(gpu.Manufacturer));
  labels.set_own("instance-gpu-count", gpu.Count);
  labels.set_own("instance-gpu-memory", gpu.MemoryInfo.SizeInMiB);
}

// AWL-048: Neuron devices, else other inference accelerators.
void add_accelerator(Labels& labels, const InstanceTypeRecord& record) {
  auto set = [&](std::string_view name, std::string_view manufacturer, std::int64_t count) {
    labels.set_own("instance-accelerator-name", kebab(name));
    labels.set_own("instance-accelerator-manufacturer", kebab(manufacturer));
    labels.set_own("instance-accelerator-count", count);
  };
  if (record.NeuronInfo && record.NeuronInfo->NeuronDevices.size() == 1) {
    const NeuronDevice& device = record.NeuronInfo->NeuronDevices.front();
    set(device.Name, "aws", device.Count);
  } else if (!record.NeuronInfo && record.InferenceAcceleratorInfo &&
             record.InferenceAcceleratorInfo->Accelerators.size() == 1) {
    const InferenceAccelerator& device = record.InferenceAcceleratorInfo->Accelerators.front();
    set(device.Name, device.Manufacturer, device.Count);
  } else {
    labels.lack_own({"instance-accelerator-name", "instance-accelerator-manufacturer",
                     "instance-accelerator-count"});
  }
}

// AWL-049 to AWL-051
void add_platform(Labels& labels, const InstanceTypeRecord& record) {
  labels.set_own("instance-hypervisor", record.Hypervisor);
  labels.set_own_flag("instance-encryption-in-transit-supported",
                      record.NetworkInfo.EncryptionInTransitSupported);
  labels.set_own_flag("nitro-sandbox", record.NitroEnclavesSupport == "supported");
}

}  // namespace

std::string_view architecture_of(const InstanceTypeRecord& record) {
  if (!record.ProcessorInfo) return {};
  for (const std::string& architecture : record.ProcessorInfo->SupportedArchitectures) {
    if (architecture == "x86_64") return "amd64";
    if (architecture == "arm64") return "arm64";
  }
  return {};
}

std::vector<std::string> capacity_types_of(const InstanceTypeRecord& record) {
  std::vector<std::string> result;
  for (std::string_view capacity_type : {model::kOnDemand, model::kSpot}) {
    const auto& classes = record.SupportedUsageClasses;
    if (std::ranges::find(classes, capacity_type) != classes.end()) {
      result.emplace_back(capacity_type);
    }
  }
  return result;
}

std::string family_of(std::string_view instance_type) {
  if (std::ranges::count(instance_type, '.') != 1) return {};
  return std::string(instance_type.substr(0, instance_type.find('.')));
}

model::Requirements requirements_of(const Ec2Type& type, std::string_view region) {
  Labels labels;
  labels.set(model::kRegionLabel, region);
  add_name(labels, type.record.InstanceType);
  add_offered(labels, type);
  add_processor(labels, type.record);
  add_storage_and_network(labels, type);
  add_gpu(labels, type.record);
  add_accelerator(labels, type.record);
  add_platform(labels, type.record);
  return labels.take();
}

}  // namespace catalog
