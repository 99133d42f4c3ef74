// Refusals, worded as a Kubernetes API server words them, since that is what kubectl prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/validate.h"
#include "sim/resources.h"

namespace sim {

// `pods "x" not found`
std::unexpected<base::Error> not_found(const Resource& resource, std::string_view name);

// `deployments.apps "x" already exists`
std::unexpected<base::Error> already_exists(const Resource& resource, std::string_view name);

// `Operation cannot be fulfilled on deployments.apps "x": …`
std::unexpected<base::Error> conflict(const Resource& resource, std::string_view name,
                                      std::string_view why);

// `pods "x" is forbidden: …`
std::unexpected<base::Error> forbidden(const Resource& resource, std::string_view name,
                                       std::string_view why);

// `Deployment.apps "x" is invalid: spec.selector: Required value`; several faults are listed in
// brackets. Requires: there is a fault.
std::unexpected<base::Error> invalid_object(const Resource& resource, std::string_view name,
                                            const std::vector<model::Fault>& faults);

// `Deployment in version "v1" cannot be handled as a Deployment: …`
std::unexpected<base::Error> unreadable(const Resource& resource, std::string_view why);

std::unexpected<base::Error> malformed(std::string why);

}  // namespace sim
