// The reference solver on every text case: what a person wrote down, the engine and the sequential
// definition agree.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "cases/case_snapshot.h"
#include "judge/reference.h"
#include "properties/judging.h"

namespace properties {
namespace {

std::vector<std::string> case_paths() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/cases")) {
    if (entry.path().extension() == ".case") paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

TEST(Reference, SCH_355_agrees_with_the_engine_on_every_text_case) {
  for (const std::string& path : case_paths()) {
    auto file = support::read_case(path);
    ASSERT_TRUE(file) << path << ": " << file.error().message;
    auto snapshot = cases::snapshot_of(*file);
    ASSERT_TRUE(snapshot) << path << ": " << snapshot.error().message;
    judge::Decision decision = decision_of(*snapshot);
    judge::Plan engine = plan_of(engine::pack(*snapshot), *snapshot);
    auto found = differences(judge::solve(decision), engine, decision);
    EXPECT_TRUE(found.empty()) << path << ":\n" << fmt::format("{}", fmt::join(found, "\n"));
  }
}

}  // namespace
}  // namespace properties
