#include "app/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Variables = std::map<std::string, std::string, std::less<>>;

base::Result<Options> read(const std::vector<std::string>& arguments,
                           const Variables& variables = {}) {
  return read_options(arguments, [&](std::string_view name) -> std::optional<std::string> {
    auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string error(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  base::Result<Options> options = read(arguments, variables);
  return options ? "no error" : options.error().message;
}

TEST(Options, LIF_268_a_flag_wins_over_the_environment_and_takes_one_dash_or_two) {
  Variables variables{{"METRICS_PORT", "9000"}, {"BATCH_IDLE_DURATION", "3s"}};
  base::Result<Options> options = read(
      {"-metrics-port", "9001", "--kube-client-qps=50", "-disable-leader-election"}, variables);
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->metrics_port, 9001);
  EXPECT_EQ(options->batch_idle_duration, std::chrono::seconds(3));
  EXPECT_EQ(options->kube_client_qps, 50);
  EXPECT_TRUE(options->disable_leader_election);
  EXPECT_FALSE(read({"--disable-leader-election=false"})->disable_leader_election);
  EXPECT_TRUE(read({"-h"})->wants_help);
}

TEST(Options, LIF_268_wrong_flags_are_errors) {
  EXPECT_EQ(error({"--metrics-prot", "1"}),
            "unknown flag --metrics-prot; did you mean --metrics-port?");
  EXPECT_EQ(error({"--metrics-port", "x"}), "--metrics-port \"x\": expected a whole number");
  EXPECT_EQ(error({"--metrics-port", "70000"}), "--metrics-port \"70000\": expected 0 to 65535");
  EXPECT_EQ(error({"--metrics-port"}), "--metrics-port needs a value");
  EXPECT_EQ(error({"--disable-leader-election", "false"}), "unexpected argument \"false\"");
  EXPECT_THAT(error({"--batch-max-duration=soon"}), HasSubstr("expected a duration"));
}

TEST(Options, LIF_269_a_variable_that_does_not_parse_keeps_the_default_and_is_named) {
  base::Result<Options> options =
      read({}, {{"METRICS_PORT", "many"}, {"ENABLE_PROFILING", "T"}, {"BATCH_MAX_DURATION", "1"}});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->metrics_port, 8080);
  EXPECT_EQ(options->batch_max_duration, std::chrono::seconds(10));
  EXPECT_TRUE(options->enable_profiling);
  EXPECT_THAT(options->warnings,
              ElementsAre(HasSubstr("METRICS_PORT=\"many\""), HasSubstr("BATCH_MAX_DURATION=\"1\""),
                          HasSubstr("without effect here: enable-profiling")));
  EXPECT_THAT(read({})->warnings, IsEmpty());
}

TEST(Options, LIF_275_other_policies_fail) {
  EXPECT_EQ(error({}, {{"PREFERENCE_POLICY", "Maybe"}}),
            "PREFERENCE_POLICY=\"Maybe\": expected one of: Respect, Ignore");
  EXPECT_EQ(read({"--min-values-policy", "BestEffort"})->min_values_policy, "BestEffort");
  EXPECT_THAT(error({"--log-level", "warn"}), HasSubstr("debug, info, error"));
}

TEST(Options, LIF_277_gates_that_cannot_be_read_are_an_error) {
  std::string gates = "NodeRepair=true, ReservedCapacity=false,Drift=true";
  EXPECT_EQ(read({}, {{"FEATURE_GATES", gates}})->feature_gates, gates);
  EXPECT_THAT(error({"--feature-gates", "NodeRepair="}), HasSubstr("NodeRepair="));
  EXPECT_THAT(error({}, {{"FEATURE_GATES", "NodeRepair"}}), HasSubstr("FEATURE_GATES"));
}

TEST(Options, what_is_read_without_effect_is_named_once) {
  EXPECT_THAT(
      read({"--memory-limit=1", "--scheduler-config", "x"}, {{"MEMORY_LIMIT", "2"}})->warnings,
      ElementsAre("read, but without effect here: memory-limit, scheduler-config"));
}

}  // namespace
}  // namespace app
