// The volumes of a pod as scheduling sees them: the claims that it names, and who attaches them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/placement.h"
#include "model/pod.h"
#include "model/volume.h"

namespace judge {

struct ClaimedVolume {
  std::string key;    // "namespace/name" of the PersistentVolumeClaim
  std::string claim;  // its name
  bool is_ephemeral = false;
  const model::PersistentVolumeClaim* object = nullptr;  // null if there is none of that name
};

// In the order of the pod's volumes; kinds of volumes that have no claim are left out. The claim of
// an ephemeral volume is called <pod>-<volume>.
std::vector<ClaimedVolume> claimed_volumes(const model::Pod& pod, const Surroundings& surroundings);

// Bound for good: a volume is named, and the binding is marked as completed.
bool is_bound(const model::PersistentVolumeClaim& claim);

// The CSI driver that attaches the claim's volume (SCH-260): that of its PersistentVolume, else the
// provisioner of its class; in-tree plugins count under the name of the driver that replaced them.
// Nullopt if nobody is known to attach it.
std::optional<std::string> driver_of(const model::PersistentVolumeClaim& claim,
                                     const Surroundings& surroundings);

// Whether the node has one of the allowed values for every label of one of the terms. No terms
// allow every node.
bool allows(const std::vector<model::TopologySelectorTerm>& terms, const model::Node& node);

}  // namespace judge
