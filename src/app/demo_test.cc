#include "app/demo.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/cli.h"

namespace app {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Demo : public testing::Test {
 protected:
  Demo() : folder_(std::filesystem::temp_directory_path() / "joiner-demo-test") {
    folder_ /= testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Demo() override { std::filesystem::remove_all(folder_); }

  std::string journal_of(const std::string& walk, std::uint64_t seed, const std::string& name) {
    DemoOptions options;
    options.walk = walk;
    options.seed = seed;
    options.journal = folder_ / name;
    EXPECT_EQ(run_demo(options), kExitDone);
    EXPECT_FALSE(std::filesystem::exists(options.journal + ".part"));
    return read(options.journal);
  }

  std::filesystem::path folder_;
};

TEST_F(Demo, equal_seeds_give_equal_journals_byte_for_byte) {
  for (const char* walk : {"003", "002"}) {
    std::string first = journal_of(walk, 1, "first");
    EXPECT_GT(first.size(), 10'000u);
    EXPECT_EQ(first, journal_of(walk, 1, "second")) << walk;
    EXPECT_NE(first, journal_of(walk, 2, "third")) << walk;
  }
}

// The log's words are Karpenter's (LIF-304), in the order in which the document shows its steps.
TEST_F(Demo, walk_003_logs_its_steps_in_the_order_of_the_document) {
  DemoOptions options;
  options.walk = "003";
  options.log = folder_ / "log";
  ASSERT_EQ(run_demo(options), kExitDone);
  std::string log = read(options.log);
  std::size_t place = 0;
  for (const char* step :
       {"waiting on additional pods to batch", "found provisionable pod(s)", "\"pod-count\":9",
        "computed new nodeclaim(s) to fit pod(s)", "created nodeclaim", "launched nodeclaim",
        "registered nodeclaim", "initialized nodeclaim", "marking consolidatable",
        "disrupting node(s)", "tainted node", "deleted node", "deleted nodeclaim"}) {
    std::size_t found = log.find(step, place);
    ASSERT_NE(found, std::string::npos) << step << " is missing, or comes too early";
    place = found;
  }
}

TEST_F(Demo, wrong_input_is_refused_and_writes_nothing) {
  DemoOptions region;
  region.walk = "003";
  region.region = "eu-west-1";
  EXPECT_EQ(run_demo(region), kExitBadInput);

  DemoOptions endless;
  endless.speed = "max";
  EXPECT_EQ(run_demo(endless), kExitBadInput);

  DemoOptions missing;
  missing.apply = folder_ / "none.yaml";
  EXPECT_EQ(run_demo(missing), kExitBadInput);

  DemoOptions nowhere;
  nowhere.walk = "003";
  nowhere.journal = folder_ / "no" / "such" / "folder";
  EXPECT_EQ(run_demo(nowhere), kExitBadInput);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace app
