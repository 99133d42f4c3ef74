#include "model/volume.h"

namespace model {
namespace {

constexpr std::string_view kClaimSpecNotKept[] = {"dataSource", "dataSourceRef",
                                                  "volumeAttributesClassName"};
constexpr std::string_view kClaimStatusNotKept[] = {
    "allocatedResourceStatuses", "allocatedResources", "conditions",
    "currentVolumeAttributesClassName", "modifyVolumeStatus"};
constexpr std::string_view kCSISourceNotKept[] = {
    "controllerExpandSecretRef", "controllerPublishSecretRef", "fsType",   "nodeExpandSecretRef",
    "nodePublishSecretRef",      "nodeStageSecretRef",         "readOnly", "volumeAttributes"};
constexpr std::string_view kVolumeSpecNotKept[] = {"azureDisk",
                                                   "azureFile",
                                                   "cephfs",
                                                   "cinder",
                                                   "fc",
                                                   "flexVolume",
                                                   "flocker",
                                                   "gcePersistentDisk",
                                                   "glusterfs",
                                                   "iscsi",
                                                   "mountOptions",
                                                   "nfs",
                                                   "photonPersistentDisk",
                                                   "portworxVolume",
                                                   "quobyte",
                                                   "rbd",
                                                   "scaleIO",
                                                   "storageos",
                                                   "volumeAttributesClassName",
                                                   "vsphereVolume"};
constexpr std::string_view kVolumeStatusNotKept[] = {"lastPhaseTransitionTime"};
constexpr std::string_view kStorageClassNotKept[] = {"mountOptions", "parameters"};
constexpr std::string_view kAttachmentSourceNotKept[] = {"inlineVolumeSpec"};
constexpr std::string_view kAttachmentStatusNotKept[] = {"attachError", "attachmentMetadata",
                                                         "detachError"};

}  // namespace

FIELDS(VolumeResourceRequirements, limits, requests);
FIELDS_WITH(PersistentVolumeClaimSpec, .not_keeping(kClaimSpecNotKept), accessModes, selector,
            resources, volumeName, storageClassName, volumeMode);
FIELDS_WITH(PersistentVolumeClaimStatus, .not_keeping(kClaimStatusNotKept), phase, accessModes,
            capacity);
FIELDS(PersistentVolumeClaim, metadata, spec, status);

FIELDS_WITH(CSIVolumeSource, .always({"driver", "volumeHandle"}).not_keeping(kCSISourceNotKept),
            driver, volumeHandle);
FIELDS(VolumeNodeAffinity, required);
FIELDS_WITH(PersistentVolumeSpec, .not_keeping(kVolumeSpecNotKept), capacity, awsElasticBlockStore,
            hostPath, local, csi, accessModes, claimRef, persistentVolumeReclaimPolicy,
            storageClassName, volumeMode, nodeAffinity);
FIELDS_WITH(PersistentVolumeStatus, .not_keeping(kVolumeStatusNotKept), phase, message, reason);
FIELDS(PersistentVolume, metadata, spec, status);

FIELDS_WITH(TopologySelectorLabelRequirement, .always({"key", "values"}), key, values);
FIELDS(TopologySelectorTerm, matchLabelExpressions);
FIELDS_WITH(StorageClass, .always({"provisioner"}).not_keeping(kStorageClassNotKept), metadata,
            provisioner, reclaimPolicy, allowVolumeExpansion, volumeBindingMode, allowedTopologies);

FIELDS(VolumeNodeResources, count);
FIELDS_WITH(CSINodeDriver, .always({"name", "nodeID"}), name, nodeID, topologyKeys, allocatable);
FIELDS_WITH(CSINodeSpec, .always({"drivers"}), drivers);
FIELDS(CSINode, metadata, spec);

FIELDS_WITH(VolumeAttachmentSource, .not_keeping(kAttachmentSourceNotKept), persistentVolumeName);
FIELDS_WITH(VolumeAttachmentSpec, .always({"attacher", "source", "nodeName"}), attacher, source,
            nodeName);
FIELDS_WITH(VolumeAttachmentStatus, .always({"attached"}).not_keeping(kAttachmentStatusNotKept),
            attached);
FIELDS(VolumeAttachment, metadata, spec, status);

}  // namespace model
