// What Joiner needs of a cloud (lifecycle.md section 3), and what a cloud may say of its own accord:
// notices about instances that will be taken away or have fallen ill (aws-control.md section 23).
//
// A notice is delivered until it is acknowledged: again after some seconds, and again to a process
// that starts anew. To handle one twice must do no harm (AWC-266, AWC-277). A cloud without notices
// leaves their methods as they are.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/instance_type.h"
#include "model/node_claim.h"
#include "model/node_pool.h"
#include "ports/task.h"

namespace ports {

// What a launch decided (LIF-039): the labels hold single values (instance type, zone, capacity
// type, arch …).
struct Launched {
  std::string providerID;
  std::string imageID;
  model::Labels labels;
  model::Labels annotations;
  model::ResourceList capacity;
  model::ResourceList allocatable;
};

// An instance that carries Joiner's tags for this cluster.
struct Instance {
  std::string providerID;
  std::string nodeclaim;  // the name of the NodeClaim that it was launched for, from its tag
  std::string nodepool;
  base::Time launched_at{};
  bool terminating = false;
};

// What a cloud says about instances, unasked.
struct InstanceNotice {
  enum class Kind {
    spot_interrupted,                  // the spot instance is taken back in two minutes or so
    rebalance_recommendation,          // it is more likely than others to be taken back
    instance_stopped,                  // stopping or stopped
    instance_terminated,               // shutting down or terminated
    capacity_reservation_interrupted,  // its reservation is taken back
    scheduled_change,                  // maintenance, retirement
    instance_status,                   // a status check of the instance has failed for long
    system_status,                     // one of the host
    event_status,                      // a scheduled event of the instance
  };
  std::string id;  // names the notice to acknowledge(); the same each time it is delivered
  Kind kind = Kind::spot_interrupted;
  // As the cloud names them, which is what follows the last '/' of a provider ID. Most notices name
  // one; instances of other clusters may be among them (AWC-270).
  std::vector<std::string> instances;
  base::Time at{};  // when the cloud saw it
};

// As metrics name it: "spot_interrupted" (LIF-317).
constexpr std::string_view to_string(InstanceNotice::Kind kind) {
  using enum InstanceNotice::Kind;
  switch (kind) {
    case spot_interrupted: return "spot_interrupted";
    case rebalance_recommendation: return "rebalance_recommendation";
    case instance_stopped: return "instance_stopped";
    case instance_terminated: return "instance_terminated";
    case capacity_reservation_interrupted: return "capacity_reservation_interrupted";
    case scheduled_change: return "scheduled_change";
    case instance_status: return "instance_status";
    case system_status: return "system_status";
    case event_status: return "event_status";
  }
  return "";
}

// The unit in which capacity runs out.
struct OfferingKey {
  std::string instance_type;
  std::string zone;
  std::string capacity_type;
  std::string reservation;  // its ID if the capacity type is reserved, else ""

  auto operator<=>(const OfferingKey&) const = default;
};

class Cloud {
 public:
  virtual ~Cloud() = default;

  // All types that the NodePool's class can launch, those without an available offering too
  // (LIF-041), by name. Code::class_not_ready if the class cannot be used.
  virtual Task<base::Result<model::InstanceTypes>> instance_types(const model::NodePool& pool) = 0;

  // Launches one instance for the claim. The claim's UID is the idempotency token: a second call
  // for the same UID returns the instance of the first. Code::no_capacity, Code::class_not_ready;
  // any other code is worth a retry. It may return before the instance runs.
  virtual Task<base::Result<Launched>> launch(const model::NodeClaim& claim) = 0;

  // Asks for termination: success while the instance is still there (LIF-040), Code::not_found
  // once it is gone.
  virtual Task<base::Result<void>> terminate(std::string providerID) = 0;

  // Code::not_found if there is no such instance or it is gone.
  virtual Task<base::Result<Instance>> describe(std::string providerID) = 0;

  // Every instance of this cluster, terminated ones left out.
  virtual Task<base::Result<std::vector<Instance>>> list() = 0;

  // Begins to deliver notices, those that were never acknowledged first, in the order in which they
  // came, from the event loop and never from within this call. Called at most once in a process.
  virtual void watch_notices(std::function<void(InstanceNotice)> /*sink*/) {}

  // The notice was dealt with and need not come again. Success also if it is not known.
  virtual Task<base::Result<void>> acknowledge(std::string /*id*/) {
    co_return base::Result<void>();
  }

  // The offering will not be had for a while: for three minutes from now instance_types() shows it
  // as unavailable and launch() passes it over (AWL-123, AWL-129); a reservation has no free
  // instance until the cloud counts again (AWC-286).
  virtual void mark_unavailable(const OfferingKey& /*offering*/) {}

  // What NodeOverlays make of the types of a NodePool, all of instance_types(), until it is told
  // again: claims of that NodePool are launched by these prices and capacities (AWL-160, SCH-304).
  virtual void overlay_types(const std::string& /*nodepool*/,
                             const model::InstanceTypes& /*types*/) {}
};

}  // namespace ports
