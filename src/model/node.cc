#include "model/node.h"

namespace model {
namespace {

constexpr std::string_view kNodeSpecNotKept[] = {"configSource", "externalID", "podCIDR",
                                                 "podCIDRs"};
constexpr std::string_view kNodeStatusNotKept[] = {
    "config", "daemonEndpoints", "declaredFeatures", "features",     "images",
    "phase",  "runtimeHandlers", "volumesAttached",  "volumesInUse",
};
constexpr std::string_view kNodeSystemInfoNotKept[] = {"swap"};

}  // namespace

FIELDS_WITH(Taint, .always({"key", "effect"}), key, value, effect, timeAdded);
FIELDS_WITH(NodeSpec, .not_keeping(kNodeSpecNotKept), providerID, unschedulable, taints);
FIELDS_WITH(NodeAddress, .always({"type", "address"}), type, address);
FIELDS_WITH(NodeSystemInfo,
            .always({"machineID", "systemUUID", "bootID", "kernelVersion", "osImage",
                     "containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion",
                     "operatingSystem", "architecture"})
                .not_keeping(kNodeSystemInfoNotKept),
            machineID, systemUUID, bootID, kernelVersion, osImage, containerRuntimeVersion,
            kubeletVersion, kubeProxyVersion, operatingSystem, architecture);
FIELDS_WITH(NodeStatus, .not_keeping(kNodeStatusNotKept), capacity, allocatable, conditions,
            addresses, nodeInfo);
FIELDS(Node, metadata, spec, status);

}  // namespace model
