#include "app/crds.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace app {
namespace {

TEST(Crds, the_files_of_deploy_are_those_that_joiner_prints) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/crds")) {
    std::string name = entry.path().filename();
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    std::vector<CrdFile> files = crd_files();
    auto file = std::ranges::find(files, name, &CrdFile::name);
    ASSERT_NE(file, files.end()) << name;
    EXPECT_EQ(text.str(), file->text) << "joiner crds --directory deploy/crds mends " << name;
    ++count;
  }
  EXPECT_EQ(count, crd_files().size());
}

}  // namespace
}  // namespace app
