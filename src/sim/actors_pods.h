// What the controllers that make pods have in common.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/pod.h"
#include "sim/actors_objects.h"
#include "sim/store.h"

namespace sim {

// Neither finished nor being deleted.
bool is_active(const model::Pod& pod);

bool is_ready(const model::Pod& pod);

// When the pod became ready; `otherwise` if it is not.
base::Time ready_since(const model::Pod& pod, base::Time otherwise);

// The controller reference of the object, if it is of that kind; else nullptr.
const model::OwnerReference* controller_of_kind(const model::ObjectMeta& metadata,
                                                std::string_view api_version,
                                                std::string_view kind);

// The pods that the owner controls, by name.
std::vector<std::shared_ptr<const model::Pod>> pods_of(const Store& store,
                                                       const model::ObjectMeta& owner);

// A pod as the template says, controlled by the owner, with a name that the server makes from the
// owner's. Requires: the owner has spec.template.
boost::json::object pod_from_template(const Stored& owner);

}  // namespace sim
