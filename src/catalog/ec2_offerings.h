// Where and at what price an EC2 instance type is to be had (aws-launch.md sections 8 and 9), for a
// node class of the family AL2023 with a subnet in every zone of the region.
//
// On-demand prices are those of the embedded table. EC2 publishes spot prices only to account
// holders, so ours come from a model: each family has in each zone a discount between 45 and 75 % of
// its on-demand price, drawn once from the seed, the family and the zone. The same seed gives the
// same prices in every process; whoever shows one says "model".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "catalog/ec2_facts.h"
#include "model/instance_type.h"

namespace catalog {

// Where something is sold: a zone and a capacity type, and what an offering there requires (AWL-113).
// Offerings of all types share the requirements.
struct Market {
  Zone zone;
  std::string capacity_type;
  model::Requirements requirements;
};

// By zone, on-demand before spot.
std::vector<Market> markets_of(const std::vector<Zone>& zones);

// One offering for each market of the type's capacity types, in their order (AWL-112). Unavailable are those without a known price, in a zone that does not offer the type,
// and all of a type that AL2023 does not support (AWL-097, AWL-111, AWL-114).
std::vector<model::Offering> offerings_of(const Ec2Type& type, const std::vector<Market>& markets,
                                          std::uint64_t spot_seed);

// The modelled spot price per hour, in whole hundreds of micro-dollars and at least one of them.
base::Money spot_price(base::Money on_demand, std::string_view family, std::string_view zone,
                       std::uint64_t seed);

// The discount in thousandths of the on-demand price, 450 to 750.
std::int64_t spot_discount_permille(std::string_view family, std::string_view zone,
                                    std::uint64_t seed);

}  // namespace catalog
