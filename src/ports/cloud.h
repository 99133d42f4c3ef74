// What Joiner needs of a cloud (lifecycle.md section 3).
#pragma once

#include <string>
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
};

}  // namespace ports
