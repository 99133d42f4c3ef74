#include "model/pod.h"

namespace model {
namespace {

constexpr std::string_view kContainerNotKept[] = {
    "env",
    "envFrom",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "readinessProbe",
    "resizePolicy",
    "restartPolicyRules",
    "securityContext",
    "startupProbe",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
};

constexpr std::string_view kVolumeNotKept[] = {
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
};

constexpr std::string_view kPodSpecNotKept[] = {
    "activeDeadlineSeconds",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "ephemeralContainers",
    "hostAliases",
    "hostIPC",
    "hostPID",
    "hostUsers",
    "hostname",
    "hostnameOverride",
    "imagePullSecrets",
    "os",
    "preemptionPolicy",
    "readinessGates",
    "runtimeClassName",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "subdomain",
    "workloadRef",
};

constexpr std::string_view kContainerStatusNotKept[] = {
    "allocatedResourcesStatus",
    "containerID",
    "imageID",
    "lastState",
    "started",
    "stopSignal",
    "user",
    "volumeMounts",
};

constexpr std::string_view kPodStatusNotKept[] = {
    "allocatedResources",
    "ephemeralContainerStatuses",
    "extendedResourceClaimStatus",
    "hostIPs",
    "observedGeneration",
    "podIPs",
    "qosClass",
    "resize",
    "resources",
};

}  // namespace

FIELDS(ResourceRequirements, limits, requests, claims);

FIELDS_WITH(ContainerPort, .always({"containerPort"}), name, containerPort, hostPort, hostIP,
            protocol);

FIELDS_WITH(Container, .always({"name", "resources"}).not_keeping(kContainerNotKept), name, image,
            command, args, ports, resources, restartPolicy);

FIELDS(Toleration, key, operator_, value, effect, tolerationSeconds);

FIELDS_WITH(NodeSelectorRequirement, .always({"key", "operator"}), key, operator_, values);
FIELDS(NodeSelectorTerm, matchExpressions, matchFields);
FIELDS_WITH(NodeSelector, .always({"nodeSelectorTerms"}), nodeSelectorTerms);
FIELDS_WITH(PreferredSchedulingTerm, .always({"weight", "preference"}), weight, preference);
FIELDS(NodeAffinity, requiredDuringSchedulingIgnoredDuringExecution,
       preferredDuringSchedulingIgnoredDuringExecution);

FIELDS_WITH(PodAffinityTerm, .always({"topologyKey"}), labelSelector, namespaces, namespaceSelector,
            topologyKey, matchLabelKeys, mismatchLabelKeys);
FIELDS_WITH(WeightedPodAffinityTerm, .always({"weight", "podAffinityTerm"}), weight,
            podAffinityTerm);
FIELDS(PodAffinity, requiredDuringSchedulingIgnoredDuringExecution,
       preferredDuringSchedulingIgnoredDuringExecution);
FIELDS(Affinity, nodeAffinity, podAffinity, podAntiAffinity);

FIELDS_WITH(TopologySpreadConstraint, .always({"maxSkew", "topologyKey", "whenUnsatisfiable"}),
            maxSkew, topologyKey, whenUnsatisfiable, labelSelector, minDomains, nodeAffinityPolicy,
            nodeTaintsPolicy, matchLabelKeys);

FIELDS_WITH(PersistentVolumeClaimVolumeSource, .always({"claimName"}), claimName, readOnly);
FIELDS_WITH(Volume, .always({"name"}).not_keeping(kVolumeNotKept), name, persistentVolumeClaim,
            ephemeral);

FIELDS_WITH(PodSchedulingGate, .always({"name"}), name);

FIELDS_WITH(PodSpec, .always({"containers"}).not_keeping(kPodSpecNotKept), volumes, initContainers,
            containers, restartPolicy, terminationGracePeriodSeconds, nodeSelector, nodeName,
            hostNetwork, affinity, schedulerName, tolerations, priorityClassName, priority,
            topologySpreadConstraints, overhead, resources, schedulingGates, resourceClaims);

FIELDS_WITH(
    ContainerStatus,
    .always({"name", "ready", "restartCount", "image"}).not_keeping(kContainerStatusNotKept), name,
    state, ready, restartCount, image, allocatedResources, resources);

FIELDS_WITH(PodStatus, .not_keeping(kPodStatusNotKept), phase, conditions, message, reason,
            nominatedNodeName, hostIP, podIP, startTime, initContainerStatuses, containerStatuses,
            resourceClaimStatuses);

FIELDS(Pod, metadata, spec, status);

FIELDS(PodTemplateSpec, metadata, spec);

}  // namespace model
