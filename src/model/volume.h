// Storage as far as scheduling looks at it: claims, volumes, classes, and the attach limits of
// nodes (scheduling.md section 20). Joiner only reads these kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"

namespace model {

struct PersistentVolumeClaimSpec {
  std::optional<std::string> storageClassName;
  std::string volumeName;  // empty while it is not bound
};
DESCRIBED(PersistentVolumeClaimSpec);

struct PersistentVolumeClaimStatus {
  std::string phase;  // Pending, Bound, Lost
};
DESCRIBED(PersistentVolumeClaimStatus);

struct PersistentVolumeClaim {
  ObjectMeta metadata;
  PersistentVolumeClaimSpec spec;
  PersistentVolumeClaimStatus status;
};
DESCRIBED(PersistentVolumeClaim);

struct CSIVolumeSource {
  std::string driver;
};
DESCRIBED(CSIVolumeSource);

struct VolumeNodeAffinity {
  std::optional<NodeSelector> required;
};
DESCRIBED(VolumeNodeAffinity);

struct PersistentVolumeSpec {
  std::optional<CSIVolumeSource> csi;
  std::optional<base::Json> awsElasticBlockStore;
  std::optional<base::Json> local;
  std::optional<base::Json> hostPath;
  std::string storageClassName;
  std::optional<VolumeNodeAffinity> nodeAffinity;
};
DESCRIBED(PersistentVolumeSpec);

struct PersistentVolume {
  ObjectMeta metadata;
  PersistentVolumeSpec spec;
};
DESCRIBED(PersistentVolume);

struct TopologySelectorLabelRequirement {
  std::string key;
  std::vector<std::string> values;
};
DESCRIBED(TopologySelectorLabelRequirement);

struct TopologySelectorTerm {
  std::vector<TopologySelectorLabelRequirement> matchLabelExpressions;
};
DESCRIBED(TopologySelectorTerm);

struct StorageClass {
  ObjectMeta metadata;
  std::string provisioner;
  std::string volumeBindingMode;  // Immediate (default), WaitForFirstConsumer
  std::vector<TopologySelectorTerm> allowedTopologies;
};
DESCRIBED(StorageClass);

struct VolumeNodeResources {
  std::optional<std::int32_t> count;
};
DESCRIBED(VolumeNodeResources);

struct CSINodeDriver {
  std::string name;
  std::optional<VolumeNodeResources> allocatable;
};
DESCRIBED(CSINodeDriver);

struct CSINodeSpec {
  std::vector<CSINodeDriver> drivers;
};
DESCRIBED(CSINodeSpec);

struct CSINode {
  ObjectMeta metadata;  // of the name of its Node
  CSINodeSpec spec;
};
DESCRIBED(CSINode);

}  // namespace model
