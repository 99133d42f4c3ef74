#include "catalog/ec2_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace catalog {

std::string_view embedded_file(std::string_view name);  // see cmake/room.cmake

FIELDS(Processor, Manufacturer, SupportedArchitectures, SustainedClockSpeedInGhz);
FIELDS(VCpus, DefaultVCpus);
FIELDS(Memory, SizeInMiB);
FIELDS(InstanceStorage, NvmeSupport, TotalSizeInGB);
FIELDS(EbsOptimized, MaximumBandwidthInMbps);
FIELDS(Ebs, EbsOptimizedSupport, EbsOptimizedInfo);
FIELDS(Efa, MaximumEfaInterfaces);
FIELDS(NetworkCard, NetworkCardIndex, MaximumNetworkInterfaces);
FIELDS(Network, DefaultNetworkCardIndex, Ipv4AddressesPerInterface, EncryptionInTransitSupported,
       EfaInfo, NetworkCards);
FIELDS(Gpu, Name, Manufacturer, Count, MemoryInfo);
FIELDS(GpuDevices, Gpus);
FIELDS(NeuronCore, Count);
FIELDS(NeuronDevice, Name, Count, CoreInfo);
FIELDS(Neuron, NeuronDevices);
FIELDS(InferenceAccelerator, Name, Manufacturer, Count);
FIELDS(InferenceAccelerators, Accelerators);
FIELDS(InstanceTypeRecord, InstanceType, Hypervisor, SupportedUsageClasses,
       SupportedVirtualizationTypes, ProcessorInfo, VCpuInfo, MemoryInfo, InstanceStorageInfo,
       EbsInfo, NetworkInfo, GpuInfo, NeuronInfo, InferenceAcceleratorInfo, NitroEnclavesSupport);

namespace {

template <class T>
base::Result<T> read_text(std::string_view file, std::string_view text) {
  auto json = base::parse_json(text);
  if (!json) return base::invalid(fmt::format("{}: {}", file, json.error().message));
  auto value = base::from_json<T>(*json);
  if (!value) return base::invalid(fmt::format("{}: {}", file, value.error().message));
  return value;
}

template <class T>
base::Result<T> read_file(std::string_view file) {
  return read_text<T>(file, embedded_file(file));
}

// One JSON document a line. Read one by one, so that the whole is never held as a tree.
base::Result<std::vector<InstanceTypeRecord>> read_records(std::string_view file) {
  std::vector<InstanceTypeRecord> records;
  std::string_view rest = embedded_file(file);
  while (!rest.empty()) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    auto record = read_text<InstanceTypeRecord>(file, rest.substr(0, end));
    if (!record) return std::unexpected(std::move(record.error()));
    records.push_back(std::move(*record));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return records;
}

struct Tables {
  base::Map<std::vector<std::string>> zone_offerings;
  base::Map<std::int64_t> branch_interfaces;
  base::Map<std::int64_t> bandwidth;
  base::Map<std::string> prices;
};

base::Result<Tables> read_tables() {
  Tables tables;
  base::Result<void> result;
  auto into = [&result]<class T>(base::Map<T>& table, std::string_view file) {
    if (!result) return;
    auto read = read_file<base::Map<T>>(file);
    if (read) {
      table = std::move(*read);
    } else {
      result = std::unexpected(std::move(read.error()));
    }
  };
  into(tables.zone_offerings, "zone_offerings.json");
  into(tables.branch_interfaces, "branch_interfaces.json");
  into(tables.bandwidth, "bandwidth.json");
  into(tables.prices, "prices_on_demand.json");
  if (!result) return std::unexpected(std::move(result.error()));
  return tables;
}

base::Result<Ec2Type> join(InstanceTypeRecord record, const std::vector<Zone>& zones,
                           const Tables& tables) {
  Ec2Type type;
  const std::string& name = record.InstanceType;
  if (auto found = tables.zone_offerings.find(name); found != tables.zone_offerings.end()) {
    for (const std::string& offered : found->second) {
      auto zone = std::ranges::find(zones, offered, &Zone::name);
      if (zone == zones.end()) {
        return base::invalid(fmt::format("zone_offerings.json: {}: no zone {}", name, offered));
      }
      type.zones.push_back(*zone);
    }
  }
  if (auto found = tables.bandwidth.find(name); found != tables.bandwidth.end()) {
    type.bandwidth_mbps = found->second;
  }
  if (auto found = tables.branch_interfaces.find(name); found != tables.branch_interfaces.end()) {
    type.branch_interfaces = found->second;
  }
  if (auto found = tables.prices.find(name); found != tables.prices.end()) {
    auto price = base::Money::from_dollars(found->second);
    if (!price) {
      return base::invalid(
          fmt::format("prices_on_demand.json: {}: {}", name, price.error().message));
    }
    type.on_demand_price = *price;
  }
  type.record = std::move(record);
  return type;
}

}  // namespace

base::Result<std::vector<Zone>> read_ec2_zones() {
  auto ids = read_file<base::Map<std::string>>("zones.json");
  if (!ids) return std::unexpected(std::move(ids.error()));
  std::vector<Zone> zones;
  for (const auto& [name, id] : *ids)
    zones.push_back({name, id});
  return zones;
}

base::Result<Ec2Facts> read_ec2_facts() {
  auto zones = read_ec2_zones();
  if (!zones) return std::unexpected(std::move(zones.error()));
  auto tables = read_tables();
  if (!tables) return std::unexpected(std::move(tables.error()));
  auto records = read_records("instance_types.jsonl");
  if (!records) return std::unexpected(std::move(records.error()));

  Ec2Facts facts;
  facts.zones = std::move(*zones);
  facts.types.reserve(records->size());
  for (InstanceTypeRecord& record : *records) {
    auto type = join(std::move(record), facts.zones, *tables);
    if (!type) return std::unexpected(std::move(type.error()));
    facts.types.push_back(std::move(*type));
  }
  return facts;
}

}  // namespace catalog
