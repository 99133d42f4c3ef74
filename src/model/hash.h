// The hash of the part of a NodePool whose change drifts its nodes (api.md section 12,
// lifecycle.md section 8.4): labels, annotations, taints, startup taints, class reference,
// terminationGracePeriod and expireAfter of the template.
//
// The number is Karpenter's version "v3" to the bit, so that taking over a cluster drifts nothing
// (API-319). Another algorithm needs another version text, which begins with `j`.
//
// A list or map that is absent differs from one that is given but empty (API-326). A taint's
// timeAdded is not counted (API-328).
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/node_pool.h"

namespace model {

inline constexpr std::string_view kNodePoolHashVersion = "v3";

// The value of the annotation karpenter.sh/nodepool-hash: an unsigned decimal (API-327).
std::string node_pool_hash(const NodePool& node_pool);

// The same of a NodePool in wire form; an error if the template cannot be read.
base::Result<std::string> node_pool_hash(const base::Json& node_pool);

}  // namespace model
