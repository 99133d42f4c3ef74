// Job batch/v1: pods that run to an end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"

namespace model {

struct JobSpec {
  std::optional<std::int32_t> parallelism;  // 1 by default
  std::optional<std::int32_t> completions;
  std::optional<std::int64_t> activeDeadlineSeconds;
  std::optional<std::int32_t> backoffLimit;  // 6 by default
  std::optional<LabelSelector> selector;     // made from the uid, unless manualSelector
  std::optional<bool> manualSelector;
  PodTemplateSpec template_;
  std::optional<std::int32_t> ttlSecondsAfterFinished;
  std::optional<std::string> completionMode;  // NonIndexed (default), Indexed
  std::optional<bool> suspend;
  std::optional<std::string> podReplacementPolicy;
};
DESCRIBED(JobSpec);

struct JobStatus {
  std::vector<Condition> conditions;  // Complete, Failed, Suspended
  std::optional<base::Time> startTime;
  std::optional<base::Time> completionTime;
  std::int32_t active = 0;
  std::optional<std::int32_t> terminating;
  std::int32_t succeeded = 0;
  std::int32_t failed = 0;
  std::string completedIndexes;
  std::optional<std::int32_t> ready;
};
DESCRIBED(JobStatus);

struct Job {
  ObjectMeta metadata;
  JobSpec spec;
  JobStatus status;
};
DESCRIBED(Job);

}  // namespace model
