// What the API fills into Kubernetes' own kinds where the user wrote nothing. On the wire form, so
// that everything else stays as it was written.
#pragma once

#include <cstdint>

#include "base/json.h"

namespace sim {

// A member that is not there gets the value.
void set_default(boost::json::object& members, std::string_view name, base::Json value);

// Requires for all: the value is an object. Members of another shape than they should have are left
// to the typed reader.
void default_pod_spec(base::Json& spec);  // of pods and of templates alike
void default_pod(base::Json& pod, std::int32_t priority);
void default_deployment(base::Json& deployment);
void default_replica_set(base::Json& set);
void default_daemon_set(base::Json& set);
void default_stateful_set(base::Json& set);
// The labels by which its pods are known are made of its uid and name.
void default_job(base::Json& job);
void default_namespace(base::Json& name_space);

// Guaranteed, Burstable or BestEffort.
std::string qos_class(const base::Json& pod_spec);

}  // namespace sim
