#include "sim/sim_cloud_weather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "sim/sim_cloud_test.h"

namespace sim {
namespace {

using base::Code;
using ports::InstanceNotice;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Chance kAlways{1'000'000};

model::NodeClaim claim_for(const std::string& name, const std::string& capacity_type = "spot") {
  model::NodeClaim claim;
  claim.metadata.name = name;
  claim.metadata.uid = "uid-" + name;
  auto restrict_to = [&](std::string_view key, std::string value) {
    claim.spec.requirements.push_back({std::string(key), "In", {std::move(value)}, std::nullopt});
  };
  restrict_to(model::kInstanceTypeLabel, "m5.xlarge");
  restrict_to(model::kZoneLabel, "us-east-1a");
  restrict_to(model::kCapacityTypeLabel, capacity_type);
  return claim;
}

class Stage : public CloudStage {
 public:
  explicit Stage(const WeatherOptions& weather) : CloudStage(7, options(weather)) {
    cloud.on_join([this](const RunningInstance&) { ++joined; });
    cloud.on_gone([this](const RunningInstance&) { gone_at = clock.now(); });
    cloud.watch_notices([this](InstanceNotice notice) {
      noticed_at.push_back(clock.now());
      notices.push_back(std::move(notice));
    });
  }

  int joined = 0;
  std::optional<base::Time> gone_at;
  std::vector<InstanceNotice> notices;
  std::vector<base::Time> noticed_at;

 private:
  static SimCloudOptions options(const WeatherOptions& weather) {
    SimCloudOptions options;
    options.weather = weather;
    return options;
  }
};

TEST(Weather, a_fate_depends_on_seed_and_launch_alone) {
  WeatherOptions options;
  options.never_boots = {500'000};
  options.interruption = {100'000};
  Weather weather(base::Random(1), options);
  Weather same(base::Random(1), options);
  Weather other(base::Random(2), options);
  (void)same.fate_of(99, true);  // what was asked before does not matter
  int boots = 0;
  int differs = 0;
  for (std::uint64_t launch = 0; launch < 100; ++launch) {
    EXPECT_EQ(weather.fate_of(launch, true).boots, same.fate_of(launch, true).boots);
    EXPECT_EQ(weather.fate_of(launch, true).interruption, same.fate_of(launch, true).interruption);
    EXPECT_EQ(weather.fate_of(launch, false).interruption, std::nullopt);
    boots += weather.fate_of(launch, true).boots ? 1 : 0;
    differs += weather.fate_of(launch, true).boots != other.fate_of(launch, true).boots ? 1 : 0;
  }
  EXPECT_GT(boots, 30);
  EXPECT_LT(boots, 70);
  EXPECT_GT(differs, 20);
}

TEST(Weather, a_dry_pool_is_wet_again_in_another_epoch) {
  WeatherOptions options;
  options.stock = Stock{1, 3, {500'000}, hours(2)};
  Weather weather(base::Random(5), options);
  int dry = 0;
  for (int epoch = 0; epoch < 100; ++epoch) {
    base::Time now{hours(2 * epoch)};
    bool is_dry = weather.is_dry({"m5.large", "us-east-1a", "spot"}, 0, now);
    EXPECT_EQ(is_dry, weather.is_dry({"m5.large", "us-east-1a", "spot"}, 0, now + minutes(119)));
    dry += is_dry ? 1 : 0;
    EXPECT_TRUE(weather.is_dry({"m5.large", "us-east-1a", "spot"}, 3, now)) << "never above most";
  }
  EXPECT_GT(dry, 30);
  EXPECT_LT(dry, 70);
  weather.clear_up();
  EXPECT_FALSE(weather.is_dry({"m5.large", "us-east-1a", "spot"}, 100, base::Time{}));
}

TEST(SimCloud, a_quota_counts_the_vcpus_of_a_capacity_type) {
  WeatherOptions weather;
  weather.vcpu_quota["spot"] = 9;  // m5.xlarge has 4
  Stage stage(weather);
  EXPECT_TRUE(stage.launch(claim_for("a")));
  std::string second = stage.launch(claim_for("b")).value().providerID;
  EXPECT_EQ(stage.launch(claim_for("c")).error().code, Code::no_capacity);
  EXPECT_TRUE(stage.launch(claim_for("d", "on-demand"))) << "a quota of its own";

  EXPECT_TRUE(stage.await(stage.cloud.terminate(second)));
  stage.pass(minutes(5));
  EXPECT_TRUE(stage.launch(claim_for("e"))) << "what is gone counts no more";
}

TEST(SimCloud, a_machine_that_never_boots_never_joins) {
  WeatherOptions weather;
  weather.never_boots = kAlways;
  Stage stage(weather);
  ASSERT_TRUE(stage.launch(claim_for("a")));
  stage.pass(hours(48));
  EXPECT_EQ(stage.joined, 0);
  EXPECT_THAT(stage.cloud.running(), SizeIs(1));
}

TEST(SimCloud, a_machine_that_never_gets_ready_joins_all_the_same) {
  WeatherOptions weather;
  weather.never_ready = kAlways;
  Stage stage(weather);
  ASSERT_TRUE(stage.launch(claim_for("a")));
  stage.pass(hours(48));
  EXPECT_EQ(stage.joined, 1);
  EXPECT_GT(stage.cloud.running().front().ready_at, stage.clock.now());
}

TEST(SimCloud, a_machine_that_boots_late_joins_late) {
  WeatherOptions weather;
  weather.boots_late = kAlways;
  weather.late = {minutes(10), minutes(12)};
  Stage stage(weather);
  ASSERT_TRUE(stage.launch(claim_for("a")));
  stage.pass(minutes(10));
  EXPECT_EQ(stage.joined, 0);
  stage.pass(minutes(3));
  EXPECT_EQ(stage.joined, 1);
}

TEST(SimCloud, a_spot_machine_ends_two_minutes_after_its_notice) {
  WeatherOptions weather;
  weather.interruption = kAlways;  // within the first hour
  Stage stage(weather);
  std::string id = stage.launch(claim_for("a")).value().providerID;
  stage.pass(hours(2));
  ASSERT_THAT(stage.notices, ::testing::Not(IsEmpty()));
  EXPECT_EQ(stage.notices.front().kind, InstanceNotice::Kind::spot_interrupted);
  EXPECT_THAT(stage.notices.front().instances, ElementsAre(id.substr(id.rfind('/') + 1)));
  ASSERT_TRUE(stage.gone_at);
  EXPECT_GE(*stage.gone_at - stage.notices.front().at, minutes(2));
  EXPECT_LE(*stage.gone_at - stage.notices.front().at, minutes(2) + seconds(20));
  EXPECT_EQ(stage.cloud.interruptions(), 1U);
}

TEST(SimCloud, fine_weather_calls_interruptions_off) {
  WeatherOptions weather;
  weather.interruption = kAlways;
  Stage stage(weather);
  ASSERT_TRUE(stage.launch(claim_for("a")));
  stage.cloud.clear_up();
  stage.pass(hours(2));
  EXPECT_THAT(stage.notices, IsEmpty());
  EXPECT_THAT(stage.cloud.running(), SizeIs(1));
}

TEST(SimCloud, AWC_306_a_notice_comes_again_until_it_is_acknowledged) {
  Stage stage({});
  std::string id = stage.launch(claim_for("a")).value().providerID;
  stage.cloud.interrupt(id);
  stage.pass(seconds(75));
  ASSERT_THAT(stage.notices, SizeIs(3));
  EXPECT_THAT(stage.notices, Each(::testing::Field(&InstanceNotice::id, stage.notices[0].id)));
  EXPECT_EQ(stage.noticed_at[1] - stage.noticed_at[0], seconds(30));
  EXPECT_TRUE(stage.await(stage.cloud.acknowledge(stage.notices[0].id)));
  stage.pass(seconds(40));
  EXPECT_THAT(stage.notices, SizeIs(3));
}

TEST(SimCloud, the_next_process_is_told_what_nobody_acknowledged) {
  Stage stage({});
  std::string id = stage.launch(claim_for("a")).value().providerID;
  stage.cloud.interrupt(id);
  stage.pass(seconds(1));
  std::vector<std::string> told;
  stage.cloud.watch_notices([&](const InstanceNotice& notice) { told.push_back(notice.id); });
  stage.pass(seconds(1));
  EXPECT_THAT(told, ElementsAre(stage.notices.front().id));
  stage.pass(seconds(60));
  EXPECT_THAT(stage.notices, SizeIs(1)) << "the process before is not told any more";
}

TEST(SimCloud, list_and_describe_lag_behind_a_launch) {
  WeatherOptions weather;
  weather.visible = {seconds(30), seconds(30)};
  Stage stage(weather);
  std::string id = stage.launch(claim_for("a")).value().providerID;
  EXPECT_THAT(stage.await(stage.cloud.list()).value(), IsEmpty());
  EXPECT_EQ(stage.await(stage.cloud.describe(id)).error().code, Code::not_found);
  EXPECT_EQ(stage.await(stage.cloud.terminate(id)).error().code, Code::not_found);
  EXPECT_THAT(stage.cloud.running(), SizeIs(1)) << "it runs all the same";
  stage.pass(seconds(30));
  EXPECT_THAT(stage.await(stage.cloud.list()).value(), SizeIs(1));
  EXPECT_TRUE(stage.await(stage.cloud.describe(id)));
}

TEST(SimCloud, list_and_describe_lag_behind_a_termination) {
  WeatherOptions weather;
  weather.ending_visible = {minutes(1), minutes(1)};
  Stage stage(weather);
  std::string id = stage.launch(claim_for("a")).value().providerID;
  EXPECT_TRUE(stage.await(stage.cloud.terminate(id)));
  EXPECT_FALSE(stage.await(stage.cloud.describe(id)).value().terminating);
  stage.pass(seconds(45));
  EXPECT_THAT(stage.cloud.running(), IsEmpty());
  EXPECT_THAT(stage.await(stage.cloud.list()).value(), SizeIs(1)) << "it is still shown";
  stage.pass(minutes(2));
  EXPECT_THAT(stage.await(stage.cloud.list()).value(), IsEmpty());
}

TEST(SimCloud, the_uid_stays_known_after_its_instance_is_gone) {
  Stage stage({});
  std::string id = stage.launch(claim_for("a")).value().providerID;
  EXPECT_TRUE(stage.await(stage.cloud.terminate(id)));
  stage.pass(minutes(5));
  EXPECT_EQ(stage.launch(claim_for("a")).value().providerID, id);
  EXPECT_THAT(stage.cloud.running(), IsEmpty());
}

TEST(SimCloud, AWL_129_a_marked_offering_is_passed_over) {
  Stage stage({});
  stage.cloud.mark_unavailable({"m5.xlarge", "us-east-1a", "spot", ""});
  EXPECT_EQ(stage.launch(claim_for("a")).error().code, Code::no_capacity);
  stage.pass(minutes(3) + seconds(1));
  EXPECT_TRUE(stage.launch(claim_for("a")));
}

}  // namespace
}  // namespace sim
