// EC2NodeClass karpenter.k8s.aws/v1 (api.md section 9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"

namespace model {

struct SubnetSelectorTerm {
  Labels tags;
  std::string id;
};
DESCRIBED(SubnetSelectorTerm);

struct SecurityGroupSelectorTerm {
  Labels tags;
  std::string id;
  std::string name;
};
DESCRIBED(SecurityGroupSelectorTerm);

struct AMISelectorTerm {
  std::string alias;
  Labels tags;
  std::string id;
  std::string name;
  std::string owner;
  std::string ssmParameter;
};
DESCRIBED(AMISelectorTerm);

struct BlockDevice {
  std::optional<bool> deleteOnTermination;
  std::optional<bool> encrypted;
  std::optional<std::int64_t> iops;
  std::string kmsKeyID;
  std::string snapshotID;
  std::optional<std::int64_t> throughput;
  std::optional<std::int32_t> volumeInitializationRate;
  std::string volumeSize;
  std::string volumeType;
};
DESCRIBED(BlockDevice);

struct BlockDeviceMapping {
  std::string deviceName;
  std::optional<BlockDevice> ebs;
  bool rootVolume = false;
};
DESCRIBED(BlockDeviceMapping);

struct MetadataOptions {
  std::string httpEndpoint;
  std::string httpProtocolIPv6;
  std::optional<std::int64_t> httpPutResponseHopLimit;
  std::string httpTokens;
};
DESCRIBED(MetadataOptions);

struct EC2NodeClassSpec {
  std::vector<SubnetSelectorTerm> subnetSelectorTerms;
  std::vector<SecurityGroupSelectorTerm> securityGroupSelectorTerms;
  std::vector<AMISelectorTerm> amiSelectorTerms;
  std::string amiFamily;
  std::string role;
  std::string instanceProfile;
  std::string userData;
  Labels tags;
  std::optional<base::Json> kubelet;
  std::vector<BlockDeviceMapping> blockDeviceMappings;
  std::string instanceStorePolicy;
  std::optional<bool> detailedMonitoring;
  std::optional<bool> associatePublicIPAddress;
  std::optional<MetadataOptions> metadataOptions;
  std::string context;
};
DESCRIBED(EC2NodeClassSpec);

struct SubnetStatus {
  std::string id;
  std::string zone;
  std::string zoneID;
};
DESCRIBED(SubnetStatus);

struct SecurityGroupStatus {
  std::string id;
  std::string name;
};
DESCRIBED(SecurityGroupStatus);

struct AMIStatus {
  std::string id;
  std::string name;
  std::vector<base::Json> requirements;
};
DESCRIBED(AMIStatus);

struct EC2NodeClassStatus {
  std::vector<SubnetStatus> subnets;
  std::vector<SecurityGroupStatus> securityGroups;
  std::vector<AMIStatus> amis;
  std::string instanceProfile;
  std::vector<Condition> conditions;
};
DESCRIBED(EC2NodeClassStatus);

struct EC2NodeClass {
  ObjectMeta metadata;
  EC2NodeClassSpec spec;
  EC2NodeClassStatus status;
};
DESCRIBED(EC2NodeClass);

}  // namespace model
