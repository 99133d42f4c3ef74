// The checker passes what the sequential definition decides, and finds each fault that is put into
// it by hand.
#include "judge/checker.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "judge/reference.h"
#include "judge/test_objects.h"
#include "model/labels.h"

namespace judge {
namespace {

using testing::Contains;
using testing::IsEmpty;

std::shared_ptr<const model::InstanceType> machine(std::string name, std::int64_t cpu,
                                                   std::int64_t dollars) {
  auto type = std::make_shared<model::InstanceType>();
  using model::Operator;
  type->requirements.add({model::kInstanceTypeLabel, Operator::In, {name}});
  type->requirements.add({model::kZoneLabel, Operator::In, {"a", "b"}});
  type->requirements.add({model::kCapacityTypeLabel, Operator::In, {"on-demand"}});
  type->name = std::move(name);
  type->capacity["cpu"] = base::Quantity::from_units(cpu);
  type->capacity["pods"] = base::Quantity::from_units(10);
  for (const char* zone : {"a", "b"}) {
    model::Offering offering;
    offering.requirements.add({model::kZoneLabel, Operator::In, {zone}});
    offering.requirements.add({model::kCapacityTypeLabel, Operator::In, {"on-demand"}});
    offering.price = base::Money::from_micros(dollars * 1'000'000);
    type->offerings.push_back(offering);
  }
  return type;
}

std::shared_ptr<const model::Pod> named(std::string_view name, std::string_view spec) {
  return read<model::Pod>(fmt::format(
      R"({{"metadata": {{"name": "{0}", "uid": "{0}", "namespace": "default",
           "labels": {{"app": "web"}}}}, "spec": {1}}})",
      name, spec));
}

// Two types, and a node with room for one cpu.
Decision decision(const Pods& pods, std::string_view pool_spec = "{}") {
  Decision made;
  made.pools.push_back({read<model::NodePool>(fmt::format(
                            R"({{"metadata": {{"name": "default"}}, "spec": {}}})", pool_spec)),
                        {machine("small", 2, 1), machine("large", 8, 4)}});
  NodeInput existing;
  existing.node = read<model::Node>(R"({"metadata": {"name": "old", "labels": {"team": "red"}},
      "spec": {"taints": [{"key": "old", "effect": "NoSchedule"}]},
      "status": {"allocatable": {"cpu": "1", "pods": "5"}}})");
  made.nodes.push_back(existing);
  made.pods = pods;
  for (std::string_view key : model::well_known_labels())
    made.settings.well_known.emplace_back(key);
  return made;
}

std::vector<Fault> faults(const Decision& of, const Plan& plan) {
  std::vector<Fault> found;
  for (const Finding& finding : check(of, plan))
    found.push_back(finding.fault);
  return found;
}

// Solves, checks that there is nothing to find, and hands out the plan to be spoilt.
Plan sound_plan(const Decision& of) {
  Plan plan = solve(of);
  EXPECT_THAT(faults(of, plan), IsEmpty());
  return plan;
}

TEST(Checker, finds_lost_and_repeated_pods) {
  Decision of = decision({named("one", cpu("1")), named("two", cpu("1"))});
  Plan plan = sound_plan(of);
  ASSERT_EQ(plan.claims.size(), 1U);
  Plan lost = plan;
  lost.claims[0].pods.pop_back();
  EXPECT_THAT(faults(of, lost), Contains(Fault::pod_lost));
  Plan twice = plan;
  twice.nodes.push_back({0, {0}});
  EXPECT_THAT(faults(of, twice), Contains(Fault::pod_twice));
  Plan unknown = plan;
  unknown.claims[0].nodepool = "other";
  EXPECT_THAT(faults(of, unknown), Contains(Fault::not_there));
}

TEST(Checker, finds_types_that_do_not_suit) {
  Decision of = decision({named("one", cpu("1")), named("two", cpu("2"))});
  Plan plan = sound_plan(of);
  ASSERT_EQ(plan.claims.size(), 1U);
  plan.claims[0].types = {"small", "large"};
  EXPECT_THAT(faults(of, plan), Contains(Fault::instance_type));
  plan.claims[0].types = {};
  EXPECT_THAT(faults(of, plan), Contains(Fault::instance_type));
}

TEST(Checker, finds_wrong_order_and_requests) {
  Decision of = decision({named("one", cpu("1"))});
  Plan plan = sound_plan(of);
  std::swap(plan.claims[0].types[0], plan.claims[0].types[1]);
  EXPECT_THAT(faults(of, plan), Contains(Fault::order_of_types));
  plan = sound_plan(of);
  plan.claims[0].requests["cpu"] = base::Quantity::from_units(3);
  EXPECT_THAT(faults(of, plan), Contains(Fault::requests));
}

TEST(Checker, finds_taints_labels_and_resources_on_nodes) {
  Decision of = decision({named("one", cpu("500m")), named("big", R"({
      "tolerations": [{"operator": "Exists"}], "nodeSelector": {"team": "blue"},
      "containers": [{"name": "c", "resources": {"requests": {"cpu": "900m"}}}]})")});
  Plan plan = sound_plan(of);
  plan.claims.clear();
  plan.refusals.clear();
  plan.nodes = {{0, {0, 1}}};
  std::vector<Fault> found = faults(of, plan);
  EXPECT_THAT(found, Contains(Fault::taint));
  EXPECT_THAT(found, Contains(Fault::labels));
  EXPECT_THAT(found, Contains(Fault::resources));
}

TEST(Checker, finds_host_ports_that_meet) {
  constexpr const char* kPort = R"({"containers": [{"name": "c",
      "ports": [{"containerPort": 80, "hostPort": 80}]}]})";
  Decision of = decision({named("one", kPort), named("two", kPort)});
  Plan plan = sound_plan(of);
  ASSERT_EQ(plan.claims.size(), 2U);
  plan.claims[0].pods = {0, 1};
  plan.claims.pop_back();
  EXPECT_THAT(faults(of, plan), Contains(Fault::host_port));
}

TEST(Checker, finds_limits_that_are_exceeded) {
  Decision of = decision({named("one", cpu("1"))}, R"({"limits": {"cpu": "2"}})");
  Plan plan = sound_plan(of);
  plan.claims[0].types = {"small", "large"};
  EXPECT_THAT(faults(of, plan), Contains(Fault::limits));
}

TEST(Checker, SCH_182_finds_reservations_that_are_held_too_often) {
  using model::Operator;
  constexpr std::string_view kId = "example.com/reservation";
  Decision of = decision({named("one", cpu("5")), named("two", cpu("5"))});
  of.settings.reservation_id_label = kId;
  of.settings.waits_for_reservations = false;
  of.settings.well_known.emplace_back(kId);
  auto large = std::make_shared<model::InstanceType>(*of.pools[0].types[1]);
  large->requirements.replace({model::kCapacityTypeLabel, Operator::In, {"on-demand", "reserved"}});
  large->requirements.replace({kId, Operator::In, {"r-1"}});
  model::Offering reserved;
  reserved.requirements.add({model::kZoneLabel, Operator::In, {"a"}});
  reserved.requirements.add({model::kCapacityTypeLabel, Operator::In, {"reserved"}});
  reserved.requirements.add({kId, Operator::In, {"r-1"}});
  reserved.reservation_capacity = 1;
  large->offerings.push_back(reserved);
  of.pools[0].types[1] = large;
  Plan plan = sound_plan(of);
  ASSERT_EQ(plan.claims.size(), 2U);
  const model::Requirement* held = plan.claims[0].requirements.find(kId);
  ASSERT_NE(held, nullptr);
  plan.claims[1].requirements.replace(*held);
  EXPECT_THAT(faults(of, plan), Contains(Fault::reservation));
}

TEST(Checker, finds_too_little_diversity) {
  Decision of = decision({named("one", cpu("1"))}, R"({"template": {"spec": {"requirements": [
      {"key": "node.kubernetes.io/instance-type", "operator": "Exists", "minValues": 2}]}}})");
  Plan plan = sound_plan(of);
  plan.claims[0].types = {"small"};
  EXPECT_THAT(faults(of, plan), Contains(Fault::min_values));
}

TEST(Checker, finds_pods_that_fit_after_all) {
  Decision of = decision({named("one", cpu("1"))});
  Plan plan = sound_plan(of);
  plan.claims.clear();
  plan.refusals = {{0, {model::Reason::Code::instance_types, "default", "", {}}}};
  EXPECT_THAT(faults(of, plan), Contains(Fault::fits_after_all));
}

std::string about_pods(std::string_view kind) {
  return fmt::format(R"({{"affinity": {{"{}": {{"requiredDuringSchedulingIgnoredDuringExecution":
      [{{"topologyKey": "topology.kubernetes.io/zone",
         "labelSelector": {{"matchLabels": {{"app": "web"}}}}}}]}}}},
      "containers": [{{"name": "c", "resources": {{"requests": {{"cpu": "5"}}}}}}]}})",
                     kind);
}

model::Requirement zone(std::vector<std::string> values) {
  return {model::kZoneLabel, model::Operator::In, std::move(values)};
}

TEST(Checker, finds_pods_that_are_with_the_wrong_ones) {
  Decision together =
      decision({named("one", about_pods("podAffinity")), named("two", about_pods("podAffinity"))});
  Plan plan = sound_plan(together);
  ASSERT_EQ(plan.claims.size(), 2U);
  plan.claims[0].requirements.replace(zone({"a", "b"}));
  EXPECT_THAT(faults(together, plan), Contains(Fault::affinity));

  Decision apart = decision({named("one", about_pods("podAntiAffinity"))});
  apart.pods.push_back(named("two", cpu("5")));
  plan = sound_plan(apart);
  ASSERT_EQ(plan.claims.size(), 1U);
  plan.refusals.clear();
  plan.claims.push_back(plan.claims[0]);
  plan.claims[1].pods = {plan.claims[0].pods[0] == 0 ? std::size_t{1} : std::size_t{0}};
  EXPECT_THAT(faults(apart, plan), Contains(Fault::anti_affinity));
}

TEST(Checker, finds_skew) {
  constexpr const char* kSpread = R"({"topologySpreadConstraints": [{"maxSkew": 1,
      "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
      "labelSelector": {"matchLabels": {"app": "web"}}}],
      "containers": [{"name": "c", "resources": {"requests": {"cpu": "5"}}}]})";
  Decision of = decision({named("one", kSpread), named("two", kSpread)});
  Plan plan = sound_plan(of);
  ASSERT_EQ(plan.claims.size(), 2U);
  plan.claims[0].requirements.replace(zone({"a"}));
  plan.claims[1].requirements.replace(zone({"a"}));
  EXPECT_THAT(faults(of, plan), Contains(Fault::spread));
}

}  // namespace
}  // namespace judge
