// How much of each resource an EC2 instance type has, and how much of it is kept from pods
// (aws-launch.md sections 4 and 5), for Linux on AL2023: no block device mappings, no kubelet
// settings of the user's, no network interfaces in the node class.
#pragma once

#include <cstdint>

#include "catalog/ec2_facts.h"
#include "model/instance_type.h"

namespace catalog {

struct Ec2Settings {
  // The share of memory that the hypervisor and the kernel are assumed to take (AWL-057).
  double vm_memory_overhead_percent = 0.075;
  // Network interfaces that the CNI does not use for pods (AWL-063).
  std::int64_t reserved_enis = 0;
};

// Resources with amount 0 are listed too (AWL-056 to AWL-071).
model::ResourceList capacity_of(const Ec2Type& type, const Ec2Settings& settings);

// `capacity` as capacity_of() gave it (AWL-073 to AWL-078).
model::Overhead overhead_of(const Ec2Type& type, const model::ResourceList& capacity);

// Pods for which the default network card has addresses (AWL-063).
std::int64_t eni_limited_pods(const Network& network, std::int64_t reserved_enis);

// What the kubelet keeps of so many cores, in millicores (AWL-074).
std::int64_t kube_reserved_millicores(std::int64_t cores);

}  // namespace catalog
