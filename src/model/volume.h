// Storage as far as scheduling, the termination of nodes and the binding of volumes look at it:
// claims, volumes, classes, the attach limits of nodes, and what is attached where (scheduling.md
// section 20).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"

namespace model {

struct VolumeResourceRequirements {
  ResourceList limits;
  ResourceList requests;  // storage
};
DESCRIBED(VolumeResourceRequirements);

struct PersistentVolumeClaimSpec {
  std::optional<std::string> storageClassName;  // set but empty: no class, only existing volumes
  std::string volumeName;                       // empty while it is not bound
  std::vector<std::string> accessModes;         // ReadWriteOnce, ReadOnlyMany, …
  std::optional<LabelSelector> selector;
  VolumeResourceRequirements resources;
  std::optional<std::string> volumeMode;  // Filesystem (default), Block
};
DESCRIBED(PersistentVolumeClaimSpec);

struct PersistentVolumeClaimStatus {
  std::string phase;  // Pending, Bound, Lost
  std::vector<std::string> accessModes;
  ResourceList capacity;
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
  std::string volumeHandle;
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
  ResourceList capacity;  // storage
  std::vector<std::string> accessModes;
  std::optional<ObjectReference> claimRef;
  std::string persistentVolumeReclaimPolicy;  // Retain (default), Delete, Recycle
  std::optional<std::string> volumeMode;      // Filesystem (default), Block
};
DESCRIBED(PersistentVolumeSpec);

struct PersistentVolumeStatus {
  std::string phase;  // Pending, Available, Bound, Released, Failed
  std::string message;
  std::string reason;
};
DESCRIBED(PersistentVolumeStatus);

struct PersistentVolume {
  ObjectMeta metadata;
  PersistentVolumeSpec spec;
  PersistentVolumeStatus status;
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
  std::string reclaimPolicy;  // Delete (default), Retain
  std::optional<bool> allowVolumeExpansion;
};
DESCRIBED(StorageClass);

struct VolumeNodeResources {
  std::optional<std::int32_t> count;
};
DESCRIBED(VolumeNodeResources);

struct CSINodeDriver {
  std::string name;
  std::optional<VolumeNodeResources> allocatable;
  std::string nodeID;
  std::vector<std::string> topologyKeys;
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

struct VolumeAttachmentSource {
  std::optional<std::string> persistentVolumeName;
};
DESCRIBED(VolumeAttachmentSource);

struct VolumeAttachmentSpec {
  std::string attacher;  // the driver
  VolumeAttachmentSource source;
  std::string nodeName;
};
DESCRIBED(VolumeAttachmentSpec);

struct VolumeAttachmentStatus {
  bool attached = false;
};
DESCRIBED(VolumeAttachmentStatus);

struct VolumeAttachment {
  ObjectMeta metadata;
  VolumeAttachmentSpec spec;
  VolumeAttachmentStatus status;
};
DESCRIBED(VolumeAttachment);

}  // namespace model
