#include "model/pdb.h"

namespace model {
namespace {

constexpr std::string_view kStatusNotKept[] = {"disruptedPods"};

}  // namespace

FIELDS(PodDisruptionBudgetSpec, minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy);
FIELDS_WITH(PodDisruptionBudgetStatus,
            .always({"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
                .not_keeping(kStatusNotKept),
            observedGeneration, disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods,
            conditions);
FIELDS(PodDisruptionBudget, metadata, spec, status);

}  // namespace model
