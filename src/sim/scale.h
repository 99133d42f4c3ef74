// The subresource scale: the number of replicas, in one form for every kind that has it.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "sim/resources.h"

namespace sim {

// The autoscaling/v1 Scale of an object. NodePools count nodes (API-009) and have no selector.
base::Json make_scale(const Resource& resource, const base::Json& value);

// The object with the replicas that the Scale asks for, and with the resource version and uid that
// it carries as preconditions.
base::Result<base::Json> apply_scale(const Resource& resource, const base::Json& value,
                                     const base::Json& scale);

// A label selector as text: "app=web,tier in (a,b)".
std::string selector_text(const base::Json& selector);

}  // namespace sim
