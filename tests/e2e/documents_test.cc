// Walks 000 and 001 as people and CI play them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "support/process.h"

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string play(const std::string& walk) {
  support::Process process({getenv("JOINER_PROGRAM"), "demo", "--walk", walk}, {});
  EXPECT_EQ(process.finish(), 0) << process.output();
  return process.output();
}

std::string hash_in(const std::string& output) {
  std::size_t place = output.find("hash ");
  EXPECT_NE(place, std::string::npos);
  return output.substr(place, 21);
}

TEST(Documents, walk_000_has_one_pool_for_both_architectures) {
  std::string output = play("000");
  EXPECT_THAT(output, HasSubstr("images for linux/amd64 and linux/arm64"));
  EXPECT_THAT(output, ContainsRegex("graviton runs on [^\n]*\\(arm64, spot\\)"));
  EXPECT_THAT(output, ContainsRegex("intel runs on [^\n]*\\(amd64, spot\\)"));
  EXPECT_THAT(output, ContainsRegex("steady runs on [^\n]*on-demand\\)"));
  EXPECT_THAT(output, ContainsRegex("wants the machine of node [^\n]* back in two minutes"));
  EXPECT_THAT(output, ContainsRegex("after the notice graviton runs on [^\n]*\\(arm64, spot\\)"));
  EXPECT_THAT(output, HasSubstr("instances running now: 0"));
  EXPECT_EQ(hash_in(play("000")), hash_in(output));
}

TEST(Documents, walk_001_shows_what_requirements_mean_and_when_machines_go) {
  std::string output = play("001");
  EXPECT_THAT(output, ContainsRegex("web runs on [^\n]*\\(amd64, spot\\)"));
  EXPECT_THAT(output, ContainsRegex("wide runs on [^\n]*\\(amd64, on-demand\\)"));
  EXPECT_THAT(output, ContainsRegex("its event says: [^\n]*instance-category"));
  EXPECT_THAT(output, ContainsRegex("the empty machine was gone after [0-9]"));
  EXPECT_THAT(output, HasSubstr("after 168 h web has moved"));
  EXPECT_THAT(output, HasSubstr("instances running now: 0"));
}

}  // namespace
