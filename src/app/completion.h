// Completion scripts, made from the commands that the command line really has.
#pragma once

#include <string>
#include <vector>

namespace app {

struct CompletedFlag {
  std::string name;  // "--walk"
  std::string description;
};

struct CompletedCommand {
  std::string name;
  std::string description;
  std::vector<CompletedFlag> flags;
};

// Prints the script for bash, zsh or fish. Requires: one of these.
int print_completion(const std::string& shell, const std::vector<CompletedCommand>& commands);

}  // namespace app
