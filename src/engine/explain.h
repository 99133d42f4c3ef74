// Why a pod found no place, in the words of section 16 of scheduling.md. Made from the state at the
// end of the solve, which is the state that the pod's last try saw: a pod's last failure lies
// behind the last placement (SCH-137).
#pragma once

#include <cstddef>
#include <string>

#include "engine/problem.h"
#include "model/reason.h"

namespace engine {

// `placeholder` is the number of the hostname with which the try began. Code::none if the
// pod would find a place now, which can only be when the solve was stopped early.
model::Reason explain(Problem& problem, std::size_t pod, std::size_t placeholder);

// "cpu":"1" and so on, by name (SCH-177).
std::string to_json_text(const model::ResourceList& resources);

}  // namespace engine
