#include "sim/sim_cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "sim/sim_cloud_test.h"

namespace sim {
namespace {

using base::Code;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const model::InstanceType& type_named(const model::InstanceTypes& types, std::string_view name) {
  auto found = std::ranges::find(types, name, [](const auto& type) { return type->name; });
  EXPECT_NE(found, types.end()) << name;
  return **found;
}

bool is_available(const model::InstanceTypes& types, const Pool& pool) {
  return std::ranges::any_of(
      type_named(types, pool.instance_type).offerings, [&](const model::Offering& offering) {
        return offering.zone() == pool.zone && offering.capacity_type() == pool.capacity_type &&
               offering.available;
      });
}

// A claim that any type of the list may serve; without one, any type at all.
model::NodeClaim claim_for(const std::string& name, std::vector<std::string> types,
                           std::vector<std::string> capacity_types) {
  model::NodeClaim claim;
  claim.metadata.name = name;
  claim.metadata.uid = "uid-" + name;
  claim.metadata.labels["karpenter.sh/nodepool"] = "default";
  if (!types.empty()) {
    claim.spec.requirements.push_back(
        {std::string(model::kInstanceTypeLabel), "In", std::move(types), std::nullopt});
  }
  claim.spec.requirements.push_back(
      {std::string(model::kCapacityTypeLabel), "In", std::move(capacity_types), std::nullopt});
  claim.spec.resources.requests["cpu"] = base::Quantity::from_units(1);
  return claim;
}

model::NodeClaim claim_for(const std::string& name) {
  return claim_for(name, {"m5.large"}, {"on-demand"});
}

void restrict_to(model::NodeClaim& claim, std::string_view key, std::vector<std::string> values) {
  claim.spec.requirements.push_back({std::string(key), "In", std::move(values), std::nullopt});
}

// A cloud that keeps what came and went, and what was asked of it.
class World : public CloudStage {
 public:
  explicit World(std::uint64_t seed = 7) : CloudStage(seed, options()) {
    cloud.on_join([this](const RunningInstance& instance) {
      joined.push_back(instance.instance_id);
      EXPECT_EQ(clock.now(), instance.joins_at);
      EXPECT_FALSE(instance.terminating);
    });
    cloud.on_gone([this](const RunningInstance& instance) {
      gone.push_back(instance.instance_id);
      EXPECT_TRUE(instance.terminated);
    });
  }

  model::InstanceTypes types() { return await(cloud.instance_types(model::NodePool{})).value(); }

  const RunningInstance only() const {
    EXPECT_EQ(cloud.running().size(), 1U);
    return cloud.running().front();
  }

  std::vector<std::string> joined;
  std::vector<std::string> gone;

 private:
  static SimCloudOptions options() {
    SimCloudOptions options;
    options.record_calls = true;
    return options;
  }
};

TEST(SimCloud, LIF_039_answers_with_what_was_launched) {
  World world;
  model::NodeClaim claim = claim_for("a");
  restrict_to(claim, model::kZoneLabel, {"us-east-1b"});
  ports::Launched launched = world.launch(claim).value();

  EXPECT_THAT(launched.providerID, ::testing::MatchesRegex("aws:///us-east-1b/i-0[0-9a-f]{16}"));
  EXPECT_THAT(launched.imageID, ::testing::MatchesRegex("ami-0[0-9a-f]{16}"));
  auto label = [&](std::string_view key) { return model::value_of(launched.labels, key); };
  EXPECT_EQ(label(model::kInstanceTypeLabel), "m5.large");
  EXPECT_EQ(label(model::kZoneLabel), "us-east-1b");
  EXPECT_EQ(label(model::kZoneIdLabel), "use1-az4");
  EXPECT_EQ(label(model::kRegionLabel), "us-east-1");
  EXPECT_EQ(label(model::kCapacityTypeLabel), "on-demand");
  EXPECT_EQ(label(model::kArchLabel), "amd64");
  EXPECT_EQ(label(model::kOsLabel), "linux");
  EXPECT_EQ(label(model::kNodePoolLabel), "default");
  EXPECT_EQ(label("karpenter.k8s.aws/instance-cpu"), "2");
  EXPECT_EQ(label("karpenter.k8s.aws/instance-tenancy"), "default");
  EXPECT_FALSE(launched.labels.contains("karpenter.k8s.aws/instance-gpu-count"));
  // AWL-309: amounts of zero are left out.
  EXPECT_EQ(launched.capacity.at("cpu").to_string(), "2");
  EXPECT_EQ(launched.allocatable.at("cpu").to_string(), "1930m");
  EXPECT_FALSE(launched.capacity.contains("nvidia.com/gpu"));
}

TEST(SimCloud, AWL_309_efa_is_listed_if_it_was_asked_for) {
  World world;
  model::NodeClaim plain = claim_for("plain", {"c5n.18xlarge"}, {"on-demand"});
  EXPECT_FALSE(world.launch(plain).value().capacity.contains("vpc.amazonaws.com/efa"));
  model::NodeClaim asking = claim_for("asking", {"c5n.18xlarge"}, {"on-demand"});
  asking.spec.resources.requests["vpc.amazonaws.com/efa"] = base::Quantity::from_units(1);
  EXPECT_TRUE(world.launch(asking).value().capacity.contains("vpc.amazonaws.com/efa"));
}

TEST(SimCloud, the_cheapest_type_that_fits) {
  World world;
  const std::vector<std::string> types{"m5.2xlarge", "m5.large", "m5.xlarge"};
  EXPECT_TRUE(world.launch(claim_for("small", types, {"on-demand"})));
  EXPECT_EQ(world.only().type->name, "m5.large");

  model::NodeClaim wide = claim_for("wide", types, {"on-demand"});
  wide.spec.resources.requests["cpu"] = base::Quantity::from_units(2);  // m5.large has 1930m
  EXPECT_EQ(model::value_of(world.launch(wide).value().labels, model::kInstanceTypeLabel),
            "m5.xlarge");
}

TEST(SimCloud, AWL_160_claims_are_launched_by_the_overlays_of_their_nodepool) {
  World world;
  const std::vector<std::string> names{"m5.large", "m5.xlarge"};
  model::InstanceTypes overlaid = world.types();
  for (auto& type : overlaid) {
    if (type->name != "m5.xlarge") continue;
    auto copy = std::make_shared<model::InstanceType>(*type);
    copy->capacity["example.com/fuse"] = base::Quantity::from_units(2);
    for (model::Offering& offering : copy->offerings)
      offering.price = base::Money::from_micros(1);
    type = std::move(copy);
  }
  world.cloud.overlay_types("default", overlaid);
  model::NodeClaim other = claim_for("other", names, {"on-demand"});
  other.metadata.labels["karpenter.sh/nodepool"] = "other";
  EXPECT_EQ(model::value_of(world.launch(other).value().labels, model::kInstanceTypeLabel),
            "m5.large");
  world.cloud.exhaust({"m5.xlarge", "us-east-1a", "on-demand"});
  ports::Launched launched = world.launch(claim_for("a", names, {"on-demand"})).value();
  EXPECT_EQ(model::value_of(launched.labels, model::kInstanceTypeLabel), "m5.xlarge");
  EXPECT_EQ(model::value_of(launched.labels, model::kZoneLabel), "us-east-1b");
  EXPECT_TRUE(launched.capacity.contains("example.com/fuse"));
  base::Money hourly = base::Money::from_dollars("0.096").value();
  EXPECT_EQ(world.cloud.hourly_cost(), hourly + hourly + hourly) << "the bill is the cloud's own";
}

TEST(SimCloud, equal_prices_go_by_name_then_zone) {
  World world;
  // Both cost $0.096; every zone sells them at the same price.
  ports::Launched launched =
      world.launch(claim_for("a", {"m6i.large", "m5.large"}, {"on-demand"})).value();
  EXPECT_EQ(model::value_of(launched.labels, model::kInstanceTypeLabel), "m5.large");
  EXPECT_EQ(model::value_of(launched.labels, model::kZoneLabel), "us-east-1a");
}

TEST(SimCloud, AWL_173_spot_where_it_is_allowed) {
  World world;
  ports::Launched launched =
      world.launch(claim_for("a", {"m5.large"}, {"on-demand", "spot"})).value();
  EXPECT_EQ(model::value_of(launched.labels, model::kCapacityTypeLabel), "spot");
  EXPECT_LT(world.only().price, base::Money::from_dollars("0.0528").value());
  // Of all zones the one with the lowest price.
  for (const model::Offering& offering : world.only().type->offerings) {
    if (offering.available && offering.capacity_type() == "spot") {
      EXPECT_LE(world.only().price, offering.price);
    }
  }
}

TEST(SimCloud, requirements_that_no_type_meets_are_no_capacity) {
  World world;
  model::NodeClaim claim = claim_for("a");
  restrict_to(claim, model::kArchLabel, {"arm64"});
  EXPECT_EQ(world.launch(claim).error().code, Code::no_capacity);
  EXPECT_TRUE(world.cloud.running().empty());
}

TEST(SimCloud, the_uid_is_the_idempotency_token) {
  World world;
  model::NodeClaim claim = claim_for("a");
  // The second call comes while the first is under way.
  std::optional<base::Result<ports::Launched>> early;
  boost::asio::co_spawn(world.context, world.cloud.launch(claim),
                        [&](const std::exception_ptr&, auto result) { early = std::move(result); });
  ports::Launched again = world.launch(claim).value();
  ports::Launched later = world.launch(claim).value();
  ASSERT_TRUE(early);
  EXPECT_EQ(early->value().providerID, again.providerID);
  EXPECT_EQ(later.providerID, again.providerID);
  EXPECT_EQ(world.cloud.running().size(), 1U);

  claim.metadata.uid = "another";
  EXPECT_NE(world.launch(claim).value().providerID, again.providerID);
}

TEST(SimCloud, launch_boot_and_settling_take_their_time) {
  World world;
  for (int number = 0; number < 50; ++number) {
    base::Time before = world.clock.now();
    ASSERT_TRUE(world.launch(claim_for("claim-" + std::to_string(number))));
    base::Duration took = world.clock.now() - before;
    EXPECT_GE(took, std::chrono::milliseconds(1500));
    EXPECT_LE(took, std::chrono::milliseconds(2500));
  }
  std::set<base::Duration> boots;
  for (const RunningInstance& instance : world.cloud.running()) {
    base::Duration boot = instance.joins_at - instance.launched_at;
    boots.insert(boot);
    EXPECT_GE(boot, seconds(30));
    EXPECT_LE(boot, seconds(45));
    EXPECT_GE(instance.ready_at - instance.joins_at, seconds(5));
    EXPECT_LE(instance.ready_at - instance.joins_at, seconds(10));
  }
  EXPECT_EQ(boots.size(), 50U);
  world.pass(minutes(1));
  EXPECT_EQ(world.joined.size(), 50U);
}

TEST(SimCloud, host_names_and_ids_are_unique) {
  World world;
  std::set<std::string> names;
  std::set<std::string> ids;
  for (int number = 0; number < 2000; ++number) {
    ASSERT_TRUE(world.launch(claim_for("claim-" + std::to_string(number))));
  }
  for (const RunningInstance& instance : world.cloud.running()) {
    names.insert(instance.host_name);
    ids.insert(instance.instance_id);
    EXPECT_THAT(instance.host_name,
                ::testing::MatchesRegex("ip-192-168-[0-9]+-[0-9]+\\.ec2\\.internal"));
    std::string from_ip = "ip-" + instance.ip + ".ec2.internal";
    std::replace(from_ip.begin() + 3, from_ip.end() - 13, '.', '-');
    EXPECT_EQ(instance.host_name, from_ip);
  }
  EXPECT_EQ(names.size(), 2000U);
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(SimCloud, the_same_seed_gives_the_same_cloud) {
  auto ids_of = [](std::uint64_t seed, bool with_failed_launch) {
    World world(seed);
    std::vector<std::string> ids;
    for (const std::string name : {"a", "b", "c"}) {
      if (with_failed_launch) {
        world.cloud.fail_next_launch({Code::throttled, "RequestLimitExceeded"});
        EXPECT_FALSE(world.launch(claim_for(name)));
      }
      ids.push_back(world.launch(claim_for(name)).value().providerID);
    }
    return ids;
  };
  EXPECT_EQ(ids_of(1, false), ids_of(1, false));
  EXPECT_EQ(ids_of(1, false), ids_of(1, true));
  EXPECT_NE(ids_of(1, false), ids_of(2, false));
}

TEST(SimCloud, LIF_040_termination_succeeds_until_the_instance_is_gone) {
  World world;
  std::string id = world.launch(claim_for("a")).value().providerID;
  world.pass(minutes(1));
  ASSERT_EQ(world.joined.size(), 1U);

  EXPECT_FALSE(world.await(world.cloud.describe(id)).value().terminating);
  EXPECT_TRUE(world.await(world.cloud.terminate(id)));
  base::Time asked_at = world.clock.now();
  EXPECT_TRUE(world.await(world.cloud.terminate(id)));
  EXPECT_TRUE(world.await(world.cloud.describe(id)).value().terminating);
  ASSERT_EQ(world.await(world.cloud.list()).value().size(), 1U);

  world.pass(seconds(4));
  EXPECT_TRUE(world.gone.empty());
  while (world.gone.empty())
    world.pass(seconds(1));
  EXPECT_LE(world.clock.now() - asked_at, seconds(21));
  EXPECT_EQ(world.await(world.cloud.terminate(id)).error().code, Code::not_found);
  EXPECT_EQ(world.await(world.cloud.describe(id)).error().code, Code::not_found);
  EXPECT_TRUE(world.await(world.cloud.list()).value().empty());
  EXPECT_EQ(world.gone.size(), 1U);
}

TEST(SimCloud, an_instance_that_is_terminated_early_never_joins) {
  World world;
  std::string id = world.launch(claim_for("a")).value().providerID;
  ASSERT_TRUE(world.await(world.cloud.terminate(id)));
  world.pass(minutes(2));
  EXPECT_TRUE(world.joined.empty());
  EXPECT_EQ(world.gone.size(), 1U);
}

TEST(SimCloud, list_names_claim_and_pool) {
  World world;
  ASSERT_TRUE(world.launch(claim_for("a")));
  ports::Instance instance = world.await(world.cloud.list()).value().at(0);
  EXPECT_EQ(instance.nodeclaim, "a");
  EXPECT_EQ(instance.nodepool, "default");
  EXPECT_EQ(instance.launched_at, world.start);
  EXPECT_EQ(instance.providerID, world.only().providerID);
}

TEST(SimCloud, AWL_337_an_exhausted_pool_is_passed_over) {
  World world;
  world.cloud.exhaust({"m5.large", "us-east-1a", "on-demand"});
  ports::Launched launched = world.launch(claim_for("a")).value();
  EXPECT_EQ(model::value_of(launched.labels, model::kZoneLabel), "us-east-1b");
}

TEST(SimCloud, AWL_123_what_ran_dry_is_unavailable_for_three_minutes) {
  World world;
  const Pool pool{"m5.large", "us-east-1a", "on-demand"};
  EXPECT_TRUE(is_available(world.types(), pool));
  world.cloud.exhaust({"m5.large", "", "on-demand"});
  base::Result<ports::Launched> refused = world.launch(claim_for("a"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::no_capacity);
  EXPECT_THAT(refused.error().message, HasSubstr("InsufficientInstanceCapacity"));

  EXPECT_FALSE(is_available(world.types(), pool));
  EXPECT_TRUE(is_available(world.types(), {"m5.large", "us-east-1a", "spot"}));
  EXPECT_TRUE(is_available(world.types(), {"m5.xlarge", "us-east-1a", "on-demand"}));
  // Even if there is capacity again.
  world.cloud.restock();
  EXPECT_THAT(world.launch(claim_for("a")).error().message, HasSubstr("were unavailable"));

  world.pass(minutes(3));
  EXPECT_TRUE(is_available(world.types(), pool));
  EXPECT_TRUE(world.launch(claim_for("a")));
}

TEST(SimCloud, AWL_174_no_second_capacity_type_within_a_call) {
  World world;
  world.cloud.exhaust({"", "", "spot"});
  model::NodeClaim claim = claim_for("a", {"m5.large"}, {"on-demand", "spot"});
  EXPECT_EQ(world.launch(claim).error().code, Code::no_capacity);
  ports::Launched second = world.launch(claim).value();
  EXPECT_EQ(model::value_of(second.labels, model::kCapacityTypeLabel), "on-demand");
}

TEST(SimCloud, AWL_022_every_type_is_listed) {
  World world;
  EXPECT_EQ(world.types().size(), catalogue().size());
  EXPECT_EQ(world.types().front(), catalogue().front());  // the same object, not a copy
}

TEST(SimCloud, a_failure_that_was_asked_for_happens_once) {
  World world;
  world.cloud.fail_next_launch({Code::throttled, "RequestLimitExceeded"});
  base::Result<ports::Launched> failed = world.launch(claim_for("a"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), (base::Error{Code::throttled, "RequestLimitExceeded"}));
  EXPECT_TRUE(world.launch(claim_for("a")));
}

TEST(SimCloud, cost_runs_from_launch_to_the_request_of_termination) {
  World world;
  std::string id = world.launch(claim_for("a")).value().providerID;  // $0.096 per hour
  world.pass(world.start + minutes(30) - world.clock.now());
  EXPECT_EQ(world.cloud.cost_so_far(), base::Money::from_dollars("0.048").value());
  EXPECT_EQ(world.cloud.hourly_cost(), base::Money::from_dollars("0.096").value());

  ASSERT_TRUE(world.await(world.cloud.terminate(id)));
  world.pass(minutes(30));
  EXPECT_EQ(world.cloud.cost_so_far(), base::Money::from_dollars("0.048").value());
  EXPECT_EQ(world.cloud.hourly_cost(), base::Money());
}

TEST(SimCloud, calls_are_recorded) {
  World world;
  ASSERT_TRUE(world.launch(claim_for("a")));
  ASSERT_TRUE(world.await(world.cloud.terminate(world.only().providerID)));
  std::vector<std::string> methods;
  for (const SimCloud::Call& call : world.cloud.calls())
    methods.push_back(call.method);
  EXPECT_THAT(methods, ElementsAre("launch", "terminate"));
  EXPECT_EQ(world.cloud.calls()[0].argument, "a");
  EXPECT_EQ(world.cloud.calls()[0].at, world.start);
}

}  // namespace
}  // namespace sim
