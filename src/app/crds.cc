#include "app/crds.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/cli.h"
#include "base/yaml.h"
#include "model/crd.h"

namespace app {

std::string crds_as_yaml() {
  std::string text;
  for (model::Kind kind : model::kinds_with_crds())
    text += "---\n" + base::write_yaml(model::crd_of(kind));
  return text;
}

int print_crds() {
  fmt::print("{}", crds_as_yaml());
  return kExitDone;
}

}  // namespace app
