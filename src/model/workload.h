// The kinds that make pods: Deployment, ReplicaSet, DaemonSet; and PodTemplate, which only says how.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"

namespace model {

struct RollingUpdate {
  std::optional<IntOrString> maxUnavailable;
  std::optional<IntOrString> maxSurge;
};
DESCRIBED(RollingUpdate);

struct UpdateStrategy {
  std::string type;  // RollingUpdate, Recreate, OnDelete
  std::optional<RollingUpdate> rollingUpdate;
};
DESCRIBED(UpdateStrategy);

struct DeploymentSpec {
  std::optional<std::int32_t> replicas;
  LabelSelector selector;
  PodTemplateSpec template_;
  UpdateStrategy strategy;
  std::optional<std::int32_t> revisionHistoryLimit;
  std::optional<std::int32_t> progressDeadlineSeconds;
  bool paused = false;
};
DESCRIBED(DeploymentSpec);

struct DeploymentStatus {
  std::int64_t observedGeneration = 0;
  std::int32_t replicas = 0;
  std::int32_t updatedReplicas = 0;
  std::int32_t readyReplicas = 0;
  std::int32_t availableReplicas = 0;
  std::int32_t unavailableReplicas = 0;
  std::vector<Condition> conditions;
};
DESCRIBED(DeploymentStatus);

struct Deployment {
  ObjectMeta metadata;
  DeploymentSpec spec;
  DeploymentStatus status;
};
DESCRIBED(Deployment);

struct ReplicaSetSpec {
  std::optional<std::int32_t> replicas;
  LabelSelector selector;
  PodTemplateSpec template_;
};
DESCRIBED(ReplicaSetSpec);

struct ReplicaSetStatus {
  std::int32_t replicas = 0;
  std::int32_t fullyLabeledReplicas = 0;
  std::int32_t readyReplicas = 0;
  std::int32_t availableReplicas = 0;
  std::int64_t observedGeneration = 0;
};
DESCRIBED(ReplicaSetStatus);

struct ReplicaSet {
  ObjectMeta metadata;
  ReplicaSetSpec spec;
  ReplicaSetStatus status;
};
DESCRIBED(ReplicaSet);

struct DaemonSetSpec {
  LabelSelector selector;
  PodTemplateSpec template_;
  UpdateStrategy updateStrategy;
};
DESCRIBED(DaemonSetSpec);

struct DaemonSetStatus {
  std::int32_t currentNumberScheduled = 0;
  std::int32_t numberMisscheduled = 0;
  std::int32_t desiredNumberScheduled = 0;
  std::int32_t numberReady = 0;
  std::int32_t updatedNumberScheduled = 0;
  std::int32_t numberAvailable = 0;
  std::int64_t observedGeneration = 0;
};
DESCRIBED(DaemonSetStatus);

struct DaemonSet {
  ObjectMeta metadata;
  DaemonSetSpec spec;
  DaemonSetStatus status;
};
DESCRIBED(DaemonSet);

struct PodTemplate {
  ObjectMeta metadata;
  PodTemplateSpec template_;
};
DESCRIBED(PodTemplate);

}  // namespace model
