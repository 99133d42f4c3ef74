// What must never be seen, whatever happens: each invariant is looked at again whenever something
// happened that could break it (a launch, a call of Joiner's, a minute that passed), by plain code
// that knows the truth of cluster and cloud and nothing of Joiner's reasons.
//
//   forgotten   every instance belongs to a NodeClaim, or has been without one for 15 min at most;
//               in the end no instance is without a claim and no claim without an instance
//   twice       one NodeClaim launches one instance
//   limits      a launch keeps its NodePool within its limits; instances that are leaving (the claim
//               deleting, or its node tainted as disrupted when the new claim was made) do not count
//               (SCH-126, DIS-120)
//   budgets     pods leave by eviction, which the server refuses where a budget forbids it: none is
//               deleted, and no instance ended under pods that were bound 90 s ago or earlier,
//               unless the claim's grace period orders it; DaemonSets' pods may stay to the end
//   foreign     only what Joiner launched is written to, emptied or terminated
//   placed      in the end no pod waits that a node or a new machine of a NodePool could take
//               (checkers_placement.h)
//
// The witnesses stand where Joiner's calls reach the server.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/kube.h"
#include "sim/sim_cloud.h"
#include "sim/store.h"

namespace sim {

struct Violation {
  base::Time at{};
  std::string invariant;  // "limits"
  std::string what;
};

class Checkers {
 public:
  // Begins to look. Requires: all three outlive the checkers, and none has begun to act.
  Checkers(Store& store, SimCloud& cloud, ports::Clock& clock);
  Checkers(const Checkers&) = delete;
  Checkers& operator=(const Checkers&) = delete;

  // When everything has had time to come to rest in fine weather.
  void check_in_the_end();

  const std::vector<Violation>& violations() const { return violations_; }

  // What Joiner asks for.
  void see_pod_removal(const model::Reference& pod);
  void see_eviction(const model::Reference& pod);
  void see_node_write(const model::Reference& node);
  void see_termination(const std::string& providerID);

 private:
  void report(std::string_view invariant, std::string what);
  void see_launch(const RunningInstance& instance);
  void see_claim(const WatchEvent& event);
  void check_limits(const RunningInstance& launched);
  std::set<std::string> leaving_claims(std::string_view pool) const;
  void look_every_minute();
  void check_forgotten(base::Duration patience);
  bool is_claimed(const RunningInstance& instance) const;
  void check_claims_in_the_end();
  bool is_forced_out(const std::string& providerID) const;

  Store& store_;
  SimCloud& cloud_;
  ports::Clock& clock_;
  std::vector<Violation> violations_;
  std::set<std::string> made_;                                 // provider IDs of Joiner's instances
  std::map<std::string, std::set<std::string>> launched_for_;  // claim to provider IDs
  std::map<std::string, std::set<std::string>> replaced_by_;   // claim to those that left for it
  std::map<std::string, base::Time> unclaimed_since_;          // by provider ID
  std::set<std::string> reported_;                             // what was said already
  std::shared_ptr<void> claims_;
};

class WitnessKube final : public ports::Kube {
 public:
  WitnessKube(ports::Kube& kube, Checkers& checkers) : kube_(kube), checkers_(checkers) {}

  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override;
  ports::Task<base::Result<model::Object>> get(model::Reference reference) override;
  ports::Task<base::Result<model::Object>> create(model::Object object) override;
  ports::Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                                 std::string subresource,
                                                 ports::Preconditions preconditions) override;
  ports::Task<base::Result<void>> remove(model::Reference reference,
                                         ports::Preconditions preconditions,
                                         std::optional<std::int64_t> grace_period_seconds) override;
  ports::Task<base::Result<void>> evict(model::Reference pod, std::string uid,
                                        std::optional<std::int64_t> grace_period_seconds) override;

 private:
  ports::Kube& kube_;
  Checkers& checkers_;
};

class WitnessCloud final : public ports::Cloud {
 public:
  WitnessCloud(ports::Cloud& cloud, Checkers& checkers) : cloud_(cloud), checkers_(checkers) {}

  ports::Task<base::Result<model::InstanceTypes>> instance_types(
      const model::NodePool& pool) override {
    return cloud_.instance_types(pool);
  }
  ports::Task<base::Result<ports::Launched>> launch(const model::NodeClaim& claim) override {
    return cloud_.launch(claim);
  }
  ports::Task<base::Result<void>> terminate(std::string providerID) override;
  ports::Task<base::Result<ports::Instance>> describe(std::string providerID) override {
    return cloud_.describe(std::move(providerID));
  }
  ports::Task<base::Result<std::vector<ports::Instance>>> list() override { return cloud_.list(); }
  void watch_notices(std::function<void(ports::InstanceNotice)> sink) override {
    cloud_.watch_notices(std::move(sink));
  }
  ports::Task<base::Result<void>> acknowledge(std::string id) override {
    return cloud_.acknowledge(std::move(id));
  }
  void mark_unavailable(const ports::OfferingKey& offering) override {
    cloud_.mark_unavailable(offering);
  }
  void overlay_types(const std::string& nodepool, const model::InstanceTypes& types) override {
    cloud_.overlay_types(nodepool, types);
  }

 private:
  ports::Cloud& cloud_;
  Checkers& checkers_;
};

}  // namespace sim
