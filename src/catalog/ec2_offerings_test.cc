#include "catalog/ec2_offerings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "catalog/ec2.h"
#include "model/labels.h"

namespace catalog {
namespace {

const model::InstanceTypes& all_types() {
  static const model::InstanceTypes types = load_ec2().value();
  return types;
}

const model::InstanceType& type_named(std::string_view name) {
  auto found = std::ranges::find(all_types(), name, [](const auto& type) { return type->name; });
  EXPECT_NE(found, all_types().end()) << name;
  return **found;
}

const model::Offering& offering_of(const model::InstanceType& type, std::string_view zone,
                                   std::string_view capacity_type) {
  auto found = std::ranges::find_if(type.offerings, [&](const model::Offering& offering) {
    return offering.zone() == zone && offering.capacity_type() == capacity_type;
  });
  EXPECT_NE(found, type.offerings.end()) << type.name << " " << zone << " " << capacity_type;
  return *found;
}

bool is_available_anywhere(const model::InstanceType& type) {
  return std::ranges::any_of(type.offerings, &model::Offering::available);
}

base::Money dollars(std::string_view text) { return base::Money::from_dollars(text).value(); }

TEST(Ec2Offerings, AWL_112_one_for_each_zone_and_capacity_type) {
  for (const auto& type : all_types()) {
    std::set<std::pair<std::string, std::string>> pools;
    for (const model::Offering& offering : type->offerings) {
      pools.emplace(offering.zone(), offering.capacity_type());
    }
    std::size_t capacity_types = type->requirements.get(model::kCapacityTypeLabel).values().size();
    EXPECT_EQ(pools.size(), 6 * capacity_types) << type->name;
    EXPECT_EQ(pools.size(), type->offerings.size()) << type->name;
  }
}

TEST(Ec2Offerings, AWL_113_zone_id_and_no_reservation) {
  const model::Offering& offering = offering_of(type_named("m5.large"), "us-east-1b", "spot");
  EXPECT_EQ(offering.requirements.get(model::kZoneIdLabel).values(),
            std::vector<std::string>{"use1-az4"});
  for (std::string_view name : {"id", "type", "interruptible"}) {
    model::Requirement requirement = offering.requirements.get(
        std::string("karpenter.k8s.aws/capacity-reservation-").append(name));
    EXPECT_EQ(requirement.op(), model::Operator::DoesNotExist) << name;
  }
}

TEST(Ec2Offerings, AWL_102_on_demand_prices_of_the_table) {
  EXPECT_EQ(offering_of(type_named("m5.large"), "us-east-1a", "on-demand").price, dollars("0.096"));
  EXPECT_EQ(offering_of(type_named("t3.large"), "us-east-1f", "on-demand").price,
            dollars("0.0832"));
}

TEST(Ec2Offerings, AWL_114_available_only_where_the_type_is_offered) {
  const model::InstanceType& type = type_named("m5.large");
  EXPECT_TRUE(offering_of(type, "us-east-1a", "on-demand").available);
  EXPECT_TRUE(offering_of(type, "us-east-1a", "spot").available);
  EXPECT_FALSE(offering_of(type_named("m7g.xlarge"), "us-east-1e", "on-demand").available);
}

TEST(Ec2Offerings, AWL_022_types_that_cannot_be_had_stay_in_the_list) {
  EXPECT_FALSE(is_available_anywhere(type_named("dl2q.24xlarge")));  // not in the region
  std::size_t available = static_cast<std::size_t>(std::ranges::count_if(
      all_types(), [](const auto& type) { return is_available_anywhere(*type); }));
  EXPECT_EQ(available, 1229U);
}

TEST(Ec2Offerings, AWL_097_a1_does_not_run_al2023) {
  EXPECT_FALSE(is_available_anywhere(type_named("a1.large")));
  EXPECT_TRUE(is_available_anywhere(type_named("m6g.large")));
}

TEST(Ec2Offerings, AWL_111_no_offering_without_a_price) {
  for (const auto& type : all_types()) {
    for (const model::Offering& offering : type->offerings) {
      if (offering.available) {
        EXPECT_GT(offering.price, base::Money()) << type->name;
      }
    }
  }
}

TEST(Ec2Offerings, spot_prices_follow_the_model) {
  for (const auto& type : all_types()) {
    for (const model::Offering& offering : type->offerings) {
      if (!offering.available || offering.capacity_type() != model::kSpot) continue;
      base::Money on_demand = offering_of(*type, offering.zone(), model::kOnDemand).price;
      EXPECT_LE(offering.price, on_demand.scaled(550, 1000)) << type->name;
      EXPECT_GE(offering.price + dollars("0.0001"), on_demand.scaled(250, 1000)) << type->name;
      EXPECT_EQ(offering.price.micros() % 100, 0) << type->name;
    }
  }
  EXPECT_EQ(spot_price(dollars("0.000001"), "m5", "us-east-1a", 1), dollars("0.0001"));
}

TEST(Ec2Offerings, spot_discounts_differ_by_family_zone_and_seed_only) {
  std::set<std::int64_t> by_zone;
  for (const Zone& zone : ec2_zones().value()) {
    by_zone.insert(spot_discount_permille("m5", zone.name, 1));
  }
  EXPECT_GE(by_zone.size(), 4U);

  std::set<std::int64_t> by_seed;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::int64_t discount = spot_discount_permille("m5", "us-east-1a", seed);
    EXPECT_GE(discount, 450);
    EXPECT_LE(discount, 750);
    by_seed.insert(discount);
  }
  EXPECT_GE(by_seed.size(), 10U);

  // Written down, so that a change of the model is a decision.
  EXPECT_EQ(spot_discount_permille("m5", "us-east-1a", 1), 486);
}

}  // namespace
}  // namespace catalog
