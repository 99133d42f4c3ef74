// What the schemas of the real API fill in where the user wrote nothing (api.md API-041, API-045 to
// API-049, API-053, API-107, API-156, API-194, API-256). Only absent fields are filled: an explicit empty list of
// budgets stays (API-078).
#pragma once

#include "model/capacity_buffer.h"
#include "model/kwok_node_class.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_pool.h"

namespace model {

void fill_in_defaults(NodePool& node_pool);
void fill_in_defaults(NodeClaim& node_claim);
void fill_in_defaults(EC2NodeClass& node_class);
void fill_in_defaults(CapacityBuffer& buffer);
void fill_in_defaults(KWOKNodeClass& node_class);

}  // namespace model
