// StatefulSet apps/v1: pods that keep their names and their volumes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"
#include "model/volume.h"

namespace model {

struct RollingUpdateStatefulSetStrategy {
  std::optional<std::int32_t> partition;
  std::optional<IntOrString> maxUnavailable;
};
DESCRIBED(RollingUpdateStatefulSetStrategy);

struct StatefulSetUpdateStrategy {
  std::string type;  // RollingUpdate (default), OnDelete
  std::optional<RollingUpdateStatefulSetStrategy> rollingUpdate;
};
DESCRIBED(StatefulSetUpdateStrategy);

struct StatefulSetRetentionPolicy {
  std::string whenDeleted;  // Retain (default), Delete
  std::string whenScaled;
};
DESCRIBED(StatefulSetRetentionPolicy);

struct StatefulSetOrdinals {
  std::int32_t start = 0;
};
DESCRIBED(StatefulSetOrdinals);

struct StatefulSetSpec {
  std::optional<std::int32_t> replicas;
  LabelSelector selector;
  PodTemplateSpec template_;
  std::vector<PersistentVolumeClaim> volumeClaimTemplates;
  std::string serviceName;
  std::string podManagementPolicy;  // OrderedReady (default), Parallel
  StatefulSetUpdateStrategy updateStrategy;
  std::optional<std::int32_t> revisionHistoryLimit;
  std::int32_t minReadySeconds = 0;
  std::optional<StatefulSetRetentionPolicy> persistentVolumeClaimRetentionPolicy;
  std::optional<StatefulSetOrdinals> ordinals;
};
DESCRIBED(StatefulSetSpec);

struct StatefulSetStatus {
  std::int64_t observedGeneration = 0;
  std::int32_t replicas = 0;
  std::int32_t readyReplicas = 0;
  std::int32_t currentReplicas = 0;
  std::int32_t updatedReplicas = 0;
  std::int32_t availableReplicas = 0;
  std::string currentRevision;
  std::string updateRevision;
  std::vector<Condition> conditions;
};
DESCRIBED(StatefulSetStatus);

struct StatefulSet {
  ObjectMeta metadata;
  StatefulSetSpec spec;
  StatefulSetStatus status;
};
DESCRIBED(StatefulSet);

}  // namespace model
