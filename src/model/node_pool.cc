#include "model/node_pool.h"

namespace model {

FIELDS_WITH(NodeClassReference, .always({"group", "kind", "name"}), group, kind, name);
FIELDS_WITH(NodeRequirement, .always({"key", "operator"}), key, operator_, values, minValues);

FIELDS(TemplateMetadata, labels, annotations);
FIELDS_WITH(NodeClaimTemplateSpec, .always({"requirements", "nodeClassRef"}), taints, startupTaints,
            requirements, nodeClassRef, terminationGracePeriod, expireAfter);
FIELDS_WITH(NodeClaimTemplate, .always({"spec"}), metadata, spec);

FIELDS_WITH(Budget, .always({"nodes"}), reasons, nodes, schedule, duration);
FIELDS(Disruption, consolidateAfter, consolidationPolicy, budgets);
FIELDS_WITH(NodePoolSpec, .always({"template"}), template_, disruption, limits, weight, replicas);
FIELDS(NodePoolStatus, resources, nodes, nodeClassObservedGeneration, conditions);
FIELDS(NodePool, metadata, spec, status);

}  // namespace model
