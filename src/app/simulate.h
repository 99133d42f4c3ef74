// `joiner simulate`: runs scenarios with many seeds, and tells which invariants held.
#pragma once

#include <string>
#include <vector>

namespace app {

struct SimulateOptions {
  std::vector<std::string> files;
  std::string seeds = "1..100";  // or "7"
  std::string output = "text";
  std::string journal;  // of the only run
  int jobs = 0;         // runs at the same time; 0: one a processor
};

// Returns the exit code: kExitFailed if an invariant was violated.
int run_simulate(const SimulateOptions& options);

}  // namespace app
