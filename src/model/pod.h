// Pod: all of the spec that decides where it may run, and the status that tells how it fares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/scalars.h"

namespace model {

struct ResourceRequirements {
  ResourceList limits;
  ResourceList requests;
  std::vector<base::Json> claims;

  bool operator==(const ResourceRequirements&) const = default;
};
DESCRIBED(ResourceRequirements);

struct ContainerPort {
  std::string name;
  std::int32_t containerPort = 0;
  std::int32_t hostPort = 0;
  std::string hostIP;
  std::string protocol;

  bool operator==(const ContainerPort&) const = default;
};
DESCRIBED(ContainerPort);

struct Container {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::vector<ContainerPort> ports;
  ResourceRequirements resources;
  std::optional<std::string> restartPolicy;  // Always makes an init container a sidecar

  bool operator==(const Container&) const = default;
};
DESCRIBED(Container);

struct Toleration {
  std::string key;
  std::string operator_;  // Equal (default), Exists, Lt, Gt
  std::string value;
  std::string effect;
  std::optional<std::int64_t> tolerationSeconds;

  bool operator==(const Toleration&) const = default;
};
DESCRIBED(Toleration);

struct NodeSelectorRequirement {
  std::string key;
  std::string operator_;  // In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte
  std::vector<std::string> values;

  bool operator==(const NodeSelectorRequirement&) const = default;
};
DESCRIBED(NodeSelectorRequirement);

struct NodeSelectorTerm {
  std::vector<NodeSelectorRequirement> matchExpressions;
  std::vector<NodeSelectorRequirement> matchFields;

  bool operator==(const NodeSelectorTerm&) const = default;
};
DESCRIBED(NodeSelectorTerm);

struct NodeSelector {
  std::vector<NodeSelectorTerm> nodeSelectorTerms;

  bool operator==(const NodeSelector&) const = default;
};
DESCRIBED(NodeSelector);

struct PreferredSchedulingTerm {
  std::int32_t weight = 0;
  NodeSelectorTerm preference;

  bool operator==(const PreferredSchedulingTerm&) const = default;
};
DESCRIBED(PreferredSchedulingTerm);

struct NodeAffinity {
  std::optional<NodeSelector> requiredDuringSchedulingIgnoredDuringExecution;
  std::vector<PreferredSchedulingTerm> preferredDuringSchedulingIgnoredDuringExecution;

  bool operator==(const NodeAffinity&) const = default;
};
DESCRIBED(NodeAffinity);

struct PodAffinityTerm {
  std::optional<LabelSelector> labelSelector;
  std::vector<std::string> namespaces;
  std::optional<LabelSelector> namespaceSelector;
  std::string topologyKey;
  std::vector<std::string> matchLabelKeys;
  std::vector<std::string> mismatchLabelKeys;

  bool operator==(const PodAffinityTerm&) const = default;
};
DESCRIBED(PodAffinityTerm);

struct WeightedPodAffinityTerm {
  std::int32_t weight = 0;
  PodAffinityTerm podAffinityTerm;

  bool operator==(const WeightedPodAffinityTerm&) const = default;
};
DESCRIBED(WeightedPodAffinityTerm);

// podAffinity and podAntiAffinity have the same shape.
struct PodAffinity {
  std::vector<PodAffinityTerm> requiredDuringSchedulingIgnoredDuringExecution;
  std::vector<WeightedPodAffinityTerm> preferredDuringSchedulingIgnoredDuringExecution;

  bool operator==(const PodAffinity&) const = default;
};
DESCRIBED(PodAffinity);

struct Affinity {
  std::optional<NodeAffinity> nodeAffinity;
  std::optional<PodAffinity> podAffinity;
  std::optional<PodAffinity> podAntiAffinity;

  bool operator==(const Affinity&) const = default;
};
DESCRIBED(Affinity);

struct TopologySpreadConstraint {
  std::int32_t maxSkew = 0;
  std::string topologyKey;
  std::string whenUnsatisfiable;  // DoNotSchedule, ScheduleAnyway
  std::optional<LabelSelector> labelSelector;
  std::optional<std::int32_t> minDomains;
  std::optional<std::string> nodeAffinityPolicy;  // Honor (default), Ignore
  std::optional<std::string> nodeTaintsPolicy;    // Ignore (default), Honor
  std::vector<std::string> matchLabelKeys;

  bool operator==(const TopologySpreadConstraint&) const = default;
};
DESCRIBED(TopologySpreadConstraint);

struct PersistentVolumeClaimVolumeSource {
  std::string claimName;
  std::optional<bool> readOnly;

  bool operator==(const PersistentVolumeClaimVolumeSource&) const = default;
};
DESCRIBED(PersistentVolumeClaimVolumeSource);

// Volume kinds that scheduling does not read keep their spec nowhere: only the name stays.
struct Volume {
  std::string name;
  std::optional<PersistentVolumeClaimVolumeSource> persistentVolumeClaim;
  std::optional<base::Json> ephemeral;

  bool operator==(const Volume&) const = default;
};
DESCRIBED(Volume);

struct PodSchedulingGate {
  std::string name;

  bool operator==(const PodSchedulingGate&) const = default;
};
DESCRIBED(PodSchedulingGate);

struct PodSpec {
  std::vector<Volume> volumes;
  std::vector<Container> initContainers;
  std::vector<Container> containers;
  std::string restartPolicy;
  std::optional<std::int64_t> terminationGracePeriodSeconds;
  Labels nodeSelector;
  std::string nodeName;
  std::optional<bool> hostNetwork;
  std::optional<Affinity> affinity;
  std::string schedulerName;
  std::vector<Toleration> tolerations;
  std::string priorityClassName;
  std::optional<std::int32_t> priority;
  std::vector<TopologySpreadConstraint> topologySpreadConstraints;
  ResourceList overhead;
  std::optional<ResourceRequirements> resources;  // pod-level
  std::vector<PodSchedulingGate> schedulingGates;
  std::vector<base::Json> resourceClaims;

  bool operator==(const PodSpec&) const = default;
};
DESCRIBED(PodSpec);

struct ContainerStatus {
  std::string name;
  bool ready = false;
  std::int32_t restartCount = 0;
  std::string image;
  std::optional<base::Json> state;
  std::optional<ResourceRequirements> resources;
  ResourceList allocatedResources;
};
DESCRIBED(ContainerStatus);

struct PodStatus {
  std::string phase;  // Pending, Running, Succeeded, Failed, Unknown
  std::vector<Condition> conditions;
  std::string message;
  std::string reason;
  std::string nominatedNodeName;
  std::string hostIP;
  std::string podIP;
  std::optional<base::Time> startTime;
  std::vector<ContainerStatus> containerStatuses;
  std::vector<ContainerStatus> initContainerStatuses;
  std::vector<base::Json> resourceClaimStatuses;  // name, resourceClaimName
};
DESCRIBED(PodStatus);

struct Pod {
  ObjectMeta metadata;
  base::Shared<PodSpec> spec;
  PodStatus status;
};
DESCRIBED(Pod);

// What a workload makes its pods from.
struct PodTemplateSpec {
  ObjectMeta metadata;
  base::Shared<PodSpec> spec;
};
DESCRIBED(PodTemplateSpec);

}  // namespace model
