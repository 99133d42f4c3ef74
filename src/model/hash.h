// The hashes of those parts of a NodePool and of an EC2NodeClass whose change drifts the nodes
// (api.md section 12, lifecycle.md section 8.4). Of a NodePool: labels, annotations, taints, startup
// taints, class reference, terminationGracePeriod and expireAfter of the template. Of an
// EC2NodeClass: the spec but for its selector terms, the effective AMI family, the cluster's CA
// bundle, and the kubelet settings as text.
//
// The numbers are Karpenter's versions "v3" and "v6" to the bit, so that taking over a cluster drifts
// nothing (API-319). Another algorithm needs another version text, which begins with `j`.
//
// A list or map that is absent differs from one that is given but empty (API-326). A taint's
// timeAdded is not counted (API-328).
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/node_class.h"
#include "model/node_pool.h"

namespace model {

inline constexpr std::string_view kNodePoolHashVersion = "v3";

// The value of the annotation karpenter.sh/nodepool-hash: an unsigned decimal (API-327).
std::string node_pool_hash(const NodePool& node_pool);

// The same of a NodePool in wire form; an error if the template cannot be read.
base::Result<std::string> node_pool_hash(const base::Json& node_pool);

inline constexpr std::string_view kEC2NodeClassHashVersion = "v6";
inline constexpr std::string_view kEC2NodeClassHashAnnotation =
    "karpenter.k8s.aws/ec2nodeclass-hash";
inline constexpr std::string_view kEC2NodeClassHashVersionAnnotation =
    "karpenter.k8s.aws/ec2nodeclass-hash-version";

// The value of the annotation karpenter.k8s.aws/ec2nodeclass-hash (API-331 to API-333). The CA
// bundle is "" where it is not known.
std::string node_class_hash(const EC2NodeClass& node_class, std::string_view ca_bundle = "");

}  // namespace model
