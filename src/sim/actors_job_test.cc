// Programs that end: Jobs, restarts, finished pods.
#include "sim/actors_job.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sim/actors_program.h"
#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

// "60s 0", "forever", "unknown"
std::string told(std::vector<std::string> command) {
  model::Container container;
  container.command = std::move(command);
  std::optional<Program> program = program_of(container);
  if (!program) return "unknown";
  if (!program->runs) return "forever";
  auto runs = std::chrono::duration_cast<seconds>(*program->runs);
  return fmt::format("{}s {}", runs.count(), program->exit_code);
}

TEST(Program, is_known_by_its_command) {
  EXPECT_EQ(told({"sleep", "60"}), "60s 0");
  EXPECT_EQ(told({"/bin/sleep", "5m"}), "300s 0");
  EXPECT_EQ(told({"sleep", "infinity"}), "forever");
  EXPECT_EQ(told({"true"}), "0s 0");
  EXPECT_EQ(told({"false"}), "0s 1");
  EXPECT_EQ(told({"sh", "-c", "echo start; sleep 3 && sleep 4s; exit 7; sleep 9"}), "7s 7");
  EXPECT_EQ(told({"/bin/bash", "-c", "false && sleep 9; sleep 1"}), "1s 0");
  EXPECT_EQ(told({"sh", "-c", "sleep 3600 "}), "3600s 0");
}

TEST(Program, that_nobody_knows_is_not_guessed) {
  EXPECT_EQ(told({}), "unknown");
  EXPECT_EQ(told({"nginx"}), "unknown");
  EXPECT_EQ(told({"sleep"}), "unknown");
  EXPECT_EQ(told({"sleep", "-1"}), "unknown");
  EXPECT_EQ(told({"sleep", "99999999999999"}), "unknown");
  EXPECT_EQ(told({"sh", "-c", "while true; do sleep 1; done"}), "unknown");
  EXPECT_EQ(told({"sh", "-c", "sleep 1 &"}), "unknown");
  EXPECT_EQ(told({"sh", "-c", "sleep $TIME"}), "unknown");
  EXPECT_EQ(told({"sh"}), "unknown");
}

class JobTest : public ::testing::Test {
 protected:
  JobTest() { cluster.add_node("a", "8"); }

  void make_job(std::string_view spec, std::string_view command = R"(["sleep", "10"])",
                std::string_view policy = "Never") {
    cluster.create(model::Kind::Job, fmt::format(R"({{"metadata": {{"name": "once"}},
        "spec": {{{} "template": {{"spec": {{"restartPolicy": "{}", "containers": [
          {{"name": "c", "image": "i:1", "command": {}}}]}}}}}}}})",
                                                 spec, policy, command));
  }
  std::shared_ptr<const model::Job> job() {
    return find<model::Job>(cluster.store, {"default", "once"});
  }
  bool is(std::string_view condition) {
    return model::is_true(job()->status.conditions, condition);
  }
  std::string reason(std::string_view condition) {
    return model::find_condition(job()->status.conditions, condition)->reason;
  }

  TestCluster cluster;
};

TEST_F(JobTest, is_complete_when_enough_pods_have_ended_well) {
  make_job(R"("completions": 5, "parallelism": 2,)");
  cluster.run_for(seconds(8));
  EXPECT_EQ(job()->status.active, 2);
  EXPECT_TRUE(job()->status.startTime);
  cluster.run_for(minutes(2));
  EXPECT_TRUE(is("Complete"));
  EXPECT_EQ(job()->status.succeeded, 5);
  EXPECT_EQ(job()->status.active, 0);
  EXPECT_TRUE(job()->status.completionTime);
  EXPECT_THAT(cluster.pods("Succeeded"), SizeIs(5));
  EXPECT_THAT(cluster.events("Completed"), Contains("Normal Completed Job completed"));
}

TEST_F(JobTest, a_program_that_nobody_knows_ends_well_after_a_while) {
  make_job("", R"(["convert", "all"])");
  cluster.run_for(minutes(1));
  EXPECT_TRUE(is("Complete"));
}

TEST_F(JobTest, gives_up_after_its_back_off_limit) {
  make_job(R"("backoffLimit": 2,)", R"(["false"])");
  cluster.run_for(seconds(8));
  EXPECT_EQ(job()->status.failed, 1);
  cluster.run_for(minutes(3));
  EXPECT_TRUE(is("Failed"));
  EXPECT_EQ(reason("Failed"), "BackoffLimitExceeded");
  EXPECT_EQ(job()->status.failed, 3);
  EXPECT_THAT(cluster.pods("Failed"), SizeIs(3));
}

TEST_F(JobTest, a_pod_that_is_deleted_is_made_again_and_counts_as_failed) {
  make_job("", R"(["sleep", "60"])");
  cluster.run_for(seconds(10));
  ASSERT_THAT(cluster.pods("Running"), SizeIs(1));
  cluster.remove(model::Kind::Pod, cluster.pods()[0]->metadata.name);
  cluster.run_for(minutes(3));
  EXPECT_TRUE(is("Complete"));
  EXPECT_EQ(job()->status.failed, 1);
  EXPECT_EQ(job()->status.succeeded, 1);
}

TEST_F(JobTest, what_has_ended_well_stays_counted_when_its_pod_is_gone) {
  make_job(R"("completions": 2,)");
  cluster.run_for(seconds(17));
  ASSERT_THAT(cluster.pods("Succeeded"), SizeIs(1));
  cluster.remove(model::Kind::Pod, cluster.pods("Succeeded")[0]->metadata.name);
  cluster.run_for(minutes(1));
  EXPECT_TRUE(is("Complete"));
  EXPECT_EQ(job()->status.succeeded, 2);
  EXPECT_THAT(cluster.pods(), SizeIs(1));
}

TEST_F(JobTest, each_index_is_done_once) {
  make_job(R"("completions": 4, "parallelism": 3, "completionMode": "Indexed",)");
  cluster.run_for(seconds(20));
  EXPECT_EQ(job()->status.completedIndexes, "0-2");
  cluster.run_for(minutes(1));
  EXPECT_TRUE(is("Complete"));
  EXPECT_EQ(job()->status.completedIndexes, "0-3");
}

TEST_F(JobTest, ends_at_its_deadline_and_goes_after_its_time_to_live) {
  make_job(R"("activeDeadlineSeconds": 30, "ttlSecondsAfterFinished": 60,)",
           R"(["sleep", "infinity"])");
  cluster.run_for(seconds(40));
  EXPECT_EQ(reason("Failed"), "DeadlineExceeded");
  EXPECT_THAT(cluster.pods("Running"), IsEmpty());
  cluster.run_for(minutes(2));
  EXPECT_EQ(job(), nullptr);
}

TEST_F(JobTest, a_suspended_job_has_no_pods) {
  make_job(R"("parallelism": 2, "completions": 2,)", R"(["sleep", "30"])");
  cluster.run_for(seconds(8));
  cluster.patch(model::Kind::Job, "once", R"({"spec": {"suspend": true}})");
  cluster.run_for(seconds(10));
  EXPECT_THAT(cluster.pods(), IsEmpty());
  EXPECT_TRUE(is("Suspended"));
  EXPECT_EQ(job()->status.failed, 0);
  cluster.patch(model::Kind::Job, "once", R"({"spec": {"suspend": false}})");
  cluster.run_for(minutes(2));
  EXPECT_TRUE(is("Complete"));
  EXPECT_FALSE(is("Suspended"));
}

TEST_F(JobTest, a_container_that_fails_is_started_again_on_failure) {
  make_job("", R"(["sh", "-c", "sleep 2; exit 3"])", "OnFailure");
  cluster.run_for(minutes(2));
  ASSERT_THAT(cluster.pods(), SizeIs(1));
  EXPECT_THAT(cluster.pods()[0]->status.containerStatuses[0].restartCount, Ge(3));
}

using RestartTest = JobTest;

TEST_F(RestartTest, a_program_that_ends_is_started_again_ever_more_slowly) {
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "bad"}, "spec": {"containers": [
      {"name": "c", "image": "i:1", "command": ["false"]}, {"name": "good", "image": "i:1"}]}})");
  cluster.run_for(minutes(2));
  auto count = [&] { return cluster.pod("bad")->status.containerStatuses[0].restartCount; };
  EXPECT_THAT(count(), Ge(4));  // after 0, 10, 30 and 70 seconds
  EXPECT_THAT(count(), Le(5));
  auto bad = cluster.pod("bad");
  EXPECT_EQ(bad->status.phase, "Running");
  EXPECT_FALSE(is_ready(*bad));
  EXPECT_EQ(base::string_at(*bad->status.containerStatuses[0].state, {"waiting", "reason"}),
            "CrashLoopBackOff");
  EXPECT_EQ(bad->status.containerStatuses[1].restartCount, 0);
  EXPECT_EQ(model::find_condition(bad->status.conditions, "Ready")->message,
            "containers with unready status: [c]");
  EXPECT_THAT(cluster.events("BackOff"), SizeIs(1));
  std::int32_t before = count();
  cluster.run_for(hours(1));
  EXPECT_THAT(count() - before, Ge(11));
  EXPECT_THAT(count() - before, Le(13)) << "every five minutes";
}

TEST_F(RestartTest, a_pod_ends_with_the_last_of_its_programs) {
  cluster.create(model::Kind::Pod, R"({"metadata": {"name": "both"}, "spec": {"restartPolicy":
      "Never", "containers": [{"name": "a", "image": "i:1", "command": ["sleep", "5"]},
      {"name": "b", "image": "i:1", "command": ["sh", "-c", "sleep 20; exit 1"]}]}})");
  cluster.run_for(seconds(15));
  EXPECT_EQ(cluster.pod("both")->status.phase, "Running");
  cluster.run_for(seconds(20));
  EXPECT_EQ(cluster.pod("both")->status.phase, "Failed");
  EXPECT_EQ(model::find_condition(cluster.pod("both")->status.conditions, "Ready")->reason,
            "PodFailed");
}

}  // namespace
}  // namespace sim
