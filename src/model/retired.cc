#include "model/retired.h"

namespace model {

FIELDS(AWSNodeTemplateSpec, apiVersion, kind, subnetSelector, securityGroupSelector, amiSelector,
       amiFamily, userData, instanceProfile, tags, launchTemplate, metadataOptions,
       blockDeviceMappings, detailedMonitoring, context);
FIELDS(AWSNodeTemplate, metadata, spec, status);

FIELDS(OldClassReference, apiVersion, kind, name);
FIELDS(MachineSpec, taints, startupTaints, requirements, resources, kubelet, machineTemplateRef);
FIELDS(Machine, metadata, spec, status);

FIELDS(BetaTemplateSpec, taints, startupTaints, requirements, resources, kubelet, nodeClassRef);
FIELDS(BetaTemplate, metadata, spec);
FIELDS(BetaBudget, nodes, schedule, duration);
FIELDS(BetaDisruption, consolidateAfter, consolidationPolicy, expireAfter, budgets);
FIELDS(BetaNodePoolSpec, template_, disruption, limits, weight);
FIELDS(BetaNodePool, metadata, spec, status);

FIELDS(BetaNodeClaimSpec, taints, startupTaints, requirements, resources, kubelet, nodeClassRef);
FIELDS(BetaNodeClaim, metadata, spec, status);

FIELDS(BetaEC2NodeClassSpec, subnetSelectorTerms, securityGroupSelectorTerms, amiSelectorTerms,
       amiFamily, role, instanceProfile, userData, tags, blockDeviceMappings, instanceStorePolicy,
       detailedMonitoring, associatePublicIPAddress, metadataOptions, context);
FIELDS(BetaEC2NodeClass, metadata, spec, status);

}  // namespace model
