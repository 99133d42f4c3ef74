// `joiner convert`: retired manifests to those of today.
#pragma once

#include <string>

namespace app {

struct ConvertCommand {
  std::string file;  // "-" for standard input
  std::string node_role;
  std::string instance_profile;
};

// Prints the converted objects as YAML, warnings and errors on standard error. Returns the exit
// code: 2 if an object cannot be converted, and then prints no object.
int run_convert(const ConvertCommand& command);

}  // namespace app
