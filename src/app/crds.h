// `joiner crds`: the CustomResourceDefinitions that a cluster needs before Joiner runs in it.
#pragma once

#include <string>

namespace app {

// The YAML of deploy/crds/<name>, for each kind a document, in the order of their names.
std::string crds_as_yaml();

int print_crds();

}  // namespace app
