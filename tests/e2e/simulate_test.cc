// `joiner simulate` as people and CI call it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/process.h"

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

struct Answer {
  int code = 0;
  std::string output;
};

Answer simulate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {getenv("JOINER_PROGRAM"), "simulate"});
  support::Process process(arguments, {});
  int code = process.finish();
  return {code, process.output()};
}

class Scenarios : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenarios, hold_every_invariant) {
  Answer answer = simulate({"tests/sim/" + GetParam() + ".toml", "--seeds", "1..3"});
  EXPECT_EQ(answer.code, 0) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("days/s"));
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios,
                         ::testing::Values("days", "droughts", "interruptions", "steady", "storms"),
                         [](const auto& parameter) { return parameter.param; });

TEST(Simulate, one_seed_tells_what_was_armed_and_its_hash) {
  Answer first = simulate({"tests/sim/storms.toml", "--seeds", "7"});
  EXPECT_EQ(first.code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("armed  "));
  std::size_t hash = first.output.find("hash ");
  ASSERT_NE(hash, std::string::npos);
  Answer second = simulate({"tests/sim/storms.toml", "--seeds", "7", "--jobs", "1"});
  EXPECT_THAT(second.output, HasSubstr(first.output.substr(hash, 21)));
}

TEST(Simulate, the_json_form_has_a_line_a_run_and_one_a_scenario) {
  Answer answer = simulate({"tests/sim/interruptions.toml", "--seeds", "4..5", "-o", "json"});
  EXPECT_EQ(answer.code, 0) << answer.output;
  EXPECT_EQ(std::count(answer.output.begin(), answer.output.end(), '\n'), 3);
  EXPECT_THAT(answer.output, HasSubstr("\"violations\":[]"));
  EXPECT_THAT(answer.output, ContainsRegex("\"simulatedDaysPerSecond\":"));
}

TEST(Simulate, what_is_wrong_with_the_input_is_said) {
  Answer missing = simulate({"tests/sim/no_such.toml"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.output, HasSubstr("no_such.toml"));
  Answer seeds = simulate({"tests/sim/steady.toml", "--seeds", "9..3"});
  EXPECT_EQ(seeds.code, 2);
  EXPECT_THAT(seeds.output, HasSubstr("1..100"));
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("scenario-" + std::to_string(getpid()) + ".toml");
  std::ofstream(file) << "lasts = \"1h\"\nmanifest = \"\"\n";
  Answer unknown = simulate({file.string()});
  std::filesystem::remove(file);
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("manifest"));
}

}  // namespace
