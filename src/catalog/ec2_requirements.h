// The labels of an EC2 instance type, as requirements (aws-launch.md section 3) for Linux.
//
// Most are In with one value. A label whose condition does not hold is there as DoesNotExist, so that
// whoever asks for it excludes the type. Zones and capacity types are those that EC2 offers; whether
// one is to be had is said by the offerings alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/ec2_facts.h"
#include "model/requirements.h"

namespace catalog {

// AWL-031 to AWL-053.
model::Requirements requirements_of(const Ec2Type& type, std::string_view region);

// "amd64" or "arm64" by the first architecture that Kubernetes knows (AWL-032); "" if there is none,
// as for macOS.
std::string_view architecture_of(const InstanceTypeRecord& record);

// Which of on-demand and spot EC2 sells the type as (AWL-036), in this order.
std::vector<std::string> capacity_types_of(const InstanceTypeRecord& record);

// "m5" of "m5.large", or "" if the name does not have exactly two parts (AWL-039).
std::string family_of(std::string_view instance_type);

}  // namespace catalog
