// `joiner controller`: the controller of a real cluster, as one replica among several (lifecycle.md section 10).
#pragma once

#include <string>
#include <vector>

namespace app {

// Runs until it is told to end (SIGTERM, SIGINT: exit code 0) or loses the lease (1). The arguments are the
// flags of options.h.
int run_controller(const std::vector<std::string>& arguments);

}  // namespace app
