#include "model/capacity_buffer.h"

namespace model {

FIELDS_WITH(LocalObjectReference, .always({"name"}), name);
FIELDS_WITH(ScalableReference, .always({"kind", "name"}), apiGroup, kind, name);
FIELDS(CapacityBufferSpec, provisioningStrategy, podTemplateRef, scalableRef, replicas, percentage,
       limits);
FIELDS(CapacityBufferStatus, podTemplateRef, podTemplateGeneration, replicas, provisioningStrategy,
       conditions);
FIELDS(CapacityBuffer, metadata, spec, status);

}  // namespace model
