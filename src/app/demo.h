// `joiner demo`: the embedded cluster and the controller in one process.
#pragma once

#include <cstdint>
#include <string>

namespace app {

struct DemoOptions {
  std::string walk;           // "", "000" to "003", "all"
  std::string scene = "003";  // the nodes to begin with, without a walk
  std::string apply;          // a file of manifests
  std::string region = "us-east-1";
  std::string speed;  // "", "1", "60", "max"
  std::uint64_t seed = 1;
  int port = 0;  // any
  std::string kubeconfig;
  std::string journal;
  std::string log;  // "-" for standard error
  std::string feature_gates;
  std::string output = "text";
};

// Returns the exit code.
int run_demo(const DemoOptions& options);

}  // namespace app
