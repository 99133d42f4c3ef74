#include "catalog/ec2.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "catalog/ec2_offerings.h"
#include "catalog/ec2_requirements.h"

namespace catalog {
namespace {

base::Result<void> check_region(std::string_view region) {
  if (region == kRegion) return {};
  return base::invalid(fmt::format(
      "region \"{}\": the embedded EC2 data names zones and prices together for {} only", region,
      kRegion));
}

// AWL-015
bool is_in_catalogue(const InstanceTypeRecord& record) {
  const auto& virtualization = record.SupportedVirtualizationTypes;
  return std::ranges::find(virtualization, "hvm") != virtualization.end() &&
         !architecture_of(record).empty();
}

model::InstanceType resolve(const Ec2Type& type, const std::vector<Market>& markets,
                            const Ec2Options& options) {
  model::InstanceType result;
  result.name = type.record.InstanceType;
  result.requirements = requirements_of(type, options.region);
  result.capacity = capacity_of(type, options.settings);
  result.overhead = overhead_of(type, result.capacity);
  result.offerings = offerings_of(type, markets, options.spot_seed);
  return result;
}

}  // namespace

base::Result<model::InstanceTypes> load_ec2(const Ec2Options& options) {
  if (auto known = check_region(options.region); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto facts = read_ec2_facts();
  if (!facts) return std::unexpected(std::move(facts.error()));
  const std::vector<Market> markets = markets_of(facts->zones);
  model::InstanceTypes types;
  for (const Ec2Type& type : facts->types) {
    if (!is_in_catalogue(type.record)) continue;
    types.push_back(std::make_shared<const model::InstanceType>(resolve(type, markets, options)));
  }
  return types;
}

base::Result<std::vector<Zone>> ec2_zones(std::string_view region) {
  if (auto known = check_region(region); !known) return std::unexpected(std::move(known.error()));
  return read_ec2_zones();
}

}  // namespace catalog
