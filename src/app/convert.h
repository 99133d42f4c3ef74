// `joiner convert`: retired manifests to those of today.
#pragma once

#include <string>
#include <vector>

namespace app {

struct ConvertCommand {
  std::string file;  // a file, a folder, "-" for standard input
  std::string node_role;
  std::string instance_profile;
  bool ignore_defaults = false;
  std::vector<std::string> tags;  // "key=value"
  bool ipv6 = false;
  bool strict = false;
  bool keep_runtime = false;
  std::string output = "yaml";  // or json
};

// Prints the converted objects, warnings and errors on standard error. An object that cannot be
// converted is left out, and the others are printed; the exit code is then 2 (API-357).
int run_convert(const ConvertCommand& command);

}  // namespace app
