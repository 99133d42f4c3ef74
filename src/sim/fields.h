// Fields that a kind does not have: refused, told or passed over, as the client asked.
//
// What a kind has is what its model describes, and for Kubernetes' own kinds also the fields that
// nothing here acts on; those are accepted with any content. Kinds without a model are not checked.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "model/validate.h"
#include "sim/store.h"

namespace sim {

// Strict validation refuses unknown fields, warn adds to options.warnings. Unknown fields of custom
// resources are dropped, as an API server with their schema does.
base::Result<void> check_fields(const Resource& resource, base::Json& value,
                                const WriteOptions& options);

// A reader's message "spec.weight: expected …" as field and message.
model::Fault fault_of(const base::Error& error);

}  // namespace sim
