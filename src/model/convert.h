// Retired kinds of Karpenter's API to those of today (api.md section 14). A pure function of the
// documents and the options: no cluster is asked, and the same input gives the same bytes whatever
// the order of its keys.
//
//   Provisioner karpenter.sh/v1alpha5             NodePool, and an EC2NodeClass if it has an inline
//                                                 `provider`
//   AWSNodeTemplate karpenter.k8s.aws/v1alpha1    EC2NodeClass
//   NodePool, EC2NodeClass v1beta1                the same of today
//   Machine v1alpha5, NodeClaim v1beta1           nothing, unless the options ask for a NodeClaim
//
// Kinds of today lose what release 1.0 left on them (API-365); all others pass through unchanged,
// workloads with a warning for each key that has another name today (API-356, API-373).
//
// A conversion keeps what the old object meant, not what today's defaults would make of it: nodes
// that never expired get `Never`, empty nodes still go all at once (API-383, API-389, API-391). The
// objects hold only what was said or meant; defaults.h fills in the rest.
//
// Documents are converted together: kubelet settings stood in the pools and stand in the classes
// today, so that pools that disagree make copies of their class (API-450 to API-454).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/meta.h"
#include "model/node_class.h"
#include "model/validate.h"

namespace model {

// What to use where a document names no such thing at all; each use is told by a warning.
struct ClassDefaults {
  std::string role;
  std::vector<SubnetSelectorTerm> subnetSelectorTerms;
  std::vector<SecurityGroupSelectorTerm> securityGroupSelectorTerms;
};

// API-360. Node role and instance profile together are an error of every conversion.
struct ConvertOptions {
  std::string node_role;         // --node-role: where the old class names no profile
  std::string instance_profile;  // --instance-profile: likewise
  bool ignore_defaults = false;  // do not add the requirements that the old webhook added (API-392)
  Labels extra_tags;             // the old global setting aws.tags; the class's own tags win
  bool ipv6 = false;             // the cluster speaks IPv6
  bool keep_runtime = false;     // Machines and NodeClaims are converted as well (API-424)
  bool strict = true;            // unknown fields are errors; otherwise dropped with a warning
  // For clusters that know their own network and role, as the embedded one does. If it is not set,
  // a document without subnets, security groups or role is an error.
  std::optional<ClassDefaults> fill_in;
};

struct Conversion {
  std::string source;                 // "Provisioner default", what warnings and errors are about
  std::vector<base::Json> objects;    // in wire form, the NodePool before its class; none if errors
  std::vector<std::string> warnings;  // "Provisioner default: spec.…: …"
  std::vector<Fault> errors;          // fields as in the old object
};

// Whether the kind is a retired one that converts.
bool is_convertible(std::string_view api_version, std::string_view kind);

// One Conversion a document, in the order of the documents. An error of one leaves the others alone.
std::vector<Conversion> convert_all(std::span<const base::Json> documents,
                                    const ConvertOptions& options);

// A document that stands alone.
Conversion convert(const base::Json& document, const ConvertOptions& options);

}  // namespace model
