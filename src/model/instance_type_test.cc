#include "model/instance_type.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/labels.h"

namespace model {
namespace {

ResourceList list(std::vector<std::pair<std::string, std::string>> entries) {
  ResourceList result;
  for (const auto& [resource, text] : entries) {
    result[resource] = base::Quantity::parse(text).value();
  }
  return result;
}

Offering offering(std::string zone, std::string_view capacity_type, std::int64_t micros) {
  Offering result;
  result.requirements.add({kZoneLabel, Operator::In, {std::move(zone)}});
  result.requirements.add({kCapacityTypeLabel, Operator::In, {std::string(capacity_type)}});
  result.price = base::Money::from_micros(micros);
  return result;
}

InstanceType type_of(std::string memory, std::string overhead,
                     std::vector<std::pair<std::string, std::string>> more) {
  InstanceType type;
  type.capacity = list({{"cpu", "5"}, {"memory", std::move(memory)}});
  for (const auto& [resource, quantity] : list(std::move(more)))
    type.capacity[resource] = quantity;
  type.overhead.kube_reserved = list({{"cpu", "100m"}, {"memory", std::move(overhead)}});
  type.overhead.system_reserved = list({{"cpu", "25m"}, {"unknown", "1"}});
  return type;
}

TEST(InstanceType, SCH_078_allocatable_is_capacity_less_overhead_and_hugepages) {
  InstanceType type = type_of("20Gi", "1Gi", {{"hugepages-1Gi", "5Gi"}, {"hugepages-2Mi", "10Gi"}});
  EXPECT_EQ(type.allocatable(), list({{"cpu", "4875m"},
                                      {"memory", "4Gi"},
                                      {"hugepages-1Gi", "5Gi"},
                                      {"hugepages-2Mi", "10Gi"}}))
      << "overhead of a resource that there is none of is ignored";
}

TEST(InstanceType, LIF_045_memory_left_by_hugepages_is_not_negative) {
  InstanceType type =
      type_of("20Gi", "1Gi", {{"hugepages-1Gi", "50Gi"}, {"hugepages-2Mi", "10Gi"}});
  EXPECT_EQ(type.allocatable().at("memory"), base::Quantity());
}

TEST(InstanceType, SCH_078_all_three_kinds_of_overhead_count) {
  Overhead overhead{list({{"memory", "1Gi"}}), list({{"memory", "2Gi"}, {"cpu", "1"}}),
                    list({{"memory", "100Mi"}})};
  EXPECT_EQ(overhead.total(), list({{"memory", "3172Mi"}, {"cpu", "1"}}));
}

TEST(InstanceType, LIF_046_offerings_with_equal_overrides_form_a_group) {
  InstanceType type;
  type.capacity = list({{"cpu", "4"}, {"memory", "16Gi"}});
  type.overhead.kube_reserved = list({{"cpu", "100m"}, {"memory", "1Gi"}});
  for (const char* zone : {"a", "b"}) {
    type.offerings.push_back(offering(zone, kOnDemand, 1));
    Offering extended = offering(zone, kReserved, 1);
    extended.capacity_override = list({{"example.com/device", "12"}});
    extended.overhead_override = list({{"memory", "3Gi"}});
    type.offerings.push_back(extended);
  }
  std::vector<OfferingGroup> groups = type.groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].allocatable, list({{"cpu", "3900m"}, {"memory", "15Gi"}}));
  EXPECT_EQ(groups[0].offerings.size(), 2u);
  EXPECT_EQ(groups[1].allocatable,
            list({{"cpu", "3900m"}, {"memory", "13Gi"}, {"example.com/device", "12"}}));
  ASSERT_EQ(groups[1].offerings.size(), 2u);
  EXPECT_EQ(groups[1].offerings[1]->zone(), "b");
}

TEST(InstanceType, SCH_079_the_plain_group_is_first_even_when_empty) {
  InstanceType type;
  type.capacity = list({{"cpu", "4"}});
  Offering extended = offering("a", kReserved, 1);
  extended.capacity_override = list({{"cpu", "2"}});
  Offering unavailable = offering("b", kReserved, 1);
  unavailable.capacity_override = list({{"cpu", "8"}});
  unavailable.available = false;
  type.offerings = {extended, unavailable};
  std::vector<OfferingGroup> groups = type.groups();
  ASSERT_EQ(groups.size(), 2u) << "an unavailable offering makes no group";
  EXPECT_TRUE(groups[0].offerings.empty());
  EXPECT_EQ(groups[0].allocatable, list({{"cpu", "4"}}));
  EXPECT_EQ(groups[1].allocatable, list({{"cpu", "2"}}));
}

TEST(Offering, names_its_zone_and_capacity_type) {
  Offering spot = offering("us-east-1a", kSpot, 1);
  EXPECT_EQ(spot.zone(), "us-east-1a");
  EXPECT_EQ(spot.capacity_type(), "spot");
  EXPECT_EQ(Offering().zone(), "");
}

InstanceType offered(std::string name, std::vector<Offering> offerings) {
  InstanceType type;
  type.name = std::move(name);
  type.offerings = std::move(offerings);
  return type;
}

Requirements wanting(std::string_view key, std::string value) {
  Requirements requirements;
  requirements.add({key, Operator::In, {std::move(value)}});
  return requirements;
}

TEST(InstanceType, SCH_179_cheapest_available_compatible_offering) {
  Offering sold_out = offering("a", kSpot, 1);
  sold_out.available = false;
  InstanceType type =
      offered("t", {sold_out, offering("a", kOnDemand, 9), offering("b", kSpot, 3)});
  EXPECT_EQ(type.cheapest({}), base::Money::from_micros(3));
  EXPECT_EQ(type.cheapest(wanting(kCapacityTypeLabel, "on-demand")), base::Money::from_micros(9));
  EXPECT_EQ(type.cheapest(wanting(kZoneLabel, "a")), base::Money::from_micros(9));
  EXPECT_EQ(type.cheapest(wanting(kZoneLabel, "z")), std::nullopt);
}

TEST(InstanceType, LIF_048_order_by_price_then_name_with_unoffered_types_last) {
  InstanceTypes types;
  for (InstanceType& type : std::vector<InstanceType>{
           offered("none", {offering("z", kSpot, 1)}),
           offered("absent", {}),
           offered("dear", {offering("a", kOnDemand, 9), offering("z", kSpot, 1)}),
           offered("same-b", {offering("a", kOnDemand, 5)}),
           offered("same-a", {offering("a", kOnDemand, 5)}),
       }) {
    types.push_back(std::make_shared<const InstanceType>(std::move(type)));
  }
  order_by_price(types, wanting(kZoneLabel, "a"));
  std::string order;
  for (const auto& type : types)
    order += type->name + " ";
  EXPECT_EQ(order, "same-a same-b dear absent none ");
}

}  // namespace
}  // namespace model
