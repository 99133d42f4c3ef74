#include "model/volume.h"

namespace model {

FIELDS(PersistentVolumeClaimSpec, storageClassName, volumeName);
FIELDS(PersistentVolumeClaimStatus, phase);
FIELDS(PersistentVolumeClaim, metadata, spec, status);

FIELDS(CSIVolumeSource, driver);
FIELDS(VolumeNodeAffinity, required);
FIELDS(PersistentVolumeSpec, csi, awsElasticBlockStore, local, hostPath, storageClassName,
       nodeAffinity);
FIELDS(PersistentVolume, metadata, spec);

FIELDS(TopologySelectorLabelRequirement, key, values);
FIELDS(TopologySelectorTerm, matchLabelExpressions);
FIELDS(StorageClass, metadata, provisioner, volumeBindingMode, allowedTopologies);

FIELDS(VolumeNodeResources, count);
FIELDS(CSINodeDriver, name, allocatable);
FIELDS(CSINodeSpec, drivers);
FIELDS(CSINode, metadata, spec);

}  // namespace model
