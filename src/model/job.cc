#include "model/job.h"

namespace model {
namespace {

constexpr std::string_view kSpecNotKept[] = {
    "backoffLimitPerIndex", "managedBy", "maxFailedIndexes", "podFailurePolicy", "successPolicy"};
constexpr std::string_view kStatusNotKept[] = {"failedIndexes", "uncountedTerminatedPods"};

}  // namespace

FIELDS_WITH(JobSpec, .always({"template"}).not_keeping(kSpecNotKept), parallelism, completions,
            activeDeadlineSeconds, backoffLimit, selector, manualSelector, template_,
            ttlSecondsAfterFinished, completionMode, suspend, podReplacementPolicy);
FIELDS_WITH(JobStatus, .not_keeping(kStatusNotKept), conditions, startTime, completionTime, active,
            succeeded, failed, terminating, completedIndexes, ready);
FIELDS(Job, metadata, spec, status);

}  // namespace model
