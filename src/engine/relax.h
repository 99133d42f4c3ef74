// Giving up one wish of a pod at a time (scheduling.md section 14).
#pragma once

#include <optional>
#include <string>

#include "model/pod.h"

namespace engine {

// What the last step adds: a toleration of every PreferNoSchedule taint.
model::Toleration toleration_of_preferences();

// Drops the next thing in the order of SCH-147, and says what (SCH-153); nullopt if nothing is left
// to give up. Required node-affinity terms are alternatives: the first is dropped while there is
// another one. `may_tolerate` allows the last step.
std::optional<std::string> relax(model::PodSpec& spec, bool may_tolerate);

}  // namespace engine
