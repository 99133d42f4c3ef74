// EC2NodeClass karpenter.k8s.aws/v1 (api.md section 9). What the hash or the schema tells apart from
// absent when it is given but empty is Given or optional (API-199, API-326, API-332).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"

namespace model {

struct SubnetSelectorTerm {
  base::Given<Labels> tags;
  base::Given<std::string> id;
};
DESCRIBED(SubnetSelectorTerm);

struct SecurityGroupSelectorTerm {
  base::Given<Labels> tags;
  base::Given<std::string> id;
  base::Given<std::string> name;
};
DESCRIBED(SecurityGroupSelectorTerm);

struct AMISelectorTerm {
  base::Given<std::string> alias;
  base::Given<Labels> tags;
  base::Given<std::string> id;
  base::Given<std::string> name;
  base::Given<std::string> owner;
  base::Given<std::string> ssmParameter;
};
DESCRIBED(AMISelectorTerm);

struct CapacityReservationSelectorTerm {
  base::Given<Labels> tags;
  base::Given<std::string> id;
  base::Given<std::string> ownerID;
  base::Given<std::string> instanceMatchCriteria;  // open, targeted
};
DESCRIBED(CapacityReservationSelectorTerm);

struct PlacementGroupSelector {
  base::Given<std::string> name;
  base::Given<std::string> id;
};
DESCRIBED(PlacementGroupSelector);

struct BlockDevice {
  std::optional<bool> deleteOnTermination;
  std::optional<bool> encrypted;
  std::optional<std::int64_t> iops;
  base::Given<std::string> kmsKeyID;
  base::Given<std::string> snapshotID;
  std::optional<std::int64_t> throughput;
  std::optional<std::int32_t> volumeInitializationRate;
  base::Given<std::string> volumeSize;
  base::Given<std::string> volumeType;
};
DESCRIBED(BlockDevice);

struct BlockDeviceMapping {
  base::Given<std::string> deviceName;
  std::optional<BlockDevice> ebs;
  bool rootVolume = false;
};
DESCRIBED(BlockDeviceMapping);

struct MetadataOptions {
  base::Given<std::string> httpEndpoint;
  base::Given<std::string> httpProtocolIPv6;
  std::optional<std::int64_t> httpPutResponseHopLimit;
  base::Given<std::string> httpTokens;
};
DESCRIBED(MetadataOptions);

struct NetworkInterface {
  std::optional<std::int32_t> networkCardIndex;
  std::optional<std::int32_t> deviceIndex;
  std::string interfaceType;  // interface, efa-only
};
DESCRIBED(NetworkInterface);

// Timeouts in seconds.
struct ConnectionTracking {
  std::optional<std::int32_t> tcpEstablishedTimeout;
  std::optional<std::int32_t> udpStreamTimeout;
  std::optional<std::int32_t> udpTimeout;
};
DESCRIBED(ConnectionTracking);

struct CPUOptions {
  base::Given<std::string> nestedVirtualization;  // enabled, disabled
};
DESCRIBED(CPUOptions);

struct EC2NodeClassSpec {
  std::vector<SubnetSelectorTerm> subnetSelectorTerms;
  std::vector<SecurityGroupSelectorTerm> securityGroupSelectorTerms;
  std::vector<CapacityReservationSelectorTerm> capacityReservationSelectorTerms;
  std::optional<PlacementGroupSelector> placementGroupSelector;
  std::vector<AMISelectorTerm> amiSelectorTerms;
  base::Given<std::string> amiFamily;
  base::Given<std::string> role;
  base::Given<std::string> instanceProfile;
  base::Given<std::string> userData;
  base::Given<Labels> tags;
  std::optional<base::Json> kubelet;
  base::Given<std::vector<BlockDeviceMapping>> blockDeviceMappings;
  base::Given<std::string> instanceStorePolicy;
  base::Given<std::vector<NetworkInterface>> networkInterfaces;
  std::optional<bool> detailedMonitoring;
  std::optional<bool> associatePublicIPAddress;
  std::optional<std::int32_t> ipPrefixCount;
  std::optional<MetadataOptions> metadataOptions;
  std::optional<ConnectionTracking> connectionTracking;
  std::optional<CPUOptions> cpuOptions;
  base::Given<std::string> context;
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
  bool deprecated = false;
  std::vector<base::Json> requirements;
};
DESCRIBED(AMIStatus);

struct EC2NodeClassStatus {
  std::vector<SubnetStatus> subnets;
  std::vector<SecurityGroupStatus> securityGroups;
  std::vector<AMIStatus> amis;
  std::vector<base::Json> capacityReservations;
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
