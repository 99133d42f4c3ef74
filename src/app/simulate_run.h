// One run of a scenario with one seed: the very same controller as elsewhere, on the simulated
// cluster and cloud, in virtual time, with faults, crashes and checkers.
//
// The controller's calls pass faults first, then the checkers' witnesses. When its Life ends, it is
// buried and a new one begins after 1 to 60 s, with nothing but what cluster and cloud remember.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "control/journal.h"
#include "model/instance_type.h"
#include "sim/checkers.h"
#include "sim/scenario.h"

namespace app {

struct RunResult {
  std::uint64_t seed = 0;
  std::vector<sim::Violation> violations;
  std::vector<std::string> faults;  // that were armed, with how often they struck
  std::uint64_t faults_struck = 0;
  std::size_t crashes = 0;
  std::size_t machines = 0;       // launched
  std::size_t interruptions = 0;  // of spot instances
  std::size_t pods = 0;           // that were bound
  base::Duration longest_wait{};  // of a pod, from its creation until it was bound
  base::Money cost;
  base::Duration simulated{};
  base::Time start{};
  std::uint64_t journal_lines = 0;
  std::uint64_t journal_hash = 0;
};

// What tests put between controller and faults, to plant a bug. Unset: nothing.
struct Planted {
  std::function<std::unique_ptr<ports::Kube>(ports::Kube&)> kube;
  std::function<std::unique_ptr<ports::Cloud>(ports::Cloud&)> cloud;
};

struct RunOptions {
  std::uint64_t seed = 1;
  control::Journal::Sink journal;  // may be unset
  Planted planted;
};

// catalogue: all types; the scenario picks its own. Error: a scenario whose objects are refused.
base::Result<RunResult> run_scenario(const sim::Scenario& scenario,
                                     const model::InstanceTypes& catalogue,
                                     const RunOptions& options);

}  // namespace app
