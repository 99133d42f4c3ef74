// `joiner plan`: which machines a cluster would get for its pending pods, from files, without one.
#pragma once

#include <string>
#include <vector>

#include "app/machine_types.h"

namespace app {

struct PlanCommand {
  std::vector<std::string> files;  // files, folders, "-" for standard input
  MachineTypesOptions types;
  std::string output = "text";  // text, json, yaml
  std::string preference_policy = "Respect";
  std::string min_values_policy = "Strict";
  std::string scheduler_config;  // the document itself, with default spread constraints
  std::string explain;           // a pod; text only
};

// 0 if all pods are placed, 3 if some are not, 2 for bad input, 1 if the plan cannot be written. What
// the plan leaves out is told on standard error.
int run_plan(const PlanCommand& command);

}  // namespace app
