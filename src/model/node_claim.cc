#include "model/node_claim.h"

namespace model {

FIELDS(NodeClaimResources, requests);
FIELDS_WITH(NodeClaimSpec, .always({"requirements", "nodeClassRef"}), taints, startupTaints,
            requirements, resources, nodeClassRef, terminationGracePeriod, expireAfter);
FIELDS(NodeClaimStatus, nodeName, providerID, imageID, capacity, allocatable, conditions,
       lastPodEventTime);
FIELDS(NodeClaim, metadata, spec, status);

}  // namespace model
