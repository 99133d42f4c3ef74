#include "model/workload.h"

namespace model {
namespace {

constexpr std::string_view kDeploymentSpecNotKept[] = {"minReadySeconds"};
constexpr std::string_view kDeploymentStatusNotKept[] = {"collisionCount", "terminatingReplicas"};
constexpr std::string_view kReplicaSetSpecNotKept[] = {"minReadySeconds"};
constexpr std::string_view kReplicaSetStatusNotKept[] = {"conditions", "terminatingReplicas"};
constexpr std::string_view kDaemonSetSpecNotKept[] = {"minReadySeconds", "revisionHistoryLimit"};
constexpr std::string_view kDaemonSetStatusNotKept[] = {"collisionCount", "conditions",
                                                        "numberUnavailable"};

}  // namespace

FIELDS(RollingUpdate, maxUnavailable, maxSurge);
FIELDS(UpdateStrategy, type, rollingUpdate);

FIELDS_WITH(DeploymentSpec,
            .always({"selector", "template", "strategy"}).not_keeping(kDeploymentSpecNotKept),
            replicas, selector, template_, strategy, revisionHistoryLimit, paused,
            progressDeadlineSeconds);
FIELDS_WITH(DeploymentStatus, .not_keeping(kDeploymentStatusNotKept), observedGeneration, replicas,
            updatedReplicas, readyReplicas, availableReplicas, unavailableReplicas, conditions);
FIELDS(Deployment, metadata, spec, status);

FIELDS_WITH(ReplicaSetSpec, .always({"selector"}).not_keeping(kReplicaSetSpecNotKept), replicas,
            selector, template_);
FIELDS_WITH(ReplicaSetStatus, .always({"replicas"}).not_keeping(kReplicaSetStatusNotKept), replicas,
            fullyLabeledReplicas, readyReplicas, availableReplicas, observedGeneration);
FIELDS(ReplicaSet, metadata, spec, status);

FIELDS_WITH(DaemonSetSpec, .always({"selector", "template"}).not_keeping(kDaemonSetSpecNotKept),
            selector, template_, updateStrategy);
FIELDS_WITH(DaemonSetStatus,
            .always({"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
                     "numberReady"})
                .not_keeping(kDaemonSetStatusNotKept),
            currentNumberScheduled, numberMisscheduled, desiredNumberScheduled, numberReady,
            observedGeneration, updatedNumberScheduled, numberAvailable);
FIELDS(DaemonSet, metadata, spec, status);

FIELDS_WITH(PodTemplate, .always({"template"}), metadata, template_);

}  // namespace model
