#include "control/budgets.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using support::claim;
using support::kStart;
using support::node;
using support::pool;

base::Time at(std::string_view text) { return *base::parse_time(text); }

model::Budget scheduled(std::string nodes, std::string schedule, base::Duration duration) {
  model::Budget budget;
  budget.nodes = std::move(nodes);
  budget.schedule = std::move(schedule);
  budget.duration = model::DurationText{duration, ""};
  return budget;
}

model::Budget for_reasons(std::string nodes, std::vector<std::string> reasons) {
  model::Budget budget;
  budget.nodes = std::move(nodes);
  budget.reasons = std::move(reasons);
  return budget;
}

std::int64_t allowed(const model::NodePool& pool, std::int64_t total,
                     std::string_view reason = "Empty", base::Time now = kStart) {
  return allowed_disruptions(pool, reason, total, now);
}

TEST(Budgets, DIS_089_ten_percent_if_nothing_is_said_no_limit_if_the_list_is_empty) {
  EXPECT_EQ(allowed(pool("p"), 20), 2);
  EXPECT_EQ(allowed(pool("p").no_budgets(), 20), kUnlimited);
  model::NodePool bare = pool("p");
  bare.spec.disruption->budgets.reset();
  EXPECT_EQ(allowed(bare, 20), 2) << "also where the server did not fill it in";
  bare.spec.disruption.reset();
  EXPECT_EQ(allowed(bare, 20), 2);
}

TEST(Budgets, DIS_093_percentages_are_rounded_up) {
  EXPECT_EQ(allowed(pool("p").budget("20%"), 19), 4);
  EXPECT_EQ(allowed(pool("p").budget("5%"), 10), 1);
  EXPECT_EQ(allowed(pool("p").budget("50%"), 3), 2);
  EXPECT_EQ(allowed(pool("p").budget("10%"), 0), 0);
  EXPECT_EQ(allowed(pool("p").budget("0%"), 100), 0);
  EXPECT_EQ(allowed(pool("p").budget("100%"), 7), 7);
  EXPECT_EQ(allowed(pool("p").budget("5"), 2), 5) << "integers are taken as they are";
}

TEST(Budgets, DIS_092_the_smallest_of_the_active_ones) {
  EXPECT_EQ(allowed(pool("p").budget("5").budget("30%").budget("4"), 10), 3);
  EXPECT_EQ(allowed(pool("p").budget("5").budget(scheduled("0", "@yearly", hours(1))), 10, "Empty",
                    kStart + hours(2)),
            5);
}

TEST(Budgets, DIS_345_reasons) {
  model::NodePool mixed = pool("p").budget("5").budget(for_reasons("1", {"Drifted"}));
  EXPECT_EQ(allowed(mixed, 10, "Empty"), 5);
  EXPECT_EQ(allowed(mixed, 10, "Drifted"), 1);
  EXPECT_EQ(allowed(pool("p").budget(for_reasons("1", {"Drifted"})), 10, "Empty"), kUnlimited);
  EXPECT_EQ(allowed(pool("p").budget(for_reasons("0", {})), 10, "Empty"), kUnlimited)
      << "an empty list applies to nothing";
}

TEST(Budgets, DIS_094_a_broken_budget_stops_every_reason) {
  for (const char* nodes : {"", "ten", "-1", "-5%", "%", "1.5", "1 "}) {
    EXPECT_EQ(allowed(pool("p").budget("5").budget(nodes), 10), 0) << nodes;
  }
  model::NodePool broken = pool("p").budget("5").budget(scheduled("3", "not a cron", hours(1)));
  broken.spec.disruption->budgets->back().reasons = {"Drifted"};
  EXPECT_EQ(allowed(broken, 10, "Empty"), 0);
  EXPECT_EQ(allowed(pool("p").budget(scheduled("3", "0 0 31 2 *", hours(1))), 10), 0)
      << "DIS-098: it never fires";
  EXPECT_EQ(allowed(pool("p").budget(scheduled("3", "TZ=Europe/Paris 0 0 * * *", hours(1))), 10), 0)
      << "DIS-096";
}

TEST(Budgets, DIS_095_DIS_097_windows) {
  auto is_active = [](std::string schedule, base::Duration duration, std::string_view now) {
    model::NodePool limited = pool("p").budget(scheduled("0", std::move(schedule), duration));
    return allowed(limited, 10, "Empty", at(now)) == 0;
  };
  EXPECT_TRUE(is_active("@yearly", hours(24), "2026-01-01T12:00:00Z"));
  EXPECT_TRUE(is_active("@daily", hours(48), "2026-03-04T13:14:15Z"));
  EXPECT_FALSE(is_active("30 6 * * SUN", hours(6), "2026-01-04T00:00:00Z"));
  EXPECT_TRUE(is_active("30 6 * * SUN", hours(6), "2026-01-04T06:30:00Z"));
  EXPECT_TRUE(is_active("30 6 * * SUN", hours(6), "2026-01-04T12:29:59Z"));
  EXPECT_FALSE(is_active("30 6 * * SUN", hours(6), "2026-01-04T12:30:00Z"));
  EXPECT_FALSE(is_active("@daily", minutes(30), "2026-01-05T00:00:00+01:00"));
}

// --- what is left

class RemainingBudget : public testing::Test {
 protected:
  support::NodeBuilder healthy(const std::string& number) {
    return node("n" + number).of("i-" + number).ready().registered().initialized();
  }
  void add(const std::string& number) {
    stage.put(claim("c" + number).launched("i-" + number).registered("n" + number).initialized());
    stage.put(healthy(number));
  }
  std::int64_t remaining(std::string_view nodepool = "default") {
    auto left = remaining_disruptions(stage.world, "Empty", stage.now);
    auto found = left.find(nodepool);
    return found == left.end() ? -1 : found->second;
  }
  Stage stage;
};

TEST_F(RemainingBudget, DIS_090_DIS_091_counts) {
  stage.put(pool("default").budget("50%"));
  for (const char* number : {"1", "2", "3", "4"})
    add(number);
  EXPECT_EQ(remaining(), 2);
  stage.put(healthy("1").ready("Unknown"));
  EXPECT_EQ(remaining(), 1);
  stage.request_deletion(claim_reference("c2"));
  EXPECT_EQ(remaining(), 0);
  stage.world.marked_for_deletion.insert("c3");
  EXPECT_EQ(remaining(), 0) << "never negative";
}

TEST_F(RemainingBudget, DIS_091_one_node_counts_once) {
  stage.put(pool("default").budget("2"));
  add("1");
  stage.put(healthy("1").ready("False"));
  stage.world.marked_for_deletion.insert("c1");
  EXPECT_EQ(remaining(), 1);
}

TEST_F(RemainingBudget, DIS_090_uninitialised_and_unmanaged_nodes_do_not_count) {
  stage.put(pool("default").budget("100%"));
  add("1");
  stage.put(claim("c2").launched("i-2"));
  stage.put(node("n2").of("i-2").registered());
  stage.put(node("own").of("i-9").ready("False").unmanaged());
  EXPECT_EQ(remaining(), 1);
}

TEST_F(RemainingBudget, DIS_272_from_the_end_of_its_instance_on_a_node_does_not_count) {
  stage.put(pool("default").budget("50%"));
  add("1");
  add("2");
  stage.put(claim("c3").launched("i-3").registered("n3").initialized().condition(
      "InstanceTerminating", "True"));
  stage.put(healthy("3").ready("False"));
  EXPECT_EQ(remaining(), 1);
}

TEST_F(RemainingBudget, DIS_092_pools_that_are_not_ours_have_nothing) {
  stage.put(pool("default").budget("5"));
  stage.put(pool("other").budget("5").of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  EXPECT_EQ(remaining(), 5);
  EXPECT_EQ(remaining("other"), -1);
}

TEST_F(RemainingBudget, DIS_090_pools_do_not_share) {
  stage.put(pool("default").budget("50%"));
  stage.put(pool("batch").budget("50%"));
  add("1");
  add("2");
  stage.put(claim("c3").launched("i-3").in_pool("batch").registered("n3").initialized());
  stage.put(healthy("3").in_pool("batch").ready("False"));
  EXPECT_EQ(remaining(), 1);
  EXPECT_EQ(remaining("batch"), 0);
}

}  // namespace
}  // namespace control
