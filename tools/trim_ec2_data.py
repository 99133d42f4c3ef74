#!/usr/bin/env python3
"""Makes src/catalog/data from complete answers, keeping what the catalogue's formulas read.

  trim_ec2_data.py FOLDER REGION OUTPUT

FOLDER holds instance_types.json (DescribeInstanceTypes), zone_offerings.json (region -> zone ->
{ZoneId, InstanceTypes}), vpc_limits.json, bandwidth.json and prices_on_demand.json (region -> type ->
price). src/catalog/data/README.md describes what is written.
"""
import json
import sys
from pathlib import Path

KEPT = {
    "InstanceType": True,
    "Hypervisor": True,
    "SupportedUsageClasses": True,
    "SupportedVirtualizationTypes": True,
    "ProcessorInfo": {"Manufacturer": True, "SupportedArchitectures": True,
                      "SustainedClockSpeedInGhz": True},
    "VCpuInfo": {"DefaultVCpus": True},
    "MemoryInfo": {"SizeInMiB": True},
    "InstanceStorageInfo": {"NvmeSupport": True, "TotalSizeInGB": True},
    "EbsInfo": {"EbsOptimizedSupport": True, "EbsOptimizedInfo": {"MaximumBandwidthInMbps": True}},
    "NetworkInfo": {"DefaultNetworkCardIndex": True, "Ipv4AddressesPerInterface": True,
                    "EncryptionInTransitSupported": True,
                    "EfaInfo": {"MaximumEfaInterfaces": True},
                    "NetworkCards": {"NetworkCardIndex": True, "MaximumNetworkInterfaces": True}},
    "GpuInfo": {"Gpus": {"Name": True, "Manufacturer": True, "Count": True,
                         "MemoryInfo": {"SizeInMiB": True}}},
    "NeuronInfo": {"NeuronDevices": {"Name": True, "Count": True, "CoreInfo": {"Count": True}}},
    "InferenceAcceleratorInfo": {"Accelerators": {"Name": True, "Manufacturer": True, "Count": True}},
    "NitroEnclavesSupport": True,
}


def trimmed(value, kept):
    """The members of value that kept names, in the order of kept."""
    if kept is True:
        return value
    if isinstance(value, list):
        return [trimmed(element, kept) for element in value]
    return {name: trimmed(value[name], below) for name, below in kept.items() if name in value}


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def write_map(path, rows):
    """One JSON object, one member a line."""
    lines = (f"{compact(name)}:{compact(value)}" for name, value in sorted(rows.items()))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    source, region, output = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])

    def read(name):
        # Prices stay the decimal texts that they are.
        return json.loads((source / name).read_text(), parse_float=str)

    types = json.loads((source / "instance_types.json").read_text())["InstanceTypes"]
    types.sort(key=lambda record: record["InstanceType"])
    names = {record["InstanceType"] for record in types}
    (output / "instance_types.jsonl").write_text(
        "".join(compact(trimmed(record, KEPT)) + "\n" for record in types))

    write_map(output / "branch_interfaces.json",
              {name: limits["BranchInterface"] for name, limits in read("vpc_limits.json").items()
               if name in names and limits["IsTrunkingCompatible"]})
    write_map(output / "bandwidth.json",
              {name: mbps for name, mbps in read("bandwidth.json").items() if name in names})
    write_map(output / "prices_on_demand.json",
              {name: str(price) for name, price in read("prices_on_demand.json")[region].items()
               if name in names})

    zones = read("zone_offerings.json")[region]
    write_map(output / "zones.json", {name: zone["ZoneId"] for name, zone in zones.items()})
    offered = {name: [] for name in names}
    for zone, facts in sorted(zones.items()):
        for name in facts["InstanceTypes"]:
            offered.setdefault(name, []).append(zone)
    write_map(output / "zone_offerings.json",
              {name: where for name, where in offered.items() if name in names and where})


main()
