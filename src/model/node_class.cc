#include "model/node_class.h"

namespace model {

FIELDS(SubnetSelectorTerm, tags, id);
FIELDS(SecurityGroupSelectorTerm, tags, id, name);
FIELDS(AMISelectorTerm, alias, tags, id, name, owner, ssmParameter);
FIELDS(CapacityReservationSelectorTerm, tags, id, ownerID, instanceMatchCriteria);
FIELDS(PlacementGroupSelector, name, id);
FIELDS(BlockDevice, deleteOnTermination, encrypted, iops, kmsKeyID, snapshotID, throughput,
       volumeInitializationRate, volumeSize, volumeType);
FIELDS(BlockDeviceMapping, deviceName, ebs, rootVolume);
FIELDS(MetadataOptions, httpEndpoint, httpProtocolIPv6, httpPutResponseHopLimit, httpTokens);
FIELDS_WITH(NetworkInterface, .always({"interfaceType"}), networkCardIndex, deviceIndex,
            interfaceType);
FIELDS(ConnectionTracking, tcpEstablishedTimeout, udpStreamTimeout, udpTimeout);
FIELDS(CPUOptions, nestedVirtualization);

FIELDS(EC2NodeClassSpec, subnetSelectorTerms, securityGroupSelectorTerms,
       capacityReservationSelectorTerms, placementGroupSelector, amiSelectorTerms, amiFamily, role,
       instanceProfile, userData, tags, kubelet, blockDeviceMappings, instanceStorePolicy,
       networkInterfaces, detailedMonitoring, associatePublicIPAddress, ipPrefixCount,
       metadataOptions, connectionTracking, cpuOptions, context);

FIELDS_WITH(SubnetStatus, .always({"id", "zone"}), id, zone, zoneID);
FIELDS_WITH(SecurityGroupStatus, .always({"id"}), id, name);
FIELDS_WITH(AMIStatus, .always({"id", "requirements"}), id, name, deprecated, requirements);
FIELDS(EC2NodeClassStatus, subnets, securityGroups, amis, capacityReservations, instanceProfile,
       conditions);
FIELDS(EC2NodeClass, metadata, spec, status);

}  // namespace model
