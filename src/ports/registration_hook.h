// Who must agree before a Node that has joined counts as registered (lifecycle.md section 4.4). The
// hooks are given to control at its start.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "ports/task.h"

namespace ports {

// What a hook says of a claim and its Node (LIF-083 to LIF-087).
struct HookAnswer {
  bool is_ready = false;
  std::optional<base::Duration> again;  // when it wants to be asked again if it is not
  model::Labels labels;                 // for claim and Node, once it is
};

class RegistrationHook {
 public:
  virtual ~RegistrationHook() = default;

  // As conditions and log lines name it; no two hooks share a name.
  virtual std::string name() const = 0;

  // Asked until it is ready. The claim is launched; the Node carries what its claim says, but for a
  // first question. Any error is worth a retry.
  virtual Task<base::Result<HookAnswer>> ask(const model::NodeClaim& claim,
                                             const model::Node& node) = 0;
};

}  // namespace ports
