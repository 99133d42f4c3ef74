#include "sim/actors_rollout.h"

#include <gmock/gmock.h>

#include <numeric>

#include "sim/actors_objects.h"

namespace sim {
namespace {

using ::testing::ElementsAre;

model::DeploymentSpec spec(int replicas, std::string_view surge, std::string_view unavailable) {
  model::DeploymentSpec result;
  result.replicas = replicas;
  result.strategy.rollingUpdate = {
      model::IntOrString{std::string(unavailable), !unavailable.ends_with('%')},
      model::IntOrString{std::string(surge), !surge.ends_with('%')}};
  return result;
}

TEST(Rollout, percentages_round_for_more_pods_and_fewer_missing) {
  RolloutGoal quarter = goal_of(spec(10, "25%", "25%"));
  EXPECT_EQ(quarter.max_surge, 3);
  EXPECT_EQ(quarter.max_unavailable, 2);
  RolloutGoal by_default = goal_of(model::DeploymentSpec{});
  EXPECT_EQ(by_default.max_surge, 1);
  EXPECT_EQ(by_default.max_unavailable, 0);
  RolloutGoal neither = goal_of(spec(4, "0", "0"));
  EXPECT_EQ(neither.max_unavailable, 1) << "otherwise nothing could ever move";
}

TEST(Rollout, one_step_grows_the_new_set_then_shrinks_the_old) {
  RolloutGoal goal{4, 1, 1};
  EXPECT_THAT(next_rolling_sizes(goal, {{4, 4}, {0, 0, 0, true}}), ElementsAre(4, 1));
  EXPECT_THAT(next_rolling_sizes(goal, {{4, 4}, {1, 0, 0, true}}), ElementsAre(3, 1));
  EXPECT_THAT(next_rolling_sizes(goal, {{3, 3}, {1, 1, 0, true}}), ElementsAre(3, 2));
  EXPECT_THAT(next_rolling_sizes(goal, {{0, 0}, {4, 4, 0, true}}), ElementsAre(0, 4));
}

TEST(Rollout, pods_that_are_not_available_go_first) {
  RolloutGoal goal{4, 1, 1};
  // Of the second set none is ready: it goes whole, and nothing else can.
  EXPECT_THAT(next_rolling_sizes(goal, {{3, 3}, {1, 0}, {1, 0, 0, true}}), ElementsAre(3, 0, 1));
}

// Whatever becomes ready when: never fewer available than allowed, never more pods than allowed.
TEST(Rollout, stays_within_its_bounds_and_ends) {
  for (int replicas = 1; replicas <= 12; ++replicas) {
    RolloutGoal goal = goal_of(spec(replicas, "25%", "25%"));
    std::vector<RolloutSet> sets = {{replicas, replicas}, {0, 0, 0, true}};
    for (int step = 0; step < 100; ++step) {
      std::vector<std::int64_t> sizes = next_rolling_sizes(goal, sets);
      for (std::size_t index = 0; index < sets.size(); ++index) {
        sets[index].size = sizes[index];
        sets[index].available = std::min(sets[index].available, sizes[index]);
      }
      ASSERT_LE(sets[0].size + sets[1].size, replicas + goal.max_surge);
      ASSERT_GE(sets[0].available + sets[1].available, replicas - goal.max_unavailable);
      if (sets[1].available < sets[1].size) ++sets[1].available;
    }
    EXPECT_EQ(sets[0].size, 0) << replicas;
    EXPECT_EQ(sets[1].size, replicas);
  }
}

TEST(Rollout, scaling_in_the_middle_keeps_the_proportion) {
  RolloutGoal goal{20, 5, 0};
  // Sized for 10 replicas and a surge of 3: twice as many now, and what rounding leaves.
  EXPECT_THAT(scaled_sizes(goal, {{8, 8, 13}, {5, 2, 13, true}}), ElementsAre(15, 10));
  EXPECT_THAT(scaled_sizes({0, 0, 0}, {{8, 8, 13}, {5, 2, 13, true}}), ElementsAre(0, 0));
}

TEST(Rollout, scaling_a_settled_deployment_moves_its_one_set) {
  EXPECT_THAT(scaled_sizes({5, 2, 1}, {{0, 0}, {2, 2, 3, true}}), ElementsAre(0, 5));
  EXPECT_THAT(scaled_sizes({5, 2, 1}, {{0, 0}, {0, 0, 0, true}}), ElementsAre(0, 5));
  EXPECT_THAT(scaled_sizes({2, 1, 0}, {{1, 1, 3}, {2, 2, 3, true}}), ElementsAre(0, 2))
      << "the new set is complete";
}

}  // namespace
}  // namespace sim
