// The benchmark's workload is drawn right, and packs as Karpenter packs it.
#include <gtest/gtest.h>

#include <set>

#include "engine/pack.h"
#include "model/resources.h"
#include "support/benchmark_workload.h"
#include "support/go_random.h"

namespace engine {
namespace {

struct Checked {
  std::size_t pods;
  std::size_t draws;
  std::int64_t cpu_milli;
  std::int64_t memory_mi;
  std::uint64_t hash;
};

constexpr Checked kChecked[] = {
    {1, 3, 500, 512, 0xae047518538cf94c},
    {50, 160, 39300, 63888, 0x3e00df1b1f6e8a21},
    {1000, 3200, 663350, 1341084, 0x5e20c0304f9b5a97},
    {10000, 32000, 6628950, 13375332, 0x47db846720462d1a},
};

std::uint64_t fnv1a(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::uint8_t byte : bytes) {
    hash = (hash ^ byte) * 0x100000001b3;
  }
  return hash;
}

Snapshot snapshot_of(support::Pods pods) {
  Snapshot snapshot;
  snapshot.settings.cloud_labels = CloudLabels{support::benchmark_well_known_labels(), {}};
  snapshot.pools.push_back({support::benchmark_node_pool(), support::benchmark_types()});
  snapshot.pods = std::move(pods);
  return snapshot;
}

TEST(BenchmarkWorkload, SCH_386_generator) {
  support::GoRandom words(42);
  EXPECT_EQ(words.next(), 12663951391086054483U);
  EXPECT_EQ(words.next(), 9832119173398632219U);
  EXPECT_EQ(words.next(), 5571782338101878760U);
  EXPECT_EQ(words.next(), 1926012586526624009U);
  support::GoRandom bits(42);
  for (std::int32_t expected : {801072305, 141734987, 1297281668, 448434750, 94099423, 822901345}) {
    EXPECT_EQ(bits.next31(), expected);
  }
}

TEST(BenchmarkWorkload, SCH_366_to_370_types) {
  model::InstanceTypes types = support::benchmark_types();
  ASSERT_EQ(types.size(), 400U);
  const model::InstanceType& small = *types[3];
  const model::InstanceType& large = *types[4];
  EXPECT_EQ(large.name, "fake-it-4");
  EXPECT_EQ(model::quantity_of(large.allocatable(), model::kCpu).milli_value(), 4900);
  EXPECT_EQ(model::quantity_of(large.allocatable(), model::kMemory).value(),
            (std::int64_t{10} << 30) - (10 << 20));
  EXPECT_EQ(model::quantity_of(large.allocatable(), model::kPods).value(), 50);
  EXPECT_EQ(large.offerings.size(), 5U);
  for (const model::Offering& offering : large.offerings)
    EXPECT_EQ(offering.price.micros(), 1'573'742) << "5 x 0.3147483648, to the micro-dollar";
  EXPECT_EQ(small.requirements.find("size")->any_value(), "small");
  EXPECT_EQ(large.requirements.find("size")->any_value(), "large");
  EXPECT_EQ(small.requirements.find("special")->op(), model::Operator::DoesNotExist);
  EXPECT_EQ(large.requirements.find("integer")->any_value(), "5");
}

TEST(BenchmarkWorkload, SCH_377_to_382_388_the_first_pods_of_each_kind) {
  support::Pods pods = support::diverse_pods(50);
  auto requests = [&](std::size_t pod) {
    model::ResourceList list = model::requests_of(*pods[pod]);
    return std::pair(model::quantity_of(list, model::kCpu).milli_value(),
                     model::quantity_of(list, model::kMemory).value() >> 20);
  };
  EXPECT_EQ(pods[0]->metadata.labels.at("my-label"), "f");
  EXPECT_EQ(requests(0), (std::pair<std::int64_t, std::int64_t>{500, 512}));
  EXPECT_EQ(requests(3), (std::pair<std::int64_t, std::int64_t>{1500, 4096}));
  const auto& zone = pods[10]->spec->topologySpreadConstraints.at(0);
  EXPECT_EQ(zone.topologyKey, "topology.kubernetes.io/zone");
  EXPECT_EQ(pods[10]->metadata.labels.at("my-label"), "a");
  EXPECT_EQ(zone.labelSelector->matchLabels.at("my-label"), "c");
  EXPECT_EQ(pods[20]->spec->topologySpreadConstraints.at(0).topologyKey, "kubernetes.io/hostname");
  EXPECT_EQ(pods[30]->metadata.labels.at("my-affininity"), "g");
  EXPECT_EQ(requests(40), (std::pair<std::int64_t, std::int64_t>{100, 256}));
  EXPECT_EQ(requests(10), (std::pair<std::int64_t, std::int64_t>{100, 100}));
  EXPECT_LT(pods[9]->metadata.uid, pods[10]->metadata.uid);  // SCH-390
  for (const auto& pod : pods)
    EXPECT_EQ(pod->metadata.labels.at("testing/cluster"), "unspecified");
}

TEST(BenchmarkWorkload, SCH_385_387_check_values) {
  for (const Checked& checked : kChecked) {
    std::vector<std::uint8_t> drawn;
    support::Pods pods = support::diverse_pods(checked.pods, &drawn);
    model::ResourceList sum;
    for (const auto& pod : pods)
      model::add(sum, model::requests_of(*pod));
    EXPECT_EQ(drawn.size(), checked.draws);
    EXPECT_EQ(fnv1a(drawn), checked.hash) << checked.pods;
    EXPECT_EQ(model::quantity_of(sum, model::kCpu).milli_value(), checked.cpu_milli);
    EXPECT_EQ(model::quantity_of(sum, model::kMemory).value() >> 20, checked.memory_mi);
  }
}

TEST(BenchmarkWorkload, SCH_391_every_pod_is_placed_on_as_many_claims_as_at_the_peer) {
  for (auto [pods, claims] : {std::pair<std::size_t, std::size_t>{1000, 200}, {5000, 1000}}) {
    Plan plan = pack(snapshot_of(support::diverse_pods(pods)));
    EXPECT_EQ(plan.claims.size(), claims);
    EXPECT_TRUE(plan.refusals.empty());
    std::set<std::size_t> placed;
    for (const PlannedClaim& claim : plan.claims)
      placed.insert(claim.pods.begin(), claim.pods.end());
    EXPECT_EQ(placed.size(), pods);
  }
}

TEST(BenchmarkWorkload, SCH_384_preferences_give_every_pod_a_claim) {
  Plan plan = pack(snapshot_of(support::preference_pods(100)));
  EXPECT_EQ(plan.claims.size(), 100U);
  EXPECT_TRUE(plan.refusals.empty());
}

}  // namespace
}  // namespace engine
