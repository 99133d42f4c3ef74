#include "app/simulate_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "catalog/ec2.h"
#include "model/labels.h"
#include "model/node_pool.h"
#include "model/pod.h"

namespace app {
namespace {

using base::Result;
using ports::Change;
using ports::Task;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kScenario = R"(
title = "small"
lasts = "150m"
calm = "30m"
types = ["m5.large", "m5.xlarge"]
manifests = '''
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  template:
    spec:
      requirements:
        - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      expireAfter: 1h
  limits: {cpu: "12"}
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec:
  role: KarpenterNodeRole-demo
  amiSelectorTerms: [{alias: al2023@latest}]
  subnetSelectorTerms: [{tags: {karpenter.sh/discovery: demo}}]
  securityGroupSelectorTerms: [{tags: {karpenter.sh/discovery: demo}}]
'''

[[deployment]]
name = "web"
cpu = "1"
replicas = 4
changes = "random"
least = 2
most = 20
every = "30m"
max_unavailable = "1"
)";

const model::InstanceTypes& catalogue() {
  static const model::InstanceTypes types = catalog::load_ec2().value();
  return types;
}

RunResult run(std::uint64_t seed, const Planted& planted, const std::string& more = "") {
  sim::Scenario scenario = sim::read_scenario(kScenario + more).value();
  RunOptions options;
  options.seed = seed;
  options.planted = planted;
  return run_scenario(scenario, catalogue(), options).value();
}

std::set<std::string> violated(const RunResult& result) {
  std::set<std::string> invariants;
  for (const sim::Violation& violation : result.violations)
    invariants.insert(violation.invariant);
  return invariants;
}

// Violated in a run with the bug; the same run without it violates nothing.
std::set<std::string> caught(const Planted& planted) {
  static const std::set<std::string> healthy = violated(run(1, {}));
  EXPECT_THAT(healthy, IsEmpty());
  return violated(run(1, planted));
}

class PlainKube : public ports::Kube {
 public:
  explicit PlainKube(ports::Kube& kube) : kube_(kube) {}

  void watch(model::Kind kind, std::function<void(Change)> sink) override {
    kube_.watch(kind, std::move(sink));
  }
  Task<Result<model::Object>> get(model::Reference reference) override {
    return kube_.get(std::move(reference));
  }
  Task<Result<model::Object>> create(model::Object object) override {
    return kube_.create(std::move(object));
  }
  Task<Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                    std::string subresource,
                                    ports::Preconditions preconditions) override {
    return kube_.patch(std::move(reference), std::move(patch), std::move(subresource),
                       std::move(preconditions));
  }
  Task<Result<void>> remove(model::Reference reference, ports::Preconditions preconditions,
                            std::optional<std::int64_t> grace_period_seconds) override {
    return kube_.remove(std::move(reference), std::move(preconditions), grace_period_seconds);
  }
  Task<Result<void>> evict(model::Reference pod, std::string uid,
                           std::optional<std::int64_t> grace_period_seconds) override {
    return kube_.evict(std::move(pod), std::move(uid), grace_period_seconds);
  }

 protected:
  ports::Kube& kube_;
};

class PlainCloud : public ports::Cloud {
 public:
  explicit PlainCloud(ports::Cloud& cloud) : cloud_(cloud) {}

  Task<Result<model::InstanceTypes>> instance_types(const model::NodePool& pool) override {
    return cloud_.instance_types(pool);
  }
  Task<Result<ports::Launched>> launch(const model::NodeClaim& claim) override {
    return cloud_.launch(claim);
  }
  Task<Result<void>> terminate(std::string providerID) override {
    return cloud_.terminate(std::move(providerID));
  }
  Task<Result<ports::Instance>> describe(std::string providerID) override {
    return cloud_.describe(std::move(providerID));
  }
  Task<Result<std::vector<ports::Instance>>> list() override { return cloud_.list(); }

 protected:
  ports::Cloud& cloud_;
};

template <class Kube>
Planted planted_kube() {
  Planted planted;
  planted.kube = [](ports::Kube& kube) { return std::make_unique<Kube>(kube); };
  return planted;
}

template <class Cloud>
Planted planted_cloud() {
  Planted planted;
  planted.cloud = [](ports::Cloud& cloud) { return std::make_unique<Cloud>(cloud); };
  return planted;
}

// Says of every machine that it is gone, and leaves it running.
class ForgetfulCloud final : public PlainCloud {
 public:
  using PlainCloud::PlainCloud;
  Task<Result<void>> terminate(std::string) override {
    co_return base::fail(base::Code::not_found, "gone");
  }
  Task<Result<std::vector<ports::Instance>>> list() override {
    co_return std::vector<ports::Instance>();
  }
};

// Forgets that it has launched already.
class DoublingCloud final : public PlainCloud {
 public:
  using PlainCloud::PlainCloud;
  Task<Result<ports::Launched>> launch(const model::NodeClaim& claim) override {
    model::NodeClaim again = claim;
    again.metadata.uid += "-again";
    (void)co_await cloud_.launch(again);
    co_return co_await cloud_.launch(claim);
  }
};

// Shows an instance that somebody else runs.
class GreedyCloud final : public PlainCloud {
 public:
  using PlainCloud::PlainCloud;
  Task<Result<std::vector<ports::Instance>>> list() override {
    Result<std::vector<ports::Instance>> instances = co_await cloud_.list();
    if (instances) instances->push_back({"aws:///us-east-1a/i-0foreign", "theirs", "", {}, false});
    co_return instances;
  }
};

// Does not let the controller see limits.
class BoundlessKube final : public PlainKube {
 public:
  using PlainKube::PlainKube;
  void watch(model::Kind kind, std::function<void(Change)> sink) override {
    kube_.watch(kind, [deliver = std::move(sink)](Change change) {
      if (change.type == Change::Type::put && change.object.is<model::NodePool>()) {
        model::NodePool pool = change.object.as<model::NodePool>();
        pool.spec.limits.clear();
        change.object = model::Object(std::move(pool));
      }
      deliver(std::move(change));
    });
  }
};

// Deletes where it should evict.
class RoughKube final : public PlainKube {
 public:
  using PlainKube::PlainKube;
  Task<Result<void>> evict(model::Reference pod, std::string uid,
                           std::optional<std::int64_t> grace_period_seconds) override {
    return kube_.remove(std::move(pod), {std::move(uid), ""}, grace_period_seconds);
  }
};

// Does not let the controller see pods.
class BlindKube final : public PlainKube {
 public:
  using PlainKube::PlainKube;
  void watch(model::Kind kind, std::function<void(Change)> sink) override {
    kube_.watch(kind, [deliver = std::move(sink)](Change change) {
      bool is_pod = change.type != Change::Type::synced && change.object.is<model::Pod>();
      if (!is_pod) deliver(std::move(change));
    });
  }
};

// Hides that pods were bound.
class HastyKube final : public PlainKube {
 public:
  using PlainKube::PlainKube;
  void watch(model::Kind kind, std::function<void(Change)> sink) override {
    kube_.watch(kind, [deliver = std::move(sink)](Change change) {
      bool is_bound = change.type == Change::Type::put && change.object.is<model::Pod>() &&
                      !change.object.as<model::Pod>().spec->nodeName.empty();
      if (is_bound) change.type = Change::Type::removed;
      deliver(std::move(change));
    });
  }
};

TEST(SimulatePlanted, a_forgotten_instance_is_caught) {
  EXPECT_TRUE(caught(planted_cloud<ForgetfulCloud>()).contains("forgotten"));
}

TEST(SimulatePlanted, a_second_launch_is_caught) {
  EXPECT_TRUE(caught(planted_cloud<DoublingCloud>()).contains("twice"));
}

TEST(SimulatePlanted, limits_that_are_not_kept_are_caught) {
  EXPECT_TRUE(caught(planted_kube<BoundlessKube>()).contains("limits"));
}

TEST(SimulatePlanted, a_pod_that_is_deleted_and_not_evicted_is_caught) {
  EXPECT_TRUE(caught(planted_kube<RoughKube>()).contains("budgets"));
}

TEST(SimulatePlanted, a_machine_that_ends_under_its_pods_is_caught) {
  EXPECT_TRUE(caught(planted_kube<HastyKube>()).contains("budgets"));
}

TEST(SimulatePlanted, the_end_of_what_others_launched_is_caught) {
  EXPECT_TRUE(caught(planted_cloud<GreedyCloud>()).contains("foreign"));
}

TEST(SimulatePlanted, a_pod_that_is_left_waiting_is_caught) {
  EXPECT_TRUE(caught(planted_kube<BlindKube>()).contains("placed"));
}

TEST(Simulate, one_seed_gives_the_same_journal_and_another_seed_another) {
  constexpr const char* kFaults = R"(
[faults]
"kube.*.fails_after" = 0.1
"cloud.*.slow" = 0.2
"watch.*.lost" = 0.01
"crash.*.*.after" = 0.01
)";
  RunResult first = run(5, {}, kFaults);
  RunResult second = run(5, {}, kFaults);
  EXPECT_GT(first.faults_struck, 0U);
  EXPECT_EQ(first.journal_hash, second.journal_hash);
  EXPECT_EQ(first.journal_lines, second.journal_lines);
  EXPECT_EQ(first.faults, second.faults);
  EXPECT_NE(run(6, {}, kFaults).journal_hash, first.journal_hash);
}

TEST(Simulate, a_crash_is_lived_through) {
  RunResult result = run(2, {}, "\n[faults]\n\"crash.*\" = 0.02\n\"crash.*.*.after\" = 0.02\n");
  for (std::uint64_t seed = 3; result.crashes == 0 && seed < 20; ++seed)
    result = run(seed, {}, "\n[faults]\n\"crash.*\" = 0.02\n\"crash.*.*.after\" = 0.02\n");
  EXPECT_GT(result.crashes, 0U);
  EXPECT_THAT(violated(result), IsEmpty());
  EXPECT_GT(result.machines, 0U);
}

TEST(Scenario, what_is_wrong_is_named) {
  auto error_of = [](const std::string& toml) {
    Result<sim::Scenario> scenario = sim::read_scenario(toml);
    return scenario ? "" : scenario.error().message;
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(error_of("lasts = "), HasSubstr("line 1"));
  EXPECT_THAT(error_of("last = \"1h\""), HasSubstr("last"));
  EXPECT_THAT(error_of("lasts = \"soon\""), HasSubstr("lasts"));
  EXPECT_THAT(error_of("[faults]\n\"kube.*.slow\" = 2"), HasSubstr("chance"));
  EXPECT_THAT(error_of("[[deployment]]\nname = \"a\"\nchanges = \"never\""), HasSubstr("changes"));
  EXPECT_THAT(error_of("[cloud]\nboot = \"2m..1m\""), HasSubstr("range"));
  sim::Scenario scenario = sim::read_scenario("types = [\"m9.*\"]").value();
  EXPECT_THAT(sim::types_of(scenario, catalogue()).error().message, HasSubstr("m9.*"));
}

TEST(Scenario, the_more_exact_fault_goes_first) {
  sim::Scenario scenario = sim::read_scenario(R"(
[faults]
"kube.*.slow" = "10%"
"kube.evict.slow" = 0
)")
                               .value();
  sim::FaultChances chances = sim::fault_chances(scenario);
  ASSERT_EQ(chances.size(), 2U);
  EXPECT_EQ(chances[0].first, "kube.evict.slow");
  EXPECT_EQ(chances[1].second.millionths, 100'000U);
}

}  // namespace
}  // namespace app
