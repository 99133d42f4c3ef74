// `joiner crds`: the CustomResourceDefinitions that a cluster needs before Joiner runs in it.
#pragma once

#include <string>
#include <vector>

namespace app {

struct CrdFile {
  std::string name;  // "karpenter.sh_nodepools.yaml"
  std::string text;
};

// What deploy/crds holds: a file for each kind that Joiner brings, in the order of their names.
std::vector<CrdFile> crd_files();

// Prints all of them, or writes each into the folder, which is made if need be. Returns the exit code.
int write_crds(const std::string& folder);

}  // namespace app
