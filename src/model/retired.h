// Retired kinds as they were written, besides Provisioner (provisioner.h): AWSNodeTemplate
// karpenter.k8s.aws/v1alpha1, Machine karpenter.sh/v1alpha5, and NodePool, NodeClaim and
// EC2NodeClass v1beta1 (api.md sections 14.4 to 14.6). Joiner only reads them, to convert them
// (convert.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_pool.h"
#include "model/provisioner.h"

namespace model {

// API-398 to API-409.
struct AWSNodeTemplateSpec {
  std::string apiVersion;
  std::string kind;
  Labels subnetSelector;
  Labels securityGroupSelector;
  Labels amiSelector;
  std::string amiFamily;
  base::Given<std::string> userData;
  std::string instanceProfile;
  Labels tags;
  std::string launchTemplate;
  std::optional<MetadataOptions> metadataOptions;
  std::vector<ProvisionerBlockDeviceMapping> blockDeviceMappings;
  std::optional<bool> detailedMonitoring;
  std::string context;
};
DESCRIBED(AWSNodeTemplateSpec);

struct AWSNodeTemplate {
  ObjectMeta metadata;
  AWSNodeTemplateSpec spec;
  std::optional<base::Json> status;
};
DESCRIBED(AWSNodeTemplate);

// A reference to a node class before it had a group of its own (API-429).
struct OldClassReference {
  std::string apiVersion;
  std::string kind;
  std::string name;
};
DESCRIBED(OldClassReference);

// API-422.
struct MachineSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startupTaints;
  std::vector<NodeSelectorRequirement> requirements;
  NodeClaimResources resources;
  std::optional<base::Json> kubelet;
  OldClassReference machineTemplateRef;
};
DESCRIBED(MachineSpec);

struct Machine {
  ObjectMeta metadata;
  MachineSpec spec;
  std::optional<base::Json> status;
};
DESCRIBED(Machine);

// API-425 to API-434.
struct BetaTemplateSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startupTaints;
  std::vector<NodeRequirement> requirements;
  std::optional<base::Json> resources;  // was not allowed
  std::optional<ProvisionerKubelet> kubelet;
  OldClassReference nodeClassRef;
};
DESCRIBED(BetaTemplateSpec);

struct BetaTemplate {
  TemplateMetadata metadata;
  BetaTemplateSpec spec;
};
DESCRIBED(BetaTemplate);

struct BetaBudget {
  std::string nodes;
  std::optional<std::string> schedule;
  std::optional<DurationText> duration;
};
DESCRIBED(BetaBudget);

struct BetaDisruption {
  std::optional<NillableDuration> consolidateAfter;
  std::string consolidationPolicy;  // WhenEmpty, WhenUnderutilized (default)
  std::optional<NillableDuration> expireAfter;
  std::optional<std::vector<BetaBudget>> budgets;
};
DESCRIBED(BetaDisruption);

struct BetaNodePoolSpec {
  BetaTemplate template_;
  BetaDisruption disruption;
  ResourceList limits;
  std::optional<std::int32_t> weight;
};
DESCRIBED(BetaNodePoolSpec);

struct BetaNodePool {
  ObjectMeta metadata;
  BetaNodePoolSpec spec;
  std::optional<base::Json> status;
};
DESCRIBED(BetaNodePool);

// API-438.
struct BetaNodeClaimSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startupTaints;
  std::vector<NodeRequirement> requirements;
  NodeClaimResources resources;
  std::optional<base::Json> kubelet;
  OldClassReference nodeClassRef;
};
DESCRIBED(BetaNodeClaimSpec);

struct BetaNodeClaim {
  ObjectMeta metadata;
  BetaNodeClaimSpec spec;
  std::optional<base::Json> status;
};
DESCRIBED(BetaNodeClaim);

// API-439 to API-445. The terms have the fields of today; what v1beta1 did not have of them counts
// as unknown only to v1beta1.
struct BetaEC2NodeClassSpec {
  std::vector<SubnetSelectorTerm> subnetSelectorTerms;
  std::vector<SecurityGroupSelectorTerm> securityGroupSelectorTerms;
  std::vector<AMISelectorTerm> amiSelectorTerms;
  std::string amiFamily;
  std::string role;
  std::string instanceProfile;
  base::Given<std::string> userData;
  Labels tags;
  std::vector<ProvisionerBlockDeviceMapping> blockDeviceMappings;
  std::string instanceStorePolicy;
  std::optional<bool> detailedMonitoring;
  std::optional<bool> associatePublicIPAddress;
  std::optional<MetadataOptions> metadataOptions;
  std::string context;
};
DESCRIBED(BetaEC2NodeClassSpec);

struct BetaEC2NodeClass {
  ObjectMeta metadata;
  BetaEC2NodeClassSpec spec;
  std::optional<base::Json> status;
};
DESCRIBED(BetaEC2NodeClass);

}  // namespace model
