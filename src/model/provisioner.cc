#include "model/provisioner.h"

namespace model {
namespace {

constexpr std::string_view kNotKept[] = {"apiVersion", "kind", "status"};

}  // namespace

FIELDS(ProvisionerKubelet, clusterDNS, containerRuntime, maxPods, podsPerCore, systemReserved,
       kubeReserved, evictionHard, evictionSoft, evictionSoftGracePeriod, evictionMaxPodGracePeriod,
       imageGCHighThresholdPercent, imageGCLowThresholdPercent, cpuCFSQuota);
FIELDS(ProvisionerBlockDevice, deleteOnTermination, encrypted, iops, kmsKeyID, snapshotID,
       throughput, volumeSize, volumeType);
FIELDS(ProvisionerBlockDeviceMapping, deviceName, ebs, rootVolume);
FIELDS(InlineProvider, apiVersion, kind, subnetSelector, securityGroupSelector, amiFamily,
       instanceProfile, tags, launchTemplate, metadataOptions, blockDeviceMappings, context);
FIELDS(ProviderReference, apiVersion, kind, name);
FIELDS(ProvisionerLimits, resources);
FIELDS(ProvisionerConsolidation, enabled);
FIELDS(ProvisionerSpec, labels, annotations, taints, startupTaints, requirements,
       kubeletConfiguration, provider, providerRef, ttlSecondsAfterEmpty, ttlSecondsUntilExpired,
       limits, weight, consolidation);
FIELDS_WITH(Provisioner, .not_keeping(kNotKept), metadata, spec);

}  // namespace model
