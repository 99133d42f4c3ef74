// What the program in a container does, as far as its command tells: the simulated cluster runs
// none, but Jobs end and bad containers fail.
//
// Understood are `true`, `false`, `exit N`, `sleep N` (also 5m, 2h, 1d, infinity) and `echo …`, by
// themselves or in `sh -c` joined by `;` and `&&`. Everything else is a program that nobody knows.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "model/pod.h"

namespace sim {

struct Program {
  std::optional<base::Duration> runs;  // nullopt: for ever
  int exit_code = 0;
};

// nullopt if nobody knows it.
std::optional<Program> program_of(const model::Container& container);

}  // namespace sim
