// Arithmetic on resource lists, and what a pod asks for (scheduling.md section 7).
#pragma once

#include <string>
#include <string_view>

#include "model/pod.h"
#include "model/scalars.h"

namespace model {

inline constexpr std::string_view kCpu = "cpu";
inline constexpr std::string_view kMemory = "memory";
inline constexpr std::string_view kEphemeralStorage = "ephemeral-storage";
inline constexpr std::string_view kPods = "pods";
inline constexpr std::string_view kNodes = "nodes";

// The quantity of a resource, zero if it is not listed.
base::Quantity quantity_of(const ResourceList& list, std::string_view resource);

void add(ResourceList& sum, const ResourceList& more);
// Resources that `sum` lacks become negative.
void subtract(ResourceList& sum, const ResourceList& less);
// Per resource the larger of both.
void raise_to(ResourceList& list, const ResourceList& other);

// SCH-076: false if `available` has a negative quantity; otherwise each request is at most what is
// available, and a missing resource is available as 0.
bool fits(const ResourceList& requests, const ResourceList& available);

// What kube-scheduler counts for the pod (SCH-074): containers, sidecars, init containers,
// overhead, pod-level resources, resizes under way; and one of resource `pods`.
ResourceList requests_of(const Pod& pod);

// The same for a pod that does not exist yet: limits stand in for missing requests (SCH-101).
ResourceList requests_of(const PodTemplateSpec& pod_template);

}  // namespace model
