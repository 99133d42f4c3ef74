// The catalogue of EC2: every instance type with its labels, capacity, overhead, offerings and prices,
// from facts that are embedded in the binary (data/README.md), for Linux on AL2023.
//
// Loading computes everything once; the types are immutable and shared by whoever wants them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/ec2_facts.h"
#include "catalog/ec2_resources.h"
#include "model/instance_type.h"

namespace catalog {

// The only region of which the embedded data names both zones and prices.
inline constexpr std::string_view kRegion = "us-east-1";

struct Ec2Options {
  std::string region{kRegion};
  std::uint64_t spot_seed = 1;  // of the model of spot prices (ec2_offerings.h)
  Ec2Settings settings;
};

// Every type of the architectures amd64 and arm64, by name, those without an available offering too
// (AWL-015, AWL-022). Code::invalid for a region other than kRegion.
base::Result<model::InstanceTypes> load_ec2(const Ec2Options& options = {});

// The zones of the region, by name. Code::invalid for a region other than kRegion.
base::Result<std::vector<Zone>> ec2_zones(std::string_view region = kRegion);

}  // namespace catalog
