// The people of a scenario: they create its deployments, scale them, roll out new versions, and go
// home at the end of it. What they do depends on the seed and the name of the deployment alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/random.h"
#include "ports/clock.h"
#include "sim/scenario.h"
#include "sim/store.h"

namespace sim {

class Workload {
 public:
  // Requires: all outlive this.
  Workload(Store& store, ports::Clock& clock, const base::Random& random, const Scenario& scenario);
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  // Creates the deployments and their budgets, and plans the changes. Error: what the server says
  // to a plan that is wrong.
  base::Result<void> begin();

  // Nothing changes from now on.
  void rest() { is_resting_ = true; }

 private:
  base::Result<void> create(const DeploymentPlan& plan);
  base::Result<void> create_budget(const DeploymentPlan& plan);
  void scale_later(const DeploymentPlan& plan);
  void scale(const DeploymentPlan& plan);
  void roll_later(const DeploymentPlan& plan);
  std::int64_t size_now(const DeploymentPlan& plan);
  void patch(const DeploymentPlan& plan, const base::Json& change);

  Store& store_;
  ports::Clock& clock_;
  const Scenario& scenario_;
  std::map<std::string, base::Random> randoms_;  // by deployment
  std::map<std::string, std::int64_t> versions_;
  bool is_resting_ = false;
};

}  // namespace sim
