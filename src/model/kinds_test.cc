#include "model/kinds.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/workload.h"

namespace model {
namespace {

constexpr std::string_view kPod = R"({
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {
    "name": "web-1", "generateName": "web-", "namespace": "default", "uid": "u",
    "resourceVersion": "7", "generation": 1,
    "creationTimestamp": "2026-01-02T03:04:05Z", "deletionTimestamp": "2026-01-02T03:05:05Z",
    "deletionGracePeriodSeconds": 30, "labels": {"app": "web"}, "annotations": {"a": ""},
    "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "r",
                         "controller": true, "blockOwnerDeletion": false}],
    "finalizers": ["x/y"]},
  "spec": {
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c", "readOnly": true}},
                {"name": "tmp", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}],
    "initContainers": [{"name": "proxy", "resources": {}, "restartPolicy": "Always"}],
    "containers": [{
      "name": "web", "image": "web:1", "command": ["run"], "args": ["-v"],
      "ports": [{"name": "http", "containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1",
                 "protocol": "TCP"}],
      "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"},
                    "claims": [{"name": "gpu"}]}}],
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 0,
    "nodeSelector": {"kubernetes.io/arch": "arm64"}, "nodeName": "node-1", "hostNetwork": false,
    "affinity": {
      "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
          {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}],
           "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}]},
        "preferredDuringSchedulingIgnoredDuringExecution": [
          {"weight": 10, "preference": {"matchExpressions": [{"key": "k", "operator": "Exists"}]}}]},
      "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
          {"labelSelector": {"matchLabels": {"app": "db"}}, "namespaces": ["x"],
           "namespaceSelector": {}, "topologyKey": "zone", "matchLabelKeys": ["v"],
           "mismatchLabelKeys": ["w"]}]},
      "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
          {"weight": 1, "podAffinityTerm": {"labelSelector": {"matchExpressions": [
             {"key": "app", "operator": "NotIn", "values": ["db"]}]}, "topologyKey": "host"}}]}},
    "schedulerName": "default-scheduler",
    "tolerations": [{"key": "k", "operator": "Equal", "value": "v", "effect": "NoExecute",
                     "tolerationSeconds": 300}],
    "priorityClassName": "high", "priority": 0,
    "topologySpreadConstraints": [
      {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
       "labelSelector": {"matchLabels": {"app": "web"}}, "minDomains": 2,
       "nodeAffinityPolicy": "Honor", "nodeTaintsPolicy": "Ignore", "matchLabelKeys": ["v"]}],
    "overhead": {"cpu": "250m"}, "resources": {"requests": {"cpu": "1"}},
    "schedulingGates": [{"name": "gate"}], "resourceClaims": [{"name": "gpu"}]},
  "status": {
    "phase": "Running",
    "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1,
                    "lastTransitionTime": "2026-01-02T03:04:05Z", "reason": "R", "message": "m"}],
    "message": "m", "reason": "r", "nominatedNodeName": "n", "hostIP": "10.0.0.1",
    "podIP": "10.0.0.2", "startTime": "2026-01-02T03:04:05Z",
    "initContainerStatuses": [{"name": "proxy", "ready": true, "restartCount": 0, "image": "i"}],
    "containerStatuses": [
      {"name": "web", "state": {"running": {}}, "ready": true, "restartCount": 2, "image": "web:1",
       "allocatedResources": {"cpu": "1"}, "resources": {"requests": {"cpu": "1"}}}],
    "resourceClaimStatuses": [{"name": "gpu", "resourceClaimName": "web-1-gpu"}]}
})";

constexpr std::string_view kNode = R"({
  "apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"},
  "spec": {"providerID": "aws:///a/i-1", "unschedulable": true,
           "taints": [{"key": "k", "value": "v", "effect": "NoSchedule",
                       "timeAdded": "2026-01-02T03:04:05Z"}]},
  "status": {
    "capacity": {"cpu": "2", "memory": "8Gi"}, "allocatable": {"cpu": "1930m"},
    "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}],
    "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
    "nodeInfo": {"machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "6",
                 "osImage": "AL", "containerRuntimeVersion": "c", "kubeletVersion": "v1.33.0",
                 "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "arm64"}}
})";

constexpr std::string_view kNamespace = R"({
  "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"},
  "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}
})";

constexpr std::string_view kEvent = R"({
  "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"},
  "involvedObject": {"kind": "Pod", "namespace": "default", "name": "web-1", "uid": "u",
                     "apiVersion": "v1", "resourceVersion": "1", "fieldPath": "spec"},
  "reason": "Nominated", "message": "m", "source": {"component": "joiner", "host": "h"},
  "firstTimestamp": "2026-01-02T03:04:05Z", "lastTimestamp": "2026-01-02T03:04:06Z", "count": 2,
  "type": "Normal", "reportingComponent": "joiner"
})";

constexpr std::string_view kLease = R"({
  "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
  "metadata": {"name": "joiner", "namespace": "kube-system"},
  "spec": {"holderIdentity": "a", "leaseDurationSeconds": 15,
           "acquireTime": "2026-01-02T03:04:05.000001Z",
           "renewTime": "2026-01-02T03:04:06.000000Z", "leaseTransitions": 0}
})";

constexpr std::string_view kDeployment = R"({
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
  "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}},
           "template": {"metadata": {"labels": {"app": "web"}},
                        "spec": {"containers": [{"name": "web", "resources": {}}]}},
           "strategy": {"type": "RollingUpdate",
                        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
           "revisionHistoryLimit": 10, "paused": true, "progressDeadlineSeconds": 600},
  "status": {"observedGeneration": 1, "replicas": 5, "updatedReplicas": 4, "readyReplicas": 3,
             "availableReplicas": 2, "unavailableReplicas": 1,
             "conditions": [{"type": "Available", "status": "True", "reason": "", "message": ""}]}
})";

constexpr std::string_view kReplicaSet = R"({
  "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"},
  "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
           "template": {"spec": {"containers": [{"name": "web", "resources": {}}]}}},
  "status": {"replicas": 5, "fullyLabeledReplicas": 4, "readyReplicas": 3, "availableReplicas": 2,
             "observedGeneration": 1}
})";

constexpr std::string_view kDaemonSet = R"({
  "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
  "spec": {"selector": {"matchLabels": {"app": "agent"}},
           "template": {"spec": {"containers": [{"name": "agent", "resources": {}}]}},
           "updateStrategy": {"type": "OnDelete"}},
  "status": {"currentNumberScheduled": 1, "numberMisscheduled": 2, "desiredNumberScheduled": 3,
             "numberReady": 4, "observedGeneration": 5, "updatedNumberScheduled": 6,
             "numberAvailable": 7}
})";

constexpr std::string_view kPodDisruptionBudget = R"({
  "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
  "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"app": "web"}},
           "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
  "status": {"observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 2,
             "desiredHealthy": 2, "expectedPods": 3,
             "conditions": [{"type": "DisruptionAllowed", "status": "False", "reason": "r",
                             "message": ""}]}
})";

constexpr std::string_view kNodePool = R"({
  "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "general"},
  "spec": {
    "template": {
      "metadata": {"labels": {"team": "blue"}, "annotations": {"a": "b"}},
      "spec": {
        "taints": [{"key": "k", "effect": "NoSchedule"}],
        "startupTaints": [{"key": "s", "value": "v", "effect": "NoExecute"}],
        "requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"],
                          "minValues": 1}],
        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
        "terminationGracePeriod": "60m", "expireAfter": "Never"}},
    "disruption": {"consolidateAfter": "0s", "consolidationPolicy": "WhenEmpty",
                   "budgets": [{"reasons": [], "nodes": "10%", "schedule": "@daily",
                                "duration": "8h"}]},
    "limits": {"cpu": "1k"}, "weight": 10, "replicas": 0},
  "status": {"resources": {"cpu": "4"}, "nodes": 1, "nodeClassObservedGeneration": 2,
             "conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "message": ""}]}
})";

constexpr std::string_view kNodeClaim = R"({
  "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim", "metadata": {"name": "general-abcde"},
  "spec": {
    "taints": [{"key": "k", "effect": "NoSchedule"}],
    "startupTaints": [{"key": "s", "effect": "NoExecute"}], "requirements": [],
    "resources": {"requests": {"cpu": "2", "pods": "4"}},
    "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
    "terminationGracePeriod": "1h", "expireAfter": "720h"},
  "status": {"nodeName": "n", "providerID": "p", "imageID": "ami-1", "capacity": {"cpu": "4"},
             "allocatable": {"cpu": "3920m"},
             "conditions": [{"type": "Launched", "status": "True", "reason": "", "message": ""}],
             "lastPodEventTime": "2026-01-02T03:04:05Z"}
})";

constexpr std::string_view kEC2NodeClass = R"({
  "apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "default"},
  "spec": {
    "subnetSelectorTerms": [{"tags": {"a": "b"}}, {"id": "subnet-1"}],
    "securityGroupSelectorTerms": [{"tags": {"a": "b"}}, {"id": "sg-1"}, {"name": "n"}],
    "capacityReservationSelectorTerms": [
      {"tags": {"a": "b"}, "id": "cr-1", "ownerID": "123456789012", "instanceMatchCriteria": "open"}],
    "placementGroupSelector": {"name": "n", "id": "pg-1"},
    "amiSelectorTerms": [{"alias": "al2023@latest"},
                         {"tags": {"a": "b"}, "id": "ami-1", "name": "n", "owner": "self",
                          "ssmParameter": "p"}],
    "amiFamily": "AL2023", "role": "r", "instanceProfile": "ip", "userData": "u",
    "tags": {"a": "b"}, "kubelet": {"maxPods": 110, "more": {"x": []}},
    "blockDeviceMappings": [
      {"deviceName": "/dev/xvda",
       "ebs": {"deleteOnTermination": false, "encrypted": true, "iops": 3000, "kmsKeyID": "k",
               "snapshotID": "s", "throughput": 125, "volumeInitializationRate": 100,
               "volumeSize": "20Gi", "volumeType": "gp3"},
       "rootVolume": true}],
    "instanceStorePolicy": "RAID0",
    "networkInterfaces": [{"networkCardIndex": 0, "deviceIndex": 0, "interfaceType": "interface"}],
    "detailedMonitoring": false, "associatePublicIPAddress": false, "ipPrefixCount": 0,
    "metadataOptions": {"httpEndpoint": "enabled", "httpProtocolIPv6": "disabled",
                        "httpPutResponseHopLimit": 1, "httpTokens": "required"},
    "connectionTracking": {"tcpEstablishedTimeout": 60, "udpStreamTimeout": 60, "udpTimeout": 30},
    "cpuOptions": {"nestedVirtualization": "enabled"}, "context": "c"},
  "status": {
    "subnets": [{"id": "subnet-1", "zone": "us-east-1a", "zoneID": "use1-az1"}],
    "securityGroups": [{"id": "sg-1", "name": "n"}],
    "amis": [{"id": "ami-1", "name": "n", "deprecated": true, "requirements": [{"key": "k"}]}],
    "capacityReservations": [{"id": "cr-1"}], "instanceProfile": "ip",
    "conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "message": ""}]}
})";

constexpr std::string_view kStatefulSet = R"({
  "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
  "spec": {
    "replicas": 3, "selector": {"matchLabels": {"app": "db"}},
    "template": {"spec": {"containers": [{"name": "db", "resources": {}}]}},
    "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
      "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "8Gi"}}}}],
    "serviceName": "db", "podManagementPolicy": "Parallel",
    "updateStrategy": {"type": "RollingUpdate",
                       "rollingUpdate": {"partition": 0, "maxUnavailable": 1}},
    "revisionHistoryLimit": 10, "minReadySeconds": 5,
    "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
    "ordinals": {"start": 1}},
  "status": {"observedGeneration": 1, "replicas": 3, "readyReplicas": 2, "currentReplicas": 3,
             "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "b",
             "conditions": [{"type": "Ready", "status": "True", "reason": "", "message": ""}],
             "availableReplicas": 2}
})";

constexpr std::string_view kJob = R"({
  "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "sum"},
  "spec": {"parallelism": 2, "completions": 4, "activeDeadlineSeconds": 600, "backoffLimit": 6,
           "selector": {"matchLabels": {"a": "b"}}, "manualSelector": false,
           "template": {"spec": {"containers": [{"name": "sum", "resources": {}}],
                                 "restartPolicy": "Never"}},
           "ttlSecondsAfterFinished": 0, "completionMode": "Indexed", "suspend": false,
           "podReplacementPolicy": "Failed"},
  "status": {"conditions": [{"type": "Complete", "status": "True", "reason": "", "message": ""}],
             "startTime": "2026-01-02T03:04:05Z", "completionTime": "2026-01-02T03:05:05Z",
             "active": 1, "succeeded": 4, "failed": 1, "terminating": 0, "completedIndexes": "0-3",
             "ready": 0}
})";

constexpr std::string_view kPodTemplate = R"({
  "apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "slot"},
  "template": {"metadata": {"labels": {"app": "slot"}},
               "spec": {"containers": [{"name": "pause", "resources": {}}]}}
})";

constexpr std::string_view kPriorityClass = R"({
  "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"},
  "value": 0, "globalDefault": true, "description": "d", "preemptionPolicy": "Never"
})";

constexpr std::string_view kPersistentVolume = R"({
  "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv-1"},
  "spec": {"capacity": {"storage": "8Gi"}, "awsElasticBlockStore": {"volumeID": "vol-1"},
           "hostPath": {"path": "/data"}, "local": {"path": "/disk"},
           "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"},
           "accessModes": ["ReadWriteOnce"],
           "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "default", "name": "data"},
           "persistentVolumeReclaimPolicy": "Delete", "storageClassName": "gp3",
           "volumeMode": "Block",
           "nodeAffinity": {"required": {"nodeSelectorTerms": [
             {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}},
  "status": {"phase": "Bound", "message": "m", "reason": "r"}
})";

constexpr std::string_view kPersistentVolumeClaim = R"({
  "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
  "spec": {"accessModes": ["ReadWriteOnce"], "selector": {"matchLabels": {"a": "b"}},
           "resources": {"limits": {"storage": "9Gi"}, "requests": {"storage": "8Gi"}},
           "volumeName": "pv-1", "storageClassName": "", "volumeMode": "Filesystem"},
  "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "8Gi"}}
})";

constexpr std::string_view kStorageClass = R"({
  "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "gp3"},
  "provisioner": "ebs.csi.aws.com", "reclaimPolicy": "Delete", "allowVolumeExpansion": false,
  "volumeBindingMode": "WaitForFirstConsumer",
  "allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": ["a"]}]}]
})";

constexpr std::string_view kCSINode = R"({
  "apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": {"name": "node-1"},
  "spec": {"drivers": [{"name": "ebs.csi.aws.com", "nodeID": "i-1", "topologyKeys": ["zone"],
                        "allocatable": {"count": 25}}]}
})";

constexpr std::string_view kVolumeAttachment = R"({
  "apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": {"name": "csi-1"},
  "spec": {"attacher": "ebs.csi.aws.com", "source": {"persistentVolumeName": "pv-1"},
           "nodeName": "node-1"},
  "status": {"attached": false}
})";

constexpr std::string_view kResourceClaim = R"({
  "apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "gpu"},
  "spec": {"devices": {
    "requests": [
      {"name": "one", "exactly": {
        "deviceClassName": "gpu", "selectors": [{"cel": {"expression": "true"}}],
        "allocationMode": "ExactCount", "count": 1, "adminAccess": false,
        "tolerations": [{"key": "k", "operator": "Equal", "value": "v", "effect": "NoSchedule",
                         "tolerationSeconds": 1}],
        "capacity": {"requests": {"memory": "1Gi"}}}},
      {"name": "any", "firstAvailable": [{"name": "big", "deviceClassName": "gpu",
                                          "allocationMode": "All"}]}],
    "constraints": [{"requests": ["one"], "matchAttribute": "a.example/b"},
                    {"distinctAttribute": "a.example/c"}]}},
  "status": {
    "allocation": {
      "devices": {"results": [{"request": "any/big", "driver": "d", "pool": "p", "device": "gpu-0",
                               "adminAccess": true, "shareID": "s",
                               "consumedCapacity": {"memory": "1Gi"}}]},
      "nodeSelector": {"nodeSelectorTerms": []}},
    "reservedFor": [{"apiGroup": "g", "resource": "pods", "name": "web-1", "uid": "u"}]}
})";

constexpr std::string_view kResourceClaimTemplate = R"({
  "apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": {"name": "gpu"},
  "spec": {"metadata": {"labels": {"a": "b"}}, "spec": {"devices": {
    "requests": [{"name": "one", "exactly": {"deviceClassName": "gpu"}}]}}}
})";

constexpr std::string_view kDeviceClass = R"({
  "apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": "gpu"},
  "spec": {"selectors": [{"cel": {"expression": "true"}}],
           "extendedResourceName": "gpu.example/one"}
})";

constexpr std::string_view kResourceSlice = R"({
  "apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": "slice"},
  "spec": {
    "driver": "d", "pool": {"name": "p", "generation": 0, "resourceSliceCount": 1},
    "nodeName": "node-1", "nodeSelector": {"nodeSelectorTerms": []}, "allNodes": false,
    "devices": [{
      "name": "gpu-0",
      "attributes": {"a": {"int": 1}, "b": {"bool": false}, "c": {"string": "s"},
                     "d": {"version": "1.0.0"}},
      "capacity": {"memory": {"value": "40Gi", "requestPolicy": {
        "default": "1Gi", "validValues": ["1Gi"],
        "validRange": {"min": "1Gi", "max": "8Gi", "step": "1Gi"}}}},
      "consumesCounters": [{"counterSet": "set", "counters": {"slots": {"value": "1"}}}],
      "nodeName": "node-1", "nodeSelector": {"nodeSelectorTerms": []}, "allNodes": true,
      "taints": [{"key": "k", "value": "v", "effect": "NoSchedule",
                  "timeAdded": "2026-01-02T03:04:05Z"}],
      "allowMultipleAllocations": true}],
    "perDeviceNodeSelection": false,
    "sharedCounters": [{"name": "set", "counters": {"slots": {"value": "7"}}}]}
})";

constexpr std::string_view kNodeOverlay = R"({
  "apiVersion": "karpenter.sh/v1alpha1", "kind": "NodeOverlay", "metadata": {"name": "discount"},
  "spec": {"requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}],
           "priceAdjustment": "-12.5%", "price": "0.34",
           "capacity": {"demo.example/licence": "4"}, "weight": 50},
  "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "message": ""}]}
})";

constexpr std::string_view kCapacityBuffer = R"({
  "apiVersion": "autoscaling.x-k8s.io/v1beta1", "kind": "CapacityBuffer",
  "metadata": {"name": "by-template", "namespace": "shop"},
  "spec": {"provisioningStrategy": "buffer.x-k8s.io/active-capacity",
           "podTemplateRef": {"name": "slot"},
           "scalableRef": {"apiGroup": "", "kind": "Deployment", "name": "web"},
           "replicas": 0, "percentage": 25, "limits": {}},
  "status": {"podTemplateRef": {"name": "slot"}, "podTemplateGeneration": 1, "replicas": 8,
             "provisioningStrategy": "buffer.x-k8s.io/active-capacity",
             "conditions": [{"type": "Provisioning", "status": "True", "reason": "r",
                             "message": ""}]}
})";

constexpr std::string_view kKWOKNodeClass = R"({
  "apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass",
  "metadata": {"name": "default"}, "spec": {"nodeRegistrationDelay": "45s"},
  "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "message": ""}]}
})";

const std::vector<std::string_view> kExamples = {kPod,
                                                 kNode,
                                                 kNamespace,
                                                 kEvent,
                                                 kLease,
                                                 kDeployment,
                                                 kReplicaSet,
                                                 kDaemonSet,
                                                 kPodDisruptionBudget,
                                                 kNodePool,
                                                 kNodeClaim,
                                                 kEC2NodeClass,
                                                 kStatefulSet,
                                                 kJob,
                                                 kPodTemplate,
                                                 kPriorityClass,
                                                 kPersistentVolume,
                                                 kPersistentVolumeClaim,
                                                 kStorageClass,
                                                 kCSINode,
                                                 kVolumeAttachment,
                                                 kResourceClaim,
                                                 kResourceClaimTemplate,
                                                 kDeviceClass,
                                                 kResourceSlice,
                                                 kNodeOverlay,
                                                 kCapacityBuffer,
                                                 kKWOKNodeClass};

const KindInfo& kind_in(const base::Json& value) {
  const KindInfo* found =
      find_kind(base::string_at(value, {"apiVersion"}), base::string_at(value, {"kind"}));
  base::check(found != nullptr, "the example is of a kind that is known");
  return *found;
}

TEST(Kinds, every_kind_reads_and_writes_all_its_fields_in_order) {
  std::set<Kind> seen;
  for (std::string_view text : kExamples) {
    base::Json value = base::parse_json(text).value();
    const KindInfo& kind = kind_in(value);
    seen.insert(kind.kind);
    std::vector<std::string> unknown;
    base::Result<Object> object = read_object(kind.kind, value, &unknown);
    ASSERT_TRUE(object) << kind.name << ": " << object.error().message;
    EXPECT_EQ(unknown, std::vector<std::string>()) << kind.name;
    EXPECT_EQ(base::print_json_pretty(to_json(*object)), base::print_json_pretty(value));
  }
  EXPECT_EQ(seen.size(), kinds().size()) << "an example of every kind";
}

// The names that appear anywhere below a value, to see that an example leaves no field out.
void collect_names(const base::Json& value, std::set<std::string>& names) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      names.insert(std::string(member.key()));
      collect_names(member.value(), names);
    }
  } else if (const auto* array = value.if_array()) {
    for (const base::Json& element : *array)
      collect_names(element, names);
  }
}

void expect_fields(const base::Type& type, const std::set<std::string>& names) {
  if (type.element != nullptr) return expect_fields(type.element(), names);
  for (const base::Field& field : type.fields) {
    EXPECT_TRUE(names.contains(std::string(field.name))) << type.name << ": " << field.name;
    expect_fields(field.type(), names);
  }
}

TEST(Kinds, the_examples_leave_no_field_out) {
  std::set<std::string> names;
  for (std::string_view text : kExamples)
    collect_names(base::parse_json(text).value(), names);
  for (const KindInfo& kind : kinds())
    expect_fields(kind.type(), names);
}

TEST(Kinds, are_listed_in_the_order_of_the_enumeration) {
  for (std::size_t index = 0; index < kinds().size(); ++index) {
    EXPECT_EQ(kinds()[index].kind, static_cast<Kind>(index));
    EXPECT_EQ(&info(static_cast<Kind>(index)), &kinds()[index]);
  }
  EXPECT_EQ(info(Kind::EC2NodeClass).kind, kind_of<EC2NodeClass>());
  EXPECT_EQ(info(Kind::KWOKNodeClass).kind, kind_of<KWOKNodeClass>());
}

TEST(Kinds, API_001_002_005_names_of_the_resources) {
  const KindInfo& node_pool = info(Kind::NodePool);
  EXPECT_EQ(node_pool.api_version(), "karpenter.sh/v1");
  EXPECT_EQ(node_pool.plural, "nodepools");
  EXPECT_TRUE(node_pool.short_names.empty());
  EXPECT_EQ(node_pool.categories, std::vector<std::string_view>{"karpenter"});
  EXPECT_FALSE(node_pool.namespaced);
  EXPECT_TRUE(node_pool.has_status);
  EXPECT_EQ(info(Kind::NodeClaim).plural, "nodeclaims");
  EXPECT_EQ(info(Kind::EC2NodeClass).api_version(), "karpenter.k8s.aws/v1");
  EXPECT_EQ(info(Kind::EC2NodeClass).short_names,
            (std::vector<std::string_view>{"ec2nc", "ec2ncs"}));
  EXPECT_EQ(info(Kind::Pod).api_version(), "v1");
  EXPECT_EQ(find_kind("karpenter.sh/v1beta1", "NodePool"), nullptr);
  EXPECT_EQ(find_kind("v1", "ConfigMap"), nullptr);
}

TEST(Kinds, API_003_004_006_names_of_the_resources) {
  const KindInfo* overlay = find_kind("karpenter.sh/v1alpha1", "NodeOverlay");
  ASSERT_NE(overlay, nullptr);
  EXPECT_EQ(overlay->plural, "nodeoverlays");
  EXPECT_EQ(overlay->short_names, std::vector<std::string_view>{"overlays"});
  EXPECT_FALSE(overlay->namespaced);
  const KindInfo* buffer = find_kind("autoscaling.x-k8s.io/v1beta1", "CapacityBuffer");
  ASSERT_NE(buffer, nullptr);
  EXPECT_TRUE(buffer->namespaced);
  EXPECT_EQ(buffer->short_names, std::vector<std::string_view>{"cb"});
  EXPECT_EQ(buffer->categories, std::vector<std::string_view>{"autoscaling"});
  const KindInfo* kwok = find_kind("karpenter.kwok.sh/v1alpha1", "KWOKNodeClass");
  ASSERT_NE(kwok, nullptr);
  EXPECT_EQ(kwok->plural, "kwoknodeclasses");
  EXPECT_EQ(kwok->short_names, (std::vector<std::string_view>{"kwoknc", "kwokncs"}));
  for (const KindInfo* kind : {overlay, buffer, kwok})
    EXPECT_TRUE(kind->has_status) << kind->name;
}

std::string column_names(Kind kind, bool wide) {
  std::string names;
  for (const PrinterColumn& column : info(kind).columns) {
    if (wide || !column.wide) names += std::string(column.name) + " ";
  }
  return names;
}

TEST(Kinds, API_008_printer_columns) {
  EXPECT_EQ(column_names(Kind::NodePool, false), "NodeClass Nodes Ready Age ");
  EXPECT_EQ(column_names(Kind::NodePool, true), "NodeClass Nodes Ready Age Weight CPU Memory ");
  EXPECT_EQ(column_names(Kind::NodeClaim, false), "Type Capacity Zone Node Ready Age ");
  EXPECT_EQ(column_names(Kind::NodeClaim, true),
            "Type Capacity Zone Node Ready Age ImageID ID NodePool NodeClass Drifted ");
  EXPECT_EQ(column_names(Kind::EC2NodeClass, true), "Ready Age Role ");
  EXPECT_EQ(column_names(Kind::Pod, true), "");
  EXPECT_EQ(column_names(Kind::NodeOverlay, false), "Ready Age ");
  EXPECT_EQ(column_names(Kind::NodeOverlay, true), "Ready Age Weight ");
  EXPECT_EQ(column_names(Kind::CapacityBuffer, false),
            "Strategy PodTemplate Replicas ConditionsType ConditionsStatus ConditionsReason Age ");
  EXPECT_EQ(column_names(Kind::KWOKNodeClass, true), "");
}

TEST(Kinds, ordinary_manifests_have_no_unknown_field) {
  base::Json manifest = base::parse_json(R"({
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "managedFields": [{"manager": "kubectl"}]},
    "spec": {"minReadySeconds": 5, "selector": {}, "template": {"metadata": {}, "spec": {
      "serviceAccountName": "web", "securityContext": {"runAsNonRoot": true},
      "volumes": [{"name": "a", "configMap": {"name": "c"}}, {"name": "b", "emptyDir": {}}],
      "containers": [{"name": "web", "image": "web", "imagePullPolicy": "Always",
        "env": [{"name": "A", "value": "b"}], "volumeMounts": [{"name": "a", "mountPath": "/a"}],
        "livenessProbe": {"httpGet": {"path": "/"}}, "securityContext": {}}]}}}
  })")
                            .value();
  std::vector<std::string> unknown;
  ASSERT_TRUE(read_object(Kind::Deployment, manifest, &unknown));
  EXPECT_EQ(unknown, std::vector<std::string>());
}

TEST(Kinds, unknown_fields_are_named_by_their_path) {
  base::Json manifest = base::parse_json(R"({
    "apiVersion": "v1", "kind": "Pod", "specs": {},
    "metadata": {"name": "web", "kind": "x"},
    "spec": {"containers": [{"name": "a"}, {"name": "b", "imagePullPolice": "Always",
                             "resources": {"request": {"cpu": "1"}}}]}
  })")
                            .value();
  std::vector<std::string> unknown;
  ASSERT_TRUE(read_object(Kind::Pod, manifest, &unknown));
  EXPECT_EQ(unknown,
            (std::vector<std::string>{"metadata.kind", "spec.containers[1].resources.request",
                                      "spec.containers[1].imagePullPolice", "specs"}));
}

TEST(Kinds, items_of_lists_may_lack_their_kind_but_not_have_another) {
  EXPECT_TRUE(read_object(Kind::Pod, base::parse_json(R"({"metadata": {"name": "a"}})").value()));
  base::Result<Object> wrong =
      read_object(Kind::Pod, base::parse_json(R"({"apiVersion": "v1", "kind": "Node"})").value());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "kind: expected \"Pod\", found \"Node\"");
  base::Result<Object> old = read_object(
      Kind::NodePool,
      base::parse_json(R"({"apiVersion": "karpenter.sh/v1beta1", "kind": "NodePool"})").value());
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().message,
            "apiVersion: expected \"karpenter.sh/v1\", found \"karpenter.sh/v1beta1\"");
}

TEST(Kinds, API_013_errors_name_the_field) {
  base::Result<Object> bad = read_object(
      Kind::NodePool,
      base::parse_json(R"({"spec": {"template": {"spec": {"expireAfter": 3}}}})").value());
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "spec.template.spec.expireAfter: expected a duration or Never in quotes, found the "
            "number 3");
}

TEST(Object, knows_its_kind_and_is_shared) {
  NodeClaim claim;
  claim.metadata.name = "m5.large-abcde";
  Object object(claim);
  EXPECT_EQ(object.kind(), Kind::NodeClaim);
  EXPECT_TRUE(object.is<NodeClaim>());
  EXPECT_FALSE(object.is<Node>());
  EXPECT_EQ(object.as<NodeClaim>().metadata.name, "m5.large-abcde");
  Object copy = object;
  EXPECT_EQ(copy.address(), object.address());
  EXPECT_EQ(Object(object.share<NodeClaim>()).address(), object.address());
  EXPECT_EQ(Object(std::make_shared<NodeClaim>()).kind(), Kind::NodeClaim);
  EXPECT_FALSE(Object());
  EXPECT_FALSE(Object().is<Pod>());
}

TEST(Reference, names_an_object) {
  Pod pod;
  pod.metadata.name = "web-1";
  pod.metadata.namespace_ = "default";
  Reference reference = reference_to(Object(pod));
  EXPECT_EQ(reference, (Reference{Kind::Pod, "default", "web-1"}));
  EXPECT_EQ(to_string(reference), "default/web-1");
  EXPECT_EQ(to_string(Reference{Kind::Node, "", "node-1"}), "node-1");
}

}  // namespace
}  // namespace model
