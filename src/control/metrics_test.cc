#include "control/metrics.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::node;
using support::pod;
using testing::Contains;
using testing::ElementsAre;
using testing::Key;
using testing::Not;

// "name{a=x,b=y} 3" of every counter.
std::vector<std::string> counters_of(const Metrics& metrics) {
  std::vector<std::string> lines;
  for (const auto& [name, series] : metrics.counters()) {
    for (const auto& [labels, value] : series) {
      std::string line = name + "{";
      for (const auto& [key, label] : labels)
        line += (line.ends_with('{') ? "" : ",") + key + "=" + label;
      lines.push_back(line + "} " + std::to_string(value));
    }
  }
  return lines;
}

TEST(Metrics, LIF_311_a_series_appears_once_it_is_used) {
  Metrics metrics;
  EXPECT_EQ(metrics.value("a", {{"x", "1"}}), 0);
  EXPECT_TRUE(metrics.counters().empty());
  metrics.add({"a", {{"x", "1"}}});
  metrics.add({"a", {{"x", "1"}}, 4});
  metrics.add({"a", {{"x", "2"}}});
  EXPECT_THAT(counters_of(metrics), ElementsAre("a{x=1} 5", "a{x=2} 1"));
}

TEST(Metrics, LIF_324_buckets_of_lifetimes) {
  model::Node old = node("n1");
  base::Time now = *old.metadata.creationTimestamp + std::chrono::hours(7);
  Metrics metrics;
  for (const Observation& observation : node_durations(old, now))
    metrics.observe(observation);
  const Histogram& lifetimes = metrics.histograms()
                                   .at("karpenter_nodes_lifetime_duration_seconds")
                                   .at({{"nodepool", "default"}});
  EXPECT_EQ(lifetimes.bounds.size(), 21u);
  EXPECT_EQ(lifetimes.bounds[7], std::chrono::hours(8));
  EXPECT_EQ(lifetimes.counts[7], 1) << "above 6 h, up to 8 h";
  EXPECT_EQ(lifetimes.sum, std::chrono::hours(7));
}

TEST(Metrics, LIF_319_a_bound_belongs_to_its_bucket) {
  Metrics metrics;
  const std::string name = "karpenter_nodeclaims_instance_termination_duration_seconds";
  for (int second : {0, 1, 2, 3, 1024, 1025})
    metrics.observe({name, {}, seconds(second)});
  const Histogram& histogram = metrics.histograms().at(name).at({});
  EXPECT_EQ(histogram.counts, (std::vector<std::int64_t>{2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(histogram.count, 6);
}

TEST(Metrics, LIF_123_termination_mode) {
  auto mode = [](const model::NodeClaim& of) {
    return claim_disrupted(of, "expired").labels.back().second;
  };
  EXPECT_EQ(mode(claim("a")), "graceful");
  EXPECT_EQ(mode(claim("a").grace_period("0s")), "forceful");
  EXPECT_EQ(mode(claim("a").grace_period("5m")), "eventual");
}

// One machine in a stage where all loops run.
class Counting : public testing::Test {
 protected:
  Counting() {
    stage.instances[kId] = {kId, "a", "default", stage.now, false};
    stage.put(node("n1").of(kId).ready().registered().initialized().label(model::kZoneLabel,
                                                                          "us-east-1a"));
  }
  support::ClaimBuilder machine() {
    return claim("a")
        .launched(kId)
        .registered("n1")
        .initialized()
        .label(model::kZoneLabel, "us-east-1a")
        .label(model::kCapacityTypeLabel, "spot");
  }

  static constexpr const char* kId = "aws:///us-east-1a/i-1";
  Stage stage;
};

TEST_F(Counting, LIF_164_LIF_165_LIF_316_the_end_of_a_machine) {
  stage.put(machine());
  stage.put(pod("default/web-1").on("n1"));
  stage.request_deletion(claim_reference("a"));
  stage.run_until(stage.now + seconds(10));
  stage.remove(pod_reference("default/web-1"));
  stage.run_until(stage.now + minutes(2));
  ASSERT_FALSE(stage.has("NodeClaim/a"));
  EXPECT_THAT(
      counters_of(stage.metrics),
      ElementsAre("karpenter_nodeclaims_terminated_total{nodepool=default,capacity_type=spot,"
                  "zone=us-east-1a} 1",
                  "karpenter_nodes_drained_total{nodepool=default} 1",
                  "karpenter_nodes_terminated_total{nodepool=default,zone=us-east-1a} 1",
                  "karpenter_pods_drained_total{reason=Forceful Termination} 1"));
  for (const char* name : {"karpenter_nodeclaims_instance_termination_duration_seconds",
                           "karpenter_nodeclaims_termination_duration_seconds",
                           "karpenter_nodes_lifetime_duration_seconds",
                           "karpenter_nodes_termination_duration_seconds"}) {
    EXPECT_THAT(stage.metrics.histograms(), Contains(Key(std::string(name))));
  }
}

TEST_F(Counting, LIF_143_expiry) {
  stage.put(machine().expires_after("1h"));
  stage.put(pod("default/web-1").on("n1"));
  stage.put(pod("default/agent").on("n1").of_daemon_set("agent"));
  stage.wait(std::chrono::hours(1));
  stage.carry_out(stage.lifecycle());
  stage.carry_out(stage.lifecycle());
  EXPECT_THAT(counters_of(stage.metrics),
              ElementsAre("karpenter_nodeclaims_disrupted_total{reason=expired,nodepool=default,"
                          "capacity_type=spot,consolidation_policy=,termination_mode=graceful} 1",
                          "karpenter_pods_disruption_initiated_total{reason=expired,nodepool="
                          "default,capacity_type=spot,consolidation_policy=,termination_mode="
                          "graceful} 1"));
}

TEST_F(Counting, LIF_147_garbage) {
  stage.put(machine());
  stage.put(node("n1").of(kId).ready("Unknown").registered().initialized());
  stage.instances.clear();
  stage.carry_out(stage.collect());
  stage.carry_out(stage.collect());
  EXPECT_EQ(stage.metrics.counters().at("karpenter_nodeclaims_disrupted_total").size(), 1u);
  EXPECT_THAT(counters_of(stage.metrics), Contains(testing::HasSubstr("reason=garbage_collected")));
}

TEST_F(Counting, LIF_064_LIF_065_LIF_104_claims_that_come_to_nothing) {
  auto reason_after = [](base::Code code, base::Duration wait) {
    Stage other;
    other.put(claim("a"));
    other.launch_error = {code, "no"};
    for (int look = 0; look < 3; ++look)
      other.carry_out(other.lifecycle());
    other.wait(wait);
    other.carry_out(other.lifecycle());
    const auto& series = other.metrics.counters().at("karpenter_nodeclaims_disrupted_total");
    return series.begin()->first.front().second + " " + std::to_string(series.begin()->second);
  };
  EXPECT_EQ(reason_after(base::Code::no_capacity, {}), "insufficient_capacity 1");
  EXPECT_EQ(reason_after(base::Code::class_not_ready, {}), "nodeclass_not_ready 1");
  EXPECT_EQ(reason_after(base::Code::unavailable, minutes(5)), "launch_timeout 1");
}

TEST_F(Counting, LIF_080_registration) {
  stage.put(claim("a").launched(kId).label(model::kZoneLabel, "us-east-1a"));
  stage.put(node("n1").of(kId).tainted("karpenter.sh/unregistered:NoExecute"));
  for (int look = 0; look < 4; ++look)
    stage.carry_out(stage.lifecycle());
  EXPECT_THAT(counters_of(stage.metrics),
              ElementsAre("karpenter_nodes_created_total{nodepool=default,zone=us-east-1a} 1"));
}

TEST_F(Counting, AWC_273_an_interruption_counts_once) {
  stage.put(machine());
  for (int time = 0; time < 2; ++time) {
    stage.world.notices["7"].notice = {
        "7", ports::InstanceNotice::Kind::spot_interrupted, {"i-1"}, stage.now};
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.interrupt());
  }
  EXPECT_THAT(counters_of(stage.metrics),
              ElementsAre("karpenter_nodeclaims_disrupted_total{reason=spot_interrupted,nodepool="
                          "default,capacity_type=spot,consolidation_policy=,termination_mode="
                          "graceful} 1"));
}

}  // namespace
}  // namespace control
