// PriorityClass scheduling.k8s.io/v1: a name for a priority of pods.
#pragma once

#include <cstdint>
#include <string>

#include "base/describe.h"
#include "model/meta.h"

namespace model {

struct PriorityClass {
  ObjectMeta metadata;
  std::int32_t value = 0;
  bool globalDefault = false;
  std::string description;
  std::string preemptionPolicy;  // PreemptLowerPriority (default), Never
};
DESCRIBED(PriorityClass);

}  // namespace model
