#include "control/metrics.h"

#include <algorithm>

#include "base/check.h"
#include "model/conditions.h"
#include "model/labels.h"

namespace control {
namespace {

constexpr std::string_view kInstanceTermination =
    "karpenter_nodeclaims_instance_termination_duration_seconds";
constexpr std::string_view kClaimTermination = "karpenter_nodeclaims_termination_duration_seconds";
constexpr std::string_view kNodeTermination = "karpenter_nodes_termination_duration_seconds";
constexpr std::string_view kNodeLifetime = "karpenter_nodes_lifetime_duration_seconds";
constexpr std::string_view kSolve = "karpenter_scheduler_scheduling_duration_seconds";
constexpr std::string_view kDecision = "karpenter_pods_scheduling_decision_duration_seconds";

std::vector<base::Duration> in_seconds(const std::vector<std::int64_t>& seconds) {
  std::vector<base::Duration> bounds;
  for (std::int64_t bound : seconds)
    bounds.emplace_back(std::chrono::seconds(bound));
  return bounds;
}

// LIF-306.
std::vector<base::Duration> duration_buckets() {
  std::vector<base::Duration> bounds;
  for (int milliseconds :
       {5,     10,    25,    50,    100,    150,    200,    250,    300,   350,   400,   450,
        500,   600,   700,   800,   900,    1000,   1250,   1500,   1750,  2000,  2500,  3000,
        3500,  4000,  4500,  5000,  6000,   7000,   8000,   9000,   10000, 15000, 20000, 25000,
        30000, 40000, 50000, 60000, 120000, 150000, 300000, 450000, 600000}) {
    bounds.emplace_back(std::chrono::milliseconds(milliseconds));
  }
  return bounds;
}

std::vector<std::int64_t> powers_of_two(int most) {
  std::vector<std::int64_t> bounds;
  for (std::int64_t bound = 1; bound <= most; bound *= 2)
    bounds.push_back(bound);
  return bounds;
}

std::vector<std::int64_t> lifetimes() {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  return {15 * kMinute, 30 * kMinute, 45 * kMinute, 1 * kHour,  2 * kHour,  4 * kHour, 6 * kHour,
          8 * kHour,    10 * kHour,   12 * kHour,   16 * kHour, 20 * kHour, 1 * kDay,  2 * kDay,
          3 * kDay,     5 * kDay,     10 * kDay,    15 * kDay,  20 * kDay,  25 * kDay, 30 * kDay};
}

// Of Node termination only sum and count are kept.
std::vector<base::Duration> bounds_of(std::string_view name) {
  if (name == kInstanceTermination) return in_seconds(powers_of_two(1024));
  if (name == kClaimTermination) return in_seconds(powers_of_two(2048));
  if (name == kNodeLifetime) return in_seconds(lifetimes());
  if (name == kDecision || name == kSolve) return duration_buckets();
  base::check(name == kNodeTermination, "the histogram is one that is known");
  return {};
}

std::string text(const model::Labels& labels, std::string_view key) {
  return std::string(model::value_of(labels, key));
}

// LIF-123.
std::string termination_mode(const model::NodeClaim& claim) {
  const auto& grace = claim.spec.terminationGracePeriod;
  if (!grace) return "graceful";
  return grace->value <= base::Duration::zero() ? "forceful" : "eventual";
}

MetricLabels disruption_labels(const model::NodeClaim& claim, std::string_view reason,
                               std::string_view consolidation_policy) {
  const model::Labels& labels = claim.metadata.labels;
  return {{"reason", std::string(reason)},
          {"nodepool", text(labels, model::kNodePoolLabel)},
          {"capacity_type", text(labels, model::kCapacityTypeLabel)},
          {"consolidation_policy", std::string(consolidation_policy)},
          {"termination_mode", termination_mode(claim)}};
}

MetricLabels pool_and_zone(const model::Labels& labels) {
  return {{"nodepool", text(labels, model::kNodePoolLabel)},
          {"zone", text(labels, model::kZoneLabel)}};
}

MetricLabels only_pool(const model::Labels& labels) {
  return {{"nodepool", text(labels, model::kNodePoolLabel)}};
}

}  // namespace

void Metrics::add(const Count& count) { counters_[count.name][count.labels] += count.by; }

void Metrics::observe(const Observation& observation) {
  Histogram& histogram = histograms_[observation.name][observation.labels];
  if (histogram.counts.empty()) {
    histogram.bounds = bounds_of(observation.name);
    histogram.counts.resize(histogram.bounds.size() + 1);
  }
  auto bucket = std::ranges::lower_bound(histogram.bounds, observation.value);
  ++histogram.counts[static_cast<std::size_t>(bucket - histogram.bounds.begin())];
  ++histogram.count;
  histogram.sum += observation.value;
}

void Metrics::set(const Gauge& gauge) { gauges_[gauge.name][gauge.labels] = gauge.value; }

std::int64_t Metrics::value(std::string_view name, const MetricLabels& labels) const {
  auto series = counters_.find(name);
  if (series == counters_.end()) return 0;
  auto counter = series->second.find(labels);
  return counter == series->second.end() ? 0 : counter->second;
}

Count claim_created(const model::NodeClaim& claim, std::string_view reason) {
  std::string relaxed =
      text(claim.metadata.annotations, "karpenter.sh/nodeclaim-min-values-relaxed");
  return {"karpenter_nodeclaims_created_total",
          {{"reason", std::string(reason)},
           {"nodepool", text(claim.metadata.labels, model::kNodePoolLabel)},
           {"min_values_relaxed", relaxed.empty() ? "false" : relaxed}}};
}

Count claim_terminated(const model::NodeClaim& claim) {
  const model::Labels& labels = claim.metadata.labels;
  return {"karpenter_nodeclaims_terminated_total",
          {{"nodepool", text(labels, model::kNodePoolLabel)},
           {"capacity_type", text(labels, model::kCapacityTypeLabel)},
           {"zone", text(labels, model::kZoneLabel)}}};
}

Count claim_disrupted(const model::NodeClaim& claim, std::string_view reason,
                      std::string_view consolidation_policy) {
  return {"karpenter_nodeclaims_disrupted_total",
          disruption_labels(claim, reason, consolidation_policy)};
}

Count pods_disrupted(const model::NodeClaim& claim, std::string_view reason, std::size_t pods,
                     std::string_view consolidation_policy) {
  return {"karpenter_pods_disruption_initiated_total",
          disruption_labels(claim, reason, consolidation_policy), static_cast<std::int64_t>(pods)};
}

Count node_created(const model::NodeClaim& claim) {
  return {"karpenter_nodes_created_total", pool_and_zone(claim.metadata.labels)};
}

Count node_terminated(const model::Node& node) {
  return {"karpenter_nodes_terminated_total", pool_and_zone(node.metadata.labels)};
}

Count node_drained(const model::NodeClaim& claim) {
  return {"karpenter_nodes_drained_total", only_pool(claim.metadata.labels)};
}

Count pod_drained(std::string_view reason) {
  return {"karpenter_pods_drained_total", {{"reason", std::string(reason)}}};
}

Count eviction_requested(int status) {
  return {"karpenter_pods_eviction_requests_total", {{"code", std::to_string(status)}}};
}

Observation solve_duration(std::string_view controller, base::Duration duration) {
  return {std::string(kSolve), {{"controller", std::string(controller)}}, duration};
}

Observation decision_duration(base::Duration since_first_seen) {
  return {std::string(kDecision), {}, since_first_seen};
}

std::vector<Observation> claim_durations(const model::NodeClaim& claim, base::Time now) {
  std::vector<Observation> observations;
  MetricLabels labels = only_pool(claim.metadata.labels);
  const model::Condition* ending =
      model::find_condition(claim.status.conditions, model::kInstanceTerminating);
  if (ending != nullptr && ending->lastTransitionTime) {
    observations.push_back(
        {std::string(kInstanceTermination), labels, now - *ending->lastTransitionTime});
  }
  if (claim.metadata.deletionTimestamp) {
    observations.push_back(
        {std::string(kClaimTermination), labels, now - *claim.metadata.deletionTimestamp});
  }
  return observations;
}

std::vector<Observation> node_durations(const model::Node& node, base::Time now) {
  std::vector<Observation> observations;
  MetricLabels labels = only_pool(node.metadata.labels);
  if (node.metadata.deletionTimestamp) {
    observations.push_back(
        {std::string(kNodeTermination), labels, now - *node.metadata.deletionTimestamp});
  }
  if (node.metadata.creationTimestamp) {
    observations.push_back(
        {std::string(kNodeLifetime), labels, now - *node.metadata.creationTimestamp});
  }
  return observations;
}

}  // namespace control
