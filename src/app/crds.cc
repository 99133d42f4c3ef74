#include "app/crds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/cli.h"
#include "base/yaml.h"
#include "model/crd.h"

namespace app {

std::vector<CrdFile> crd_files() {
  std::vector<CrdFile> files;
  for (model::Kind kind : model::kinds_with_crds()) {
    const model::KindInfo& info = model::info(kind);
    files.push_back({fmt::format("{}_{}.yaml", info.group, info.plural),
                     "---\n" + base::write_yaml(model::crd_of(kind))});
  }
  std::ranges::sort(files, {}, &CrdFile::name);
  return files;
}

int write_crds(const std::string& folder) {
  std::error_code failure;
  if (!folder.empty()) std::filesystem::create_directories(folder, failure);
  for (const CrdFile& file : crd_files()) {
    if (folder.empty()) {
      fmt::print("{}", file.text);
      continue;
    }
    std::filesystem::path path = std::filesystem::path(folder) / file.name;
    if (!(std::ofstream(path) << file.text).flush()) {
      fmt::print(stderr, "joiner: cannot write {}\n", path.string());
      return kExitBadInput;
    }
  }
  return kExitDone;
}

}  // namespace app
