// PodDisruptionBudget.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/scalars.h"

namespace model {

struct PodDisruptionBudgetSpec {
  std::optional<IntOrString> minAvailable;
  std::optional<IntOrString> maxUnavailable;
  std::optional<LabelSelector> selector;   // not set: matches no pod
  std::string unhealthyPodEvictionPolicy;  // IfHealthyBudget (default), AlwaysAllow
};
DESCRIBED(PodDisruptionBudgetSpec);

struct PodDisruptionBudgetStatus {
  std::int64_t observedGeneration = 0;
  std::int32_t disruptionsAllowed = 0;
  std::int32_t currentHealthy = 0;
  std::int32_t desiredHealthy = 0;
  std::int32_t expectedPods = 0;
  std::vector<Condition> conditions;
};
DESCRIBED(PodDisruptionBudgetStatus);

struct PodDisruptionBudget {
  ObjectMeta metadata;
  PodDisruptionBudgetSpec spec;
  PodDisruptionBudgetStatus status;
};
DESCRIBED(PodDisruptionBudget);

}  // namespace model
