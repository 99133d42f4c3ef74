// The program as a person starts it: bad input is refused with a message and exit code 2, and
// signals leave neither processes nor files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/demo.h"

namespace {

using support::Process;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProgramTest : public ::testing::Test {
 protected:
  std::unique_ptr<Process> start(const std::vector<std::string>& arguments) {
    return support::start_joiner(arguments, folder_.path());
  }
  std::string refused(const std::vector<std::string>& arguments) {
    std::unique_ptr<Process> joiner = start(arguments);
    EXPECT_EQ(joiner->finish(), 2) << joiner->output();
    return joiner->output();
  }
  std::string file(std::string_view name, std::string_view text) {
    std::ofstream(folder_.file(name)) << text;
    return folder_.file(name);
  }

  support::Folder folder_{"program"};
};

TEST_F(ProgramTest, a_port_in_use_is_named) {
  support::Demo first(folder_.path());
  EXPECT_THAT(refused({"demo", "--port", first.port(), "--journal", folder_.file("journal")}),
              AllOf(HasSubstr(first.port()), HasSubstr("in use")));
  EXPECT_THAT(folder_.names(), ElementsAre(HasSubstr(".kubeconfig")));  // that of the first
}

TEST_F(ProgramTest, unknown_flags_and_commands_come_with_the_nearest) {
  EXPECT_THAT(refused({"demo", "--sped", "60"}),
              AllOf(HasSubstr("unknown flag --sped"), HasSubstr("did you mean --speed?")));
  EXPECT_THAT(refused({"demmo"}),
              AllOf(HasSubstr("unknown command demmo"), HasSubstr("did you mean demo?")));
}

TEST_F(ProgramTest, bad_values_are_named) {
  EXPECT_THAT(refused({"demo", "--apply", "none.yaml"}),
              HasSubstr("none.yaml: cannot be read: No such file or directory"));
  EXPECT_THAT(refused({"demo", "--region", "eu-west-1"}),
              AllOf(HasSubstr("eu-west-1"), HasSubstr("us-east-1")));
  EXPECT_THAT(refused({"demo", "--walk", "004"}), HasSubstr("--walk"));
  EXPECT_THAT(refused({"demo", "--speed", "max"}), HasSubstr("--walk"));
  EXPECT_THAT(refused({"demo", "--port", "70000"}), HasSubstr("--port"));
  EXPECT_THAT(refused({"demo", "--walk", "003", "--journal", folder_.file("none/journal")}),
              HasSubstr("cannot write"));
  EXPECT_THAT(refused({"convert", "-f", "none.yaml"}),
              HasSubstr("joiner: none.yaml: cannot be read"));
  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(ProgramTest, somebody_elses_kubeconfig_stays_as_it_is) {
  std::string theirs = file("config", "apiVersion: v1\nkind: Config\ncurrent-context: prod\n");
  EXPECT_THAT(refused({"demo", "--kubeconfig", theirs}),
              AllOf(HasSubstr(theirs), HasSubstr("was not written by joiner demo")));
  std::ostringstream text;
  text << std::ifstream(theirs).rdbuf();
  EXPECT_EQ(text.str(), "apiVersion: v1\nkind: Config\ncurrent-context: prod\n");
  EXPECT_THAT(folder_.names(), ElementsAre("config"));
}

TEST_F(ProgramTest, bad_manifests_at_the_start_end_it) {
  EXPECT_THAT(refused({"demo", "--apply", file("broken.yaml", "kind: [\n")}), HasSubstr("line"));
  EXPECT_THAT(refused({"demo", "--apply",
                       file("unknown.yaml",
                            "apiVersion: karpenter.sh/v1\nkind: NodePool\n"
                            "metadata: {name: a}\nspec: {wight: 1}\n")}),
              HasSubstr("wight"));
  EXPECT_THAT(folder_.names(), ElementsAre("broken.yaml", "unknown.yaml"));
}

class SignalTest : public ProgramTest, public ::testing::WithParamInterface<int> {};

TEST_P(SignalTest, ends_a_walk_without_a_trace) {
  std::unique_ptr<Process> joiner = start({"demo", "--walk", "all", "--speed", "60", "-o", "json",
                                           "--journal", folder_.file("journal")});
  ASSERT_TRUE(joiner->wait_for("\"text\":\"launched ")) << joiner->output();
  joiner->signal(GetParam());
  EXPECT_EQ(joiner->finish(), 1) << joiner->output();
  EXPECT_THAT(joiner->output(), HasSubstr("interrupted"));
  EXPECT_TRUE(joiner->is_gone());
  EXPECT_THAT(folder_.names(), IsEmpty());
}

// The first line is told before the cluster runs.
TEST_P(SignalTest, ends_a_demo_that_has_hardly_begun) {
  std::unique_ptr<Process> joiner =
      start({"demo", "-o", "json", "--journal", folder_.file("journal")});
  ASSERT_TRUE(joiner->wait_for("listens on")) << joiner->output();
  joiner->signal(GetParam());
  EXPECT_EQ(joiner->finish(), 0) << joiner->output();
  EXPECT_TRUE(joiner->is_gone());
  EXPECT_THAT(folder_.names(), ElementsAre("journal"));
}

INSTANTIATE_TEST_SUITE_P(Signals, SignalTest, ::testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& signal) {
                           return "signal_" + std::to_string(signal.param);
                         });

}  // namespace
