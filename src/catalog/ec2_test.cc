#include "catalog/ec2.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "base/json.h"
#include "model/labels.h"
#include "model/resources.h"

namespace catalog {
namespace {

using base::Quantity;

const model::InstanceTypes& all_types() {
  static const base::Result<model::InstanceTypes> types = load_ec2();
  EXPECT_TRUE(types.has_value()) << types.error().message;
  return *types;
}

const model::InstanceType& type_named(std::string_view name,
                                      const model::InstanceTypes& types = all_types()) {
  auto found = std::ranges::find(types, name, [](const auto& type) { return type->name; });
  EXPECT_NE(found, types.end()) << name;
  return **found;
}

Quantity quantity(std::string_view text) { return Quantity::parse(text).value(); }

std::string own(std::string_view name) { return "karpenter.k8s.aws/" + std::string(name); }

// The one value of a label, "(none)" if no node of the type can have it.
std::string label(std::string_view type, std::string_view key) {
  const model::Requirement* requirement = type_named(type).requirements.find(key);
  if (requirement == nullptr) return "(undefined)";
  if (requirement->op() == model::Operator::DoesNotExist) return "(none)";
  EXPECT_EQ(requirement->length(), 1) << key;
  return requirement->any_value();
}

std::string own_label(std::string_view type, std::string_view name) {
  return label(type, own(name));
}

using Texts = std::map<std::string, std::string>;

Texts texts_of(const base::Json& object) {
  Texts texts;
  for (const auto& [key, value] : object.as_object())
    texts[key] = std::string(value.as_string());
  return texts;
}

base::Json read_sample() {
  std::ifstream file("tests/data/ec2/expected_allocatable_sample.json");
  std::stringstream text;
  text << file.rdbuf();
  return base::parse_json(text.str()).value();
}

// The labels that the sample lists: one value, and the same wherever the node runs.
Texts published_labels(const model::InstanceType& type) {
  const std::set<std::string, std::less<>> left_out{
      std::string(model::kRegionLabel), std::string(model::kZoneLabel),
      std::string(model::kZoneIdLabel), std::string(model::kCapacityTypeLabel),
      own("nitro-sandbox")};
  Texts labels;
  for (const auto& [key, requirement] : type.requirements) {
    if (!left_out.contains(key) && !requirement.is_complement() && requirement.length() == 1) {
      labels[key] = requirement.values().front();
    }
  }
  return labels;
}

TEST(Ec2, AWL_084_labels_and_allocatable_of_the_sample) {
  base::Json sample = read_sample();
  ASSERT_EQ(sample.as_object().size(), 40U);
  for (const auto& [name, expected] : sample.as_object()) {
    const model::InstanceType& type = type_named(name);

    EXPECT_EQ(published_labels(type), texts_of(expected.at("labels"))) << name;
    Texts amounts;
    for (const auto& [resource, amount] : type.allocatable()) {
      if (!amount.is_zero()) amounts[resource] = amount.to_string();
    }
    EXPECT_EQ(amounts, texts_of(expected.at("allocatable"))) << name;
  }
}

TEST(Ec2, AWL_015_every_type_that_linux_nodes_can_use_by_name) {
  EXPECT_EQ(all_types().size(), 1255U);
  EXPECT_TRUE(std::ranges::is_sorted(all_types(), {}, [](const auto& type) { return type->name; }));
  for (const auto& type : all_types()) {
    EXPECT_FALSE(type->name.starts_with("mac")) << type->name;
  }
  // Old generations, bare metal and burstable types are in (AWL-015).
  type_named("m1.small");
  type_named("m5.metal");
  type_named("t3.micro");
}

TEST(Ec2, AWL_032_architecture_is_the_first_known_one) {
  EXPECT_EQ(label("c1.medium", model::kArchLabel), "amd64");  // i386, x86_64
  EXPECT_EQ(label("m7g.xlarge", model::kArchLabel), "arm64");
}

TEST(Ec2, AWL_034_zones_are_those_that_offer_the_type) {
  const model::Requirements& requirements = type_named("a1.large").requirements;
  EXPECT_EQ(requirements.get(model::kZoneLabel).values(),
            (std::vector<std::string>{"us-east-1a", "us-east-1b", "us-east-1c"}));
  EXPECT_EQ(requirements.get(model::kZoneIdLabel).values(),
            (std::vector<std::string>{"use1-az2", "use1-az4", "use1-az6"}));
  // Not offered in the region at all.
  EXPECT_FALSE(type_named("dl2q.24xlarge").requirements.has(model::kZoneIdLabel));
}

TEST(Ec2, AWL_036_capacity_types_without_capacity_blocks) {
  auto values = [](std::string_view type) {
    return type_named(type).requirements.get(model::kCapacityTypeLabel).values();
  };
  EXPECT_EQ(values("p5.48xlarge"), (std::vector<std::string>{"on-demand", "spot"}));
  EXPECT_EQ(values("u-6tb1.112xlarge"), (std::vector<std::string>{"on-demand"}));
}

TEST(Ec2, AWL_038_category_and_generation) {
  auto both = [](std::string_view type) {
    return own_label(type, "instance-category") + " " + own_label(type, "instance-generation");
  };
  EXPECT_EQ(both("m5.large"), "m 5");
  EXPECT_EQ(both("u-6tb1.112xlarge"), "u 1");
  EXPECT_EQ(both("u7i-12tb.224xlarge"), "u 7");
  EXPECT_EQ(both("trn1.2xlarge"), "trn 1");
  EXPECT_EQ(both("is4gen.medium"), "is 4");
}

TEST(Ec2, AWL_039_sizes_may_hold_dashes) {
  EXPECT_EQ(own_label("c8g.metal-24xl", "instance-family"), "c8g");
  EXPECT_EQ(own_label("c8g.metal-24xl", "instance-size"), "metal-24xl");
}

TEST(Ec2, AWL_042_clock_speed_is_zero_where_it_is_unknown) {
  EXPECT_EQ(own_label("m5.large", "instance-cpu-sustained-clock-speed-mhz"), "3100");
  EXPECT_EQ(own_label("c1.medium", "instance-cpu-sustained-clock-speed-mhz"), "0");
}

TEST(Ec2, AWL_044_no_bandwidth_label_without_a_figure) {
  EXPECT_EQ(own_label("m5.large", "instance-network-bandwidth"), "750");
  EXPECT_EQ(own_label("m1.small", "instance-network-bandwidth"), "(none)");
}

TEST(Ec2, AWL_047_fractional_gpus_count_zero) {
  EXPECT_EQ(own_label("g6f.large", "instance-gpu-count"), "0");
  EXPECT_EQ(own_label("m5.large", "instance-gpu-count"), "(none)");
}

TEST(Ec2, AWL_048_neuron_devices_before_other_accelerators) {
  EXPECT_EQ(own_label("inf2.24xlarge", "instance-accelerator-manufacturer"), "aws");
  EXPECT_EQ(own_label("dl2q.24xlarge", "instance-accelerator-name"), "qualcomm-ai100");
  EXPECT_EQ(own_label("g5.12xlarge", "instance-accelerator-name"), "(none)");
}

TEST(Ec2, AWL_049_bare_metal_has_an_empty_hypervisor) {
  EXPECT_EQ(own_label("m5.metal", "instance-hypervisor"), "");
  EXPECT_EQ(own_label("m5.large", "instance-hypervisor"), "nitro");
}

TEST(Ec2, AWL_052_both_tenancies) {
  EXPECT_EQ(type_named("m5.large").requirements.get(own("instance-tenancy")).values(),
            (std::vector<std::string>{"dedicated", "default"}));
}

TEST(Ec2, AWL_055_every_key_is_well_known) {
  for (const auto& [key, requirement] : type_named("m5.large").requirements) {
    EXPECT_TRUE(model::is_well_known(key)) << key;
  }
}

TEST(Ec2, AWL_057_memory_less_the_overhead_of_the_machine) {
  EXPECT_EQ(type_named("m5.xlarge").capacity.at("memory"), quantity("15155Mi"));
}

TEST(Ec2, AWL_063_pods_by_addresses) {
  EXPECT_EQ(type_named("t3.large").capacity.at("pods"), quantity("35"));
  EXPECT_EQ(type_named("m6idn.32xlarge").capacity.at("pods"), quantity("394"));

  auto with_reserved_enis = [](std::int64_t count) {
    Ec2Options options;
    options.settings.reserved_enis = count;
    return load_ec2(options).value();
  };
  model::InstanceTypes one = with_reserved_enis(1);
  EXPECT_EQ(type_named("t3.large", one).capacity.at("pods"), quantity("24"));
  // AWL-073: what the kubelet reserves does not follow.
  EXPECT_EQ(type_named("t3.large", one).overhead.kube_reserved.at("memory"), quantity("640Mi"));
  EXPECT_EQ(type_named("t3.large", with_reserved_enis(1'000'000)).capacity.at("pods"),
            quantity("0"));
}

TEST(Ec2, AWL_071_amounts_of_zero_stay) {
  EXPECT_EQ(type_named("m5.large").capacity.at("nvidia.com/gpu"), quantity("0"));
}

TEST(Ec2, AWL_074_kube_reserved_cpu) {
  const std::map<std::int64_t, std::int64_t> expected{{1, 60},   {2, 70},   {4, 80},   {8, 90},
                                                      {16, 110}, {32, 150}, {96, 310}, {192, 550}};
  for (auto [cores, millicores] : expected) {
    EXPECT_EQ(kube_reserved_millicores(cores), millicores) << cores;
  }
}

TEST(Ec2, AWL_082_overhead_of_m5_xlarge) {
  model::ResourceList total = type_named("m5.xlarge").overhead.total();
  EXPECT_EQ(total.at("cpu"), quantity("80m"));
  EXPECT_EQ(total.at("memory"), quantity("993Mi"));
  EXPECT_EQ(type_named("m5.xlarge").overhead.kube_reserved.at("memory"), quantity("893Mi"));
}

TEST(Ec2, AWL_083_no_more_than_real_kubelets_report) {
  struct Real {
    std::string_view type, memory, cpu;
  };
  for (const Real& real :
       {Real{"t4g.small", "1408312Ki", "1930m"}, Real{"t4g.medium", "3377496Ki", "1930m"},
        Real{"t4g.xlarge", "15136012Ki", "3920m"}, Real{"m5.large", "7220184Ki", "1930m"}}) {
    model::ResourceList allocatable = type_named(real.type).allocatable();
    EXPECT_LE(allocatable.at("memory"), quantity(real.memory)) << real.type;
    EXPECT_LE(allocatable.at("cpu"), quantity(real.cpu)) << real.type;
  }
}

TEST(Ec2, other_regions_are_refused_with_the_reason) {
  Ec2Options options;
  options.region = "eu-west-1";
  auto types = load_ec2(options);
  ASSERT_FALSE(types);
  EXPECT_EQ(types.error().code, base::Code::invalid);
  EXPECT_EQ(types.error().message,
            "region \"eu-west-1\": the embedded EC2 data names zones and prices together for "
            "us-east-1 only");
  EXPECT_FALSE(ec2_zones("eu-west-1"));
}

TEST(Ec2, zones_of_the_region_with_their_ids) {
  std::vector<Zone> zones = ec2_zones().value();
  ASSERT_EQ(zones.size(), 6U);
  EXPECT_EQ(zones[0].name, "us-east-1a");
  EXPECT_EQ(zones[0].id, "use1-az2");
}

}  // namespace
}  // namespace catalog
