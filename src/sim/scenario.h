// A scenario: which machines the cloud sells, what lies in the cluster, how its workloads change,
// and what goes wrong. It is read from TOML; docs/simulate.md describes the members.
//
// Everything is drawn from the seed of a run. After `lasts` nothing changes and nothing fails any
// more; `calm` later everything must have come to rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/result.h"
#include "model/scalars.h"
#include "sim/faults.h"
#include "sim/sim_cloud.h"

namespace sim {

struct DeploymentPlan {
  std::string name;
  std::string cpu = "500m";
  std::string memory = "512Mi";
  std::int64_t replicas = 1;  // at first
  // "random": anew between least and most, each `every`; "day": least at midnight, most at noon.
  std::string changes;
  std::int64_t least = 1;
  std::int64_t most = 1;
  model::DurationText every{std::chrono::minutes(30), "30m"};
  std::optional<model::DurationText> rollout_every;  // a new template, pods replaced
  std::string max_unavailable;                       // of a PodDisruptionBudget: "1", "20%"
  base::Map<std::string> node_selector;
  std::string spread_over;  // topology key of a hard spread with skew 1
};
DESCRIBED(DeploymentPlan);

struct StockPlan {
  std::int64_t least = 0;
  std::int64_t most = 0;
  Chance dry;
  model::DurationText epoch{std::chrono::hours(1), "1h"};
};
DESCRIBED(StockPlan);

struct CloudPlan {
  std::optional<Range> launch;
  std::optional<Range> boot;
  base::Map<std::int64_t> vcpu_quota;
  std::optional<StockPlan> stock;
  Chance never_boots;
  Chance never_ready;
  Chance boots_late;
  std::optional<Range> late;
  Chance interruption;
  Chance rebalance;
  std::optional<Range> visible;
  std::optional<Range> ending_visible;
};
DESCRIBED(CloudPlan);

struct Scenario {
  std::string title;
  model::DurationText lasts{std::chrono::hours(24), "24h"};
  model::DurationText calm{std::chrono::hours(1), "1h"};
  std::vector<std::string> types;  // of the catalogue; "m5.*" is every size of a family
  std::string manifests;           // YAML, applied at the start
  std::vector<DeploymentPlan> deployment;
  CloudPlan cloud;
  base::Map<Chance> faults;  // by location (faults_ports.h)
};
DESCRIBED(Scenario);

// Error: invalid, naming the member that is wrong.
base::Result<Scenario> read_scenario(std::string_view toml);

SimCloudOptions cloud_options(const Scenario& scenario);
// The more exact pattern goes first: fewer stars, then by text.
FaultChances fault_chances(const Scenario& scenario);
// Those types that the scenario names. Error: a name or family that the catalogue does not have.
base::Result<model::InstanceTypes> types_of(const Scenario& scenario,
                                            const model::InstanceTypes& catalogue);

}  // namespace sim

namespace base {

// "0.02" or "2%"
template <>
struct Scalar<sim::Chance> {
  static constexpr const char* kName = "a chance";
  static Result<void> parse(std::string_view text, bool quoted, sim::Chance& out);
  static bool print(const sim::Chance& value, std::string& out);
  static bool empty(const sim::Chance& value) { return value.millionths == 0; }
};

// "30s..2m", or one duration
template <>
struct Scalar<sim::Range> {
  static constexpr const char* kName = "a range of durations";
  static Result<void> parse(std::string_view text, bool quoted, sim::Range& out);
  static bool print(const sim::Range& value, std::string& out);
  static bool empty(const sim::Range&) { return false; }
};

}  // namespace base
