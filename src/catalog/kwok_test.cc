#include "catalog/kwok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/labels.h"
#include "model/resources.h"

namespace catalog {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const model::InstanceType& built_in(std::string_view name) {
  static const KwokTypes types = built_in_kwok_types();
  auto found = std::ranges::find(types.types, name, &model::InstanceType::name);
  EXPECT_NE(found, types.types.end()) << name;
  return **found;
}

std::string value_of(const model::InstanceType& type, std::string_view key) {
  const model::Requirement* requirement = type.requirements.find(key);
  return requirement == nullptr ? "none" : requirement->to_string();
}

std::string amount_of(const model::ResourceList& resources, std::string_view name) {
  return model::quantity_of(resources, name).to_string();
}

KwokTypes read(std::string_view text) {
  auto types = read_kwok_types(base::parse_json(text).value());
  EXPECT_TRUE(types) << types.error().message;
  return types.value_or(KwokTypes());
}

std::string error_of(std::string_view text) {
  auto types = read_kwok_types(base::parse_json(text).value());
  return types ? "no error" : types.error().message;
}

TEST(Kwok, LIF_425_144_types_are_built_in) {
  KwokTypes types = built_in_kwok_types();
  EXPECT_EQ(types.types.size(), 144u);
  EXPECT_TRUE(std::ranges::is_sorted(types.types, {}, &model::InstanceType::name));
  EXPECT_EQ(built_in("m-256x-arm64-windows").name, "m-256x-arm64-windows");
}

TEST(Kwok, LIF_427_capacity_and_overhead) {
  const model::InstanceType& type = built_in("c-16x-amd64-linux");
  EXPECT_EQ(amount_of(type.capacity, "cpu"), "16");
  EXPECT_EQ(amount_of(type.capacity, "memory"), "32Gi");
  EXPECT_EQ(amount_of(type.capacity, "pods"), "256");
  EXPECT_EQ(amount_of(type.capacity, "ephemeral-storage"), "20Gi");
  EXPECT_EQ(amount_of(type.allocatable(), "cpu"), "15900m");
  EXPECT_EQ(amount_of(type.allocatable(), "memory"), "32758Mi");
  EXPECT_EQ(amount_of(built_in("s-96x-amd64-linux").capacity, "pods"), "1024");
}

TEST(Kwok, LIF_428_LIF_429_prices_in_four_zones) {
  const model::InstanceType& type = built_in("c-1x-amd64-linux");
  ASSERT_EQ(type.offerings.size(), 8u);
  for (const model::Offering& offering : type.offerings) {
    EXPECT_TRUE(offering.available);
    bool is_spot = offering.capacity_type() == "spot";
    EXPECT_EQ(offering.price.micros(), is_spot ? 19'003 : 27'147) << offering.zone();
  }
  EXPECT_EQ(value_of(type, model::kZoneLabel),
            "topology.kubernetes.io/zone In [test-zone-a test-zone-b test-zone-c test-zone-d]");
}

TEST(Kwok, LIF_430_LIF_431_labels) {
  const model::InstanceType& type = built_in("m-128x-arm64-linux");
  EXPECT_EQ(value_of(type, model::kArchLabel), "kubernetes.io/arch In [arm64]");
  EXPECT_EQ(value_of(type, model::kOsLabel), "kubernetes.io/os In [linux]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-cpu"),
            "karpenter.kwok.sh/instance-cpu In [128]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-memory"),
            "karpenter.kwok.sh/instance-memory In [1Ti]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-family"),
            "karpenter.kwok.sh/instance-family In [m]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-size"),
            "karpenter.kwok.sh/instance-size In [128]");
}

constexpr std::string_view kOne = R"([{"name": "m5.2xlarge", "architecture": "amd64",
  "operatingSystems": ["linux", "windows"], "resources": {"cpu": "8", "memory": "32Gi"},
  "offerings": [
    {"Price": 0.384, "Available": false, "Requirements": [
      {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z1"]},
      {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
      {"key": "example.com/rack", "operator": "In", "values": ["r1"]}]},
    {"Price": 0.1, "ReservationCapacity": 3, "Requirements": [
      {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z2"]},
      {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["reserved"]}]}]}])";

TEST(Kwok, LIF_433_types_of_a_file) {
  KwokTypes types = read(kOne);
  ASSERT_EQ(types.types.size(), 1u);
  const model::InstanceType& type = *types.types[0];
  EXPECT_EQ(amount_of(type.capacity, "pods"), "110");
  EXPECT_EQ(amount_of(type.allocatable(), "cpu"), "7900m");
  EXPECT_EQ(amount_of(type.allocatable(), "memory"), "32758Mi");
  EXPECT_TRUE(type.offerings[0].available);  // whatever the file says
  EXPECT_EQ(type.offerings[0].price.micros(), 384'000);
  EXPECT_EQ(type.offerings[1].reservation_capacity, 3);
  EXPECT_EQ(value_of(type, model::kZoneLabel), "topology.kubernetes.io/zone In [z1 z2]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-size"),
            "karpenter.kwok.sh/instance-size In [2xlarge]");
  EXPECT_EQ(value_of(type, "karpenter.kwok.sh/instance-family"),
            "karpenter.kwok.sh/instance-family In [m5]");
  EXPECT_THAT(types.well_known, AllOf(Contains("example.com/rack"), Contains("kubernetes.io/arch"),
                                      Contains("karpenter.kwok.sh/instance-size")));
  EXPECT_THAT(types.restricted_domains, ElementsAre("karpenter.kwok.sh"));
}

TEST(Kwok, overhead_and_requirements_of_a_file) {
  std::string text(kOne);
  text.insert(2, R"("overhead": {"cpu": "2"},
    "requirements": [{"key": "example.com/disk", "operator": "In", "values": ["ssd"]}], )");
  KwokTypes types = read(text);
  EXPECT_EQ(amount_of(types.types[0]->allocatable(), "cpu"), "6");
  EXPECT_EQ(amount_of(types.types[0]->allocatable(), "memory"), "32Gi");
  EXPECT_EQ(value_of(*types.types[0], "example.com/disk"), "example.com/disk In [ssd]");
  EXPECT_THAT(types.well_known, Contains("example.com/disk"));
}

TEST(Kwok, what_is_wrong_with_a_file_is_told_with_the_type) {
  auto with = [](std::string_view old, std::string_view replacement) {
    std::string text(kOne);
    return text.replace(text.find(old), old.size(), replacement);
  };
  EXPECT_EQ(error_of("{}"), "instance types are a list");
  EXPECT_THAT(error_of("[{\"name\": 1}]"), HasSubstr("[0]: name: expected a string"));
  EXPECT_THAT(error_of(with("\"m5.2xlarge\"", "\"\"")), HasSubstr("name: is required"));
  EXPECT_THAT(error_of(with("\"8\"", "\"8x\"")), HasSubstr("[0] m5.2xlarge: resources.cpu"));
  EXPECT_THAT(error_of(with("0.384", "-1")), HasSubstr("offerings[0].Price: -1 is no price"));
  EXPECT_THAT(error_of(with("\"Price\": 0.384,", "")), HasSubstr("Price: null is no price"));
  EXPECT_THAT(error_of(with("[\"z1\"]", "[]")), HasSubstr("offerings[0]."));
  EXPECT_THAT(error_of(with("\"karpenter.sh/capacity-type\"", "\"example.com/x\"")),
              HasSubstr("karpenter.sh/capacity-type need one value each"));
  std::string twice(kOne);
  twice.insert(twice.size() - 1, "," + twice.substr(1, twice.size() - 2));
  EXPECT_EQ(error_of(twice), "[1] m5.2xlarge: the name stands twice");
}

}  // namespace
}  // namespace catalog
