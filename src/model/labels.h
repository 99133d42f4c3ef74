// Every well-known label, annotation, taint and finalizer in one place (api.md section 11).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace model {

inline constexpr std::string_view kArchLabel = "kubernetes.io/arch";
inline constexpr std::string_view kOsLabel = "kubernetes.io/os";
inline constexpr std::string_view kHostnameLabel = "kubernetes.io/hostname";
inline constexpr std::string_view kInstanceTypeLabel = "node.kubernetes.io/instance-type";
inline constexpr std::string_view kWindowsBuildLabel = "node.kubernetes.io/windows-build";
inline constexpr std::string_view kZoneLabel = "topology.kubernetes.io/zone";
inline constexpr std::string_view kRegionLabel = "topology.kubernetes.io/region";
inline constexpr std::string_view kZoneIdLabel = "topology.k8s.aws/zone-id";

inline constexpr std::string_view kNodePoolLabel = "karpenter.sh/nodepool";
inline constexpr std::string_view kCapacityTypeLabel = "karpenter.sh/capacity-type";
inline constexpr std::string_view kRegisteredLabel = "karpenter.sh/registered";
inline constexpr std::string_view kInitializedLabel = "karpenter.sh/initialized";
inline constexpr std::string_view kDoNotSyncTaintsLabel = "karpenter.sh/do-not-sync-taints";

inline constexpr std::string_view kSpot = "spot";
inline constexpr std::string_view kOnDemand = "on-demand";
inline constexpr std::string_view kReserved = "reserved";

inline constexpr std::string_view kDoNotDisruptAnnotation = "karpenter.sh/do-not-disrupt";
inline constexpr std::string_view kNodePoolHashAnnotation = "karpenter.sh/nodepool-hash";
inline constexpr std::string_view kNodePoolHashVersionAnnotation =
    "karpenter.sh/nodepool-hash-version";
inline constexpr std::string_view kTerminationTimestampAnnotation =
    "karpenter.sh/nodeclaim-termination-timestamp";
inline constexpr std::string_view kMinValuesRelaxedAnnotation =
    "karpenter.sh/nodeclaim-min-values-relaxed";

inline constexpr std::string_view kDisruptedTaint = "karpenter.sh/disrupted";        // NoSchedule
inline constexpr std::string_view kUnregisteredTaint = "karpenter.sh/unregistered";  // NoExecute
inline constexpr std::string_view kNotReadyTaint = "node.kubernetes.io/not-ready";
inline constexpr std::string_view kUnreachableTaint = "node.kubernetes.io/unreachable";
inline constexpr std::string_view kUnschedulableTaint = "node.kubernetes.io/unschedulable";
inline constexpr std::string_view kCloudUninitializedTaint =
    "node.cloudprovider.kubernetes.io/uninitialized";
inline constexpr std::string_view kReadinessTaintPrefix = "readiness.k8s.io/";

inline constexpr std::string_view kTerminationFinalizer = "karpenter.sh/termination";

inline constexpr std::string_view kKarpenterGroup = "karpenter.sh";
inline constexpr std::string_view kAwsGroup = "karpenter.k8s.aws";
inline constexpr std::string_view kKwokGroup = "karpenter.kwok.sh";
inline constexpr std::string_view kEC2NodeClassLabel = "karpenter.k8s.aws/ec2nodeclass";

// The key under which a label is known today: five beta keys and the EBS zone key have newer
// names (API-260, SCH-048); any other key is returned as it is.
std::string_view normalized_label(std::string_view key);

// Known without being declared by a NodePool, since instance types or offerings supply the value:
// core's keys (API-258) and those of the AWS provider (API-266 to API-287).
bool is_well_known(std::string_view key);
// All of them, core's first.
std::span<const std::string_view> well_known_labels();

// A key that users may not set: not well known, and in the domain karpenter.sh or
// karpenter.k8s.aws or below it; or the hostname (API-259).
bool is_restricted(std::string_view key);

// The label that names the node class of a claim or node (API-262):
// "karpenter.k8s.aws/ec2nodeclass".
std::string node_class_label(std::string_view group, std::string_view kind);

// Whether the text is a Kubernetes qualified name: an optional DNS-1123 subdomain of at most 253
// characters and '/', then 1 to 63 characters (API-021).
bool is_qualified_name(std::string_view text);

// Whether the text can be a label value: at most 63 characters, may be empty (API-019).
bool is_label_value(std::string_view text);

}  // namespace model
