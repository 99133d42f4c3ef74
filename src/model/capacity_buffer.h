// CapacityBuffer autoscaling.x-k8s.io/v1beta1 (api.md section 8): room that is kept free for pods
// that do not exist yet. The kind is shared with other autoscalers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/scalars.h"

namespace model {

inline constexpr std::string_view kActiveCapacityStrategy = "buffer.x-k8s.io/active-capacity";

struct LocalObjectReference {
  std::string name;

  bool operator==(const LocalObjectReference&) const = default;
};
DESCRIBED(LocalObjectReference);

struct ScalableReference {
  base::Given<std::string> apiGroup;  // empty means apps
  std::string kind;                   // Deployment, StatefulSet, ReplicaSet
  std::string name;
};
DESCRIBED(ScalableReference);

struct CapacityBufferSpec {
  std::optional<std::string> provisioningStrategy;
  std::optional<LocalObjectReference> podTemplateRef;
  std::optional<ScalableReference> scalableRef;
  std::optional<std::int32_t> replicas;
  std::optional<std::int32_t> percentage;
  base::Given<ResourceList> limits;
};
DESCRIBED(CapacityBufferSpec);

struct CapacityBufferStatus {
  std::optional<LocalObjectReference> podTemplateRef;
  std::optional<std::int64_t> podTemplateGeneration;
  std::optional<std::int32_t> replicas;
  std::optional<std::string> provisioningStrategy;
  std::vector<Condition> conditions;  // ReadyForProvisioning, Provisioning
};
DESCRIBED(CapacityBufferStatus);

struct CapacityBuffer {
  ObjectMeta metadata;
  CapacityBufferSpec spec;
  CapacityBufferStatus status;
};
DESCRIBED(CapacityBuffer);

}  // namespace model
