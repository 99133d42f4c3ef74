// Storage as a constraint on where pods can run (scheduling.md section 20): volumes that are tied
// to zones, and how many a node can attach.
//
// A pod's volumes leave alternatives: each of them is a set of labels under which all its volumes
// can be reached. They are asked for beside the pod's own requirements and are never given up.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "model/pod.h"
#include "model/volume.h"

namespace engine {

// Claims in use by CSI driver, as namespace/name.
using AttachedVolumes = std::map<std::string, std::set<std::string>>;

class Volumes {
 public:
  explicit Volumes(const Snapshot& snapshot);

  // What is wrong with the pod's volumes (SCH-037 to SCH-039), as sentences.
  std::vector<std::string> faults(const model::Pod& pod) const;

  // Where all volumes of the pod can be reached, at least one alternative (SCH-253 to SCH-255);
  // an error if an object that would say so is missing (SCH-042).
  base::Result<std::vector<model::Requirements>> alternatives(const model::Pod& pod) const;

  // What the pod attaches. A claim that is missing does not count; nullopt if a bound claim's
  // volume is missing (SCH-261).
  std::optional<AttachedVolumes> attached_by(const model::Pod& pod) const;
  // What the pods bound to a node attach; volumes that are missing do not count (SCH-114).
  AttachedVolumes attached_to(const NodeState& node) const;

  // Whether any node has a limit.
  bool has_limits() const { return !csi_nodes_.empty(); }
  // The limits of a node by driver (SCH-259).
  std::map<std::string, std::size_t> limits_of(const NodeState& node) const;

 private:
  using Claim = model::PersistentVolumeClaim;

  const Claim* claim(const model::Pod& pod, const model::Volume& volume) const;
  std::string fault(const model::Pod& pod, const model::Volume& volume) const;
  std::string fault(const Claim& claim) const;
  base::Result<std::vector<model::Requirements>> alternatives(const model::Pod& pod,
                                                              const model::Volume& volume) const;
  // The driver, "" if it is unknown or none; nullopt if the bound volume is missing (SCH-260).
  std::optional<std::string> driver_of(const Claim& claim) const;

  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Claim>> claims_;
  std::map<std::string, std::shared_ptr<const model::PersistentVolume>> volumes_;
  std::map<std::string, std::shared_ptr<const model::StorageClass>> classes_;
  std::map<std::string, std::shared_ptr<const model::CSINode>> csi_nodes_;
};

// Whether no driver of the node has more volumes than its limit once these are added (SCH-259).
bool can_attach(const AttachedVolumes& present, const AttachedVolumes& more,
                const std::map<std::string, std::size_t>& limits);

}  // namespace engine
