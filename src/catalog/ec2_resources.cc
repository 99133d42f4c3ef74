#include "catalog/ec2_resources.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "model/resources.h"

namespace catalog {
namespace {

using base::Quantity;

constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::int64_t kRootVolumeBytes = 20 * kGiB;  // AL2023's default for /dev/xvda (AWL-060)

// AWL-057. The overhead is computed in double precision, as the rule says, so that it agrees with
// other implementations on every type.
std::int64_t memory_mib(const InstanceTypeRecord& record, double overhead_percent) {
  std::int64_t mib = record.MemoryInfo.SizeInMiB;
  if (record.ProcessorInfo && !record.ProcessorInfo->SupportedArchitectures.empty() &&
      record.ProcessorInfo->SupportedArchitectures.front() == "arm64") {
    mib -= 64;
  }
  auto bytes = static_cast<double>(mib * kMiB);
  return mib - static_cast<std::int64_t>(std::ceil(bytes * overhead_percent / 1024 / 1024));
}

// AWL-065: the manufacturer is spelled exactly so.
std::int64_t gpus_of(const InstanceTypeRecord& record, std::string_view manufacturer) {
  std::int64_t count = 0;
  if (!record.GpuInfo) return count;
  for (const Gpu& gpu : record.GpuInfo->Gpus) {
    if (gpu.Manufacturer == manufacturer) count += gpu.Count;
  }
  return count;
}

// AWL-066
void add_neuron(model::ResourceList& capacity, const InstanceTypeRecord& record) {
  std::int64_t devices = 0;
  std::int64_t cores = 0;
  if (record.NeuronInfo && !record.NeuronInfo->NeuronDevices.empty()) {
    const auto& list = record.NeuronInfo->NeuronDevices;
    for (const NeuronDevice& device : list)
      devices += device.Count;
    cores = list.front().Count * list.front().CoreInfo.Count;
  }
  capacity["aws.amazon.com/neuron"] = Quantity::from_units(devices);
  capacity["aws.amazon.com/neuroncore"] = Quantity::from_units(cores);
}

}  // namespace

model::ResourceList capacity_of(const Ec2Type& type, const Ec2Settings& settings) {
  const InstanceTypeRecord& record = type.record;
  const Network& network = record.NetworkInfo;
  model::ResourceList capacity;
  capacity.reserve(11);
  capacity["cpu"] = Quantity::from_units(record.VCpuInfo.DefaultVCpus);
  capacity["memory"] =
      Quantity::from_bytes(memory_mib(record, settings.vm_memory_overhead_percent) * kMiB);
  capacity["ephemeral-storage"] = Quantity::from_bytes(kRootVolumeBytes);
  capacity["pods"] = Quantity::from_units(eni_limited_pods(network, settings.reserved_enis));
  capacity["nvidia.com/gpu"] = Quantity::from_units(gpus_of(record, "NVIDIA"));
  capacity["amd.com/gpu"] = Quantity::from_units(gpus_of(record, "AMD"));
  capacity["habana.ai/gaudi"] = Quantity::from_units(gpus_of(record, "Habana"));
  add_neuron(capacity, record);
  capacity["vpc.amazonaws.com/pod-eni"] = Quantity::from_units(type.branch_interfaces);
  capacity["vpc.amazonaws.com/efa"] =
      Quantity::from_units(network.EfaInfo ? network.EfaInfo->MaximumEfaInterfaces : 0);
  return capacity;
}

model::Overhead overhead_of(const Ec2Type& type, const model::ResourceList& capacity) {
  // AWL-073: the count with no reserved interfaces, whatever the settings say.
  std::int64_t pods = eni_limited_pods(type.record.NetworkInfo, 0);
  std::int64_t storage = model::quantity_of(capacity, model::kEphemeralStorage).value();

  model::Overhead overhead;
  overhead.kube_reserved["cpu"] =
      Quantity::from_milli(kube_reserved_millicores(type.record.VCpuInfo.DefaultVCpus));
  overhead.kube_reserved["memory"] = Quantity::from_bytes((11 * pods + 255) * kMiB);
  overhead.kube_reserved["ephemeral-storage"] = Quantity::from_bytes(kGiB);
  overhead.eviction_threshold["memory"] = Quantity::from_bytes(100 * kMiB);
  overhead.eviction_threshold["ephemeral-storage"] = Quantity::from_bytes((storage + 9) / 10);
  return overhead;
}

std::int64_t eni_limited_pods(const Network& network, std::int64_t reserved_enis) {
  auto card = std::ranges::find(network.NetworkCards, network.DefaultNetworkCardIndex,
                                &NetworkCard::NetworkCardIndex);
  if (card == network.NetworkCards.end()) return 0;
  std::int64_t usable = std::max<std::int64_t>(card->MaximumNetworkInterfaces - reserved_enis, 0);
  if (usable == 0) return 0;
  return usable * (network.Ipv4AddressesPerInterface - 1) + 2;
}

std::int64_t kube_reserved_millicores(std::int64_t cores) {
  struct Step {
    std::int64_t up_to_cores;
    std::int64_t per_core_in_hundredths;  // of a millicore
  };
  constexpr Step kSteps[] = {{1, 6000}, {2, 1000}, {4, 500}, {INT64_MAX, 250}};
  std::int64_t reserved = 0;
  std::int64_t counted = 0;
  for (const Step& step : kSteps) {
    std::int64_t here = std::min(cores, step.up_to_cores) - counted;
    if (here <= 0) break;
    reserved += here * step.per_core_in_hundredths / 100;  // each part is cut to whole millicores
    counted += here;
  }
  return reserved;
}

}  // namespace catalog
