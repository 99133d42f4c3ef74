// What EC2 says of its instance types, before any formula: the records of DescribeInstanceTypes with
// their wire names, joined with what the other tables of src/catalog/data know of each type. A member
// that is not set was missing in the answer, which is not the same as zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/money.h"
#include "base/result.h"

namespace catalog {

struct Processor {
  std::string Manufacturer;
  std::vector<std::string> SupportedArchitectures;
  base::Json SustainedClockSpeedInGhz;  // a number, or null
};
DESCRIBED(Processor);

struct VCpus {
  std::int64_t DefaultVCpus = 0;
};
DESCRIBED(VCpus);

struct Memory {
  std::int64_t SizeInMiB = 0;
};
DESCRIBED(Memory);

struct InstanceStorage {
  std::string NvmeSupport;  // unsupported, supported, required
  std::int64_t TotalSizeInGB = 0;
};
DESCRIBED(InstanceStorage);

struct EbsOptimized {
  std::int64_t MaximumBandwidthInMbps = 0;
};
DESCRIBED(EbsOptimized);

struct Ebs {
  std::string EbsOptimizedSupport;  // unsupported, supported, default
  std::optional<EbsOptimized> EbsOptimizedInfo;
};
DESCRIBED(Ebs);

struct Efa {
  std::int64_t MaximumEfaInterfaces = 0;
};
DESCRIBED(Efa);

struct NetworkCard {
  std::int64_t NetworkCardIndex = 0;
  std::int64_t MaximumNetworkInterfaces = 0;
};
DESCRIBED(NetworkCard);

struct Network {
  std::int64_t DefaultNetworkCardIndex = 0;
  std::int64_t Ipv4AddressesPerInterface = 0;
  bool EncryptionInTransitSupported = false;
  std::optional<Efa> EfaInfo;
  std::vector<NetworkCard> NetworkCards;
};
DESCRIBED(Network);

struct Gpu {
  std::string Name;
  std::string Manufacturer;
  std::int64_t Count = 0;  // 0 for a part of a GPU
  Memory MemoryInfo;
};
DESCRIBED(Gpu);

struct GpuDevices {
  std::vector<Gpu> Gpus;
};
DESCRIBED(GpuDevices);

struct NeuronCore {
  std::int64_t Count = 0;
};
DESCRIBED(NeuronCore);

struct NeuronDevice {
  std::string Name;
  std::int64_t Count = 0;
  NeuronCore CoreInfo;
};
DESCRIBED(NeuronDevice);

struct Neuron {
  std::vector<NeuronDevice> NeuronDevices;
};
DESCRIBED(Neuron);

struct InferenceAccelerator {
  std::string Name;
  std::string Manufacturer;
  std::int64_t Count = 0;
};
DESCRIBED(InferenceAccelerator);

struct InferenceAccelerators {
  std::vector<InferenceAccelerator> Accelerators;
};
DESCRIBED(InferenceAccelerators);

// One record of DescribeInstanceTypes.
struct InstanceTypeRecord {
  std::string InstanceType;
  std::string Hypervisor;  // nitro or xen; empty on bare metal
  std::vector<std::string> SupportedUsageClasses;
  std::vector<std::string> SupportedVirtualizationTypes;
  std::optional<Processor> ProcessorInfo;
  VCpus VCpuInfo;
  Memory MemoryInfo;
  std::optional<InstanceStorage> InstanceStorageInfo;
  Ebs EbsInfo;
  Network NetworkInfo;
  std::optional<GpuDevices> GpuInfo;
  std::optional<Neuron> NeuronInfo;
  std::optional<InferenceAccelerators> InferenceAcceleratorInfo;
  std::string NitroEnclavesSupport;  // unsupported, supported
};
DESCRIBED(InstanceTypeRecord);

struct Zone {
  std::string name;  // us-east-1a
  std::string id;    // use1-az2
};

// Everything that is known of one type in the region of the data.
struct Ec2Type {
  InstanceTypeRecord record;
  std::vector<Zone> zones;  // that offer it, by name
  std::optional<std::int64_t> bandwidth_mbps;
  std::int64_t branch_interfaces = 0;          // 0 if not trunking compatible
  std::optional<base::Money> on_demand_price;  // per hour
};

struct Ec2Facts {
  std::vector<Zone> zones;     // of the region, by name
  std::vector<Ec2Type> types;  // every record of the data, by name
};

// Reads the embedded tables. Errors name the file and what is wrong in it.
base::Result<Ec2Facts> read_ec2_facts();
base::Result<std::vector<Zone>> read_ec2_zones();

}  // namespace catalog
