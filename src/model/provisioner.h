// Provisioner karpenter.sh/v1alpha5, a retired kind, as it was written (api.md section 14.3).
// Joiner only reads it, to convert it (convert.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/node.h"
#include "model/node_class.h"
#include "model/node_pool.h"

namespace model {

// API-395. Reserved amounts may be strings or numbers.
struct ProvisionerKubelet {
  std::vector<std::string> clusterDNS;
  std::string containerRuntime;
  std::optional<std::int32_t> maxPods;
  std::optional<std::int32_t> podsPerCore;
  base::Map<base::Json> systemReserved;
  base::Map<base::Json> kubeReserved;
  Labels evictionHard;
  Labels evictionSoft;
  Labels evictionSoftGracePeriod;
  std::optional<std::int32_t> evictionMaxPodGracePeriod;
  std::optional<std::int32_t> imageGCHighThresholdPercent;
  std::optional<std::int32_t> imageGCLowThresholdPercent;
  std::optional<bool> cpuCFSQuota;
};
DESCRIBED(ProvisionerKubelet);

struct ProvisionerBlockDevice {
  std::optional<bool> deleteOnTermination;
  std::optional<bool> encrypted;
  std::optional<std::int64_t> iops;
  std::string kmsKeyID;
  std::string snapshotID;
  std::optional<std::int64_t> throughput;
  std::optional<base::Json> volumeSize;  // a quantity as a string or a number
  std::string volumeType;
};
DESCRIBED(ProvisionerBlockDevice);

struct ProvisionerBlockDeviceMapping {
  std::string deviceName;
  std::optional<ProvisionerBlockDevice> ebs;
  std::optional<bool> rootVolume;  // since v1beta1
};
DESCRIBED(ProvisionerBlockDeviceMapping);

// The AWS settings that a Provisioner holds itself, unless it refers to an AWSNodeTemplate
// (API-380, API-397): that one's spec without userData, amiSelector and detailedMonitoring.
struct InlineProvider {
  std::string apiVersion;
  std::string kind;
  Labels subnetSelector;
  Labels securityGroupSelector;
  std::string amiFamily;
  std::string instanceProfile;
  Labels tags;
  std::string launchTemplate;
  std::optional<MetadataOptions> metadataOptions;
  std::vector<ProvisionerBlockDeviceMapping> blockDeviceMappings;
  std::string context;
};
DESCRIBED(InlineProvider);

struct ProviderReference {
  std::string apiVersion;
  std::string kind;
  std::string name;
};
DESCRIBED(ProviderReference);

struct ProvisionerLimits {
  ResourceList resources;
};
DESCRIBED(ProvisionerLimits);

struct ProvisionerConsolidation {
  std::optional<bool> enabled;
};
DESCRIBED(ProvisionerConsolidation);

struct ProvisionerSpec {
  Labels labels;
  Labels annotations;
  std::vector<Taint> taints;
  std::vector<Taint> startupTaints;
  std::vector<NodeSelectorRequirement> requirements;
  std::optional<ProvisionerKubelet> kubeletConfiguration;
  std::optional<InlineProvider> provider;
  std::optional<ProviderReference> providerRef;
  std::optional<std::int64_t> ttlSecondsAfterEmpty;
  std::optional<std::int64_t> ttlSecondsUntilExpired;
  ProvisionerLimits limits;
  std::optional<std::int32_t> weight;
  ProvisionerConsolidation consolidation;
};
DESCRIBED(ProvisionerSpec);

struct Provisioner {
  ObjectMeta metadata;
  ProvisionerSpec spec;
};
DESCRIBED(Provisioner);

}  // namespace model
