#include "catalog/ec2_offerings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/random.h"
#include "catalog/ec2_requirements.h"
#include "model/labels.h"

namespace catalog {
namespace {

using model::Operator;
using model::Requirement;

constexpr std::int64_t kLeastDiscountPermille = 450;
constexpr std::int64_t kMostDiscountPermille = 750;

// AWL-113
model::Requirements requirements_of(const Zone& zone, std::string_view capacity_type) {
  model::Requirements requirements;
  requirements.add(
      Requirement(model::kCapacityTypeLabel, Operator::In, {std::string(capacity_type)}));
  requirements.add(Requirement(model::kZoneLabel, Operator::In, {zone.name}));
  requirements.add(Requirement(model::kZoneIdLabel, Operator::In, {zone.id}));
  for (std::string_view key :
       {"karpenter.k8s.aws/capacity-reservation-id", "karpenter.k8s.aws/capacity-reservation-type",
        "karpenter.k8s.aws/capacity-reservation-interruptible"}) {
    requirements.add(Requirement(key, Operator::DoesNotExist));
  }
  return requirements;
}

}  // namespace

std::vector<Market> markets_of(const std::vector<Zone>& zones) {
  std::vector<Market> markets;
  for (const Zone& zone : zones) {
    for (std::string_view capacity_type : {model::kOnDemand, model::kSpot}) {
      markets.push_back({zone, std::string(capacity_type), requirements_of(zone, capacity_type)});
    }
  }
  return markets;
}

std::vector<model::Offering> offerings_of(const Ec2Type& type, const std::vector<Market>& markets,
                                          std::uint64_t spot_seed) {
  const std::string& name = type.record.InstanceType;
  const std::string family = family_of(name);
  const std::vector<std::string> sold_as = capacity_types_of(type.record);
  const bool is_supported = !name.starts_with("a1.");  // by AL2023 (AWL-097)

  std::vector<model::Offering> offerings;
  for (const Market& market : markets) {
    if (std::ranges::find(sold_as, market.capacity_type) == sold_as.end()) continue;
    bool is_offered =
        std::ranges::find(type.zones, market.zone.name, &Zone::name) != type.zones.end();
    model::Offering& offering = offerings.emplace_back();
    offering.requirements = market.requirements;
    offering.available = is_offered && is_supported && type.on_demand_price.has_value();
    if (!type.on_demand_price) continue;
    offering.price = market.capacity_type == model::kSpot
                         ? spot_price(*type.on_demand_price, family, market.zone.name, spot_seed)
                         : *type.on_demand_price;
  }
  offerings.shrink_to_fit();
  return offerings;
}

base::Money spot_price(base::Money on_demand, std::string_view family, std::string_view zone,
                       std::uint64_t seed) {
  std::int64_t paid_permille = 1000 - spot_discount_permille(family, zone, seed);
  std::int64_t hundreds = on_demand.scaled(paid_permille, 1000).micros() / 100;
  return base::Money::from_micros(std::max<std::int64_t>(hundreds, 1) * 100);
}

std::int64_t spot_discount_permille(std::string_view family, std::string_view zone,
                                    std::uint64_t seed) {
  base::Random random =
      base::Random(seed).fork(std::string("spot ").append(family).append("/").append(zone));
  return random.between(kLeastDiscountPermille, kMostDiscountPermille);
}

}  // namespace catalog
