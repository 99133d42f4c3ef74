// Counters and histograms of what Joiner does (lifecycle.md section 11), as values: actions say what
// to count once they have succeeded, and whoever serves /metrics reads the sums. Names, labels and
// units are public (LIF-305). A series appears once it is used (LIF-311). Of what is only a view of the
// present state there is what a loop finds out and nobody could read off the objects.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/node.h"
#include "model/node_claim.h"

namespace control {

// Label names and values, in the order of the rule that names the metric.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

struct Count {
  std::string name;
  MetricLabels labels;
  std::int64_t by = 1;
};

// What is so as of now.
struct Gauge {
  std::string name;
  MetricLabels labels;
  std::int64_t value = 0;
};

struct Observation {
  std::string name;
  MetricLabels labels;
  base::Duration value{};
};

struct Histogram {
  std::vector<base::Duration> bounds;  // upper ends, rising; the last bucket has none
  std::vector<std::int64_t> counts;    // of each bucket, one more than bounds
  std::int64_t count = 0;
  base::Duration sum{};
};

class Metrics {
 public:
  void add(const Count& count);
  // Requires: the name is one of the histograms of metrics.cc.
  void observe(const Observation& observation);
  void set(const Gauge& gauge);

  std::int64_t value(std::string_view name, const MetricLabels& labels) const;  // 0 if unused
  // By name, then labels.
  const std::map<std::string, std::map<MetricLabels, std::int64_t>, std::less<>>& counters() const {
    return counters_;
  }
  const std::map<std::string, std::map<MetricLabels, std::int64_t>, std::less<>>& gauges() const {
    return gauges_;
  }
  const std::map<std::string, std::map<MetricLabels, Histogram>, std::less<>>& histograms() const {
    return histograms_;
  }

 private:
  std::map<std::string, std::map<MetricLabels, std::int64_t>, std::less<>> counters_;
  std::map<std::string, std::map<MetricLabels, std::int64_t>, std::less<>> gauges_;
  std::map<std::string, std::map<MetricLabels, Histogram>, std::less<>> histograms_;
};

// LIF-315. The reason is `provisioned` or that of the disruption which replaces a node.
Count claim_created(const model::NodeClaim& claim, std::string_view reason);
// LIF-316.
Count claim_terminated(const model::NodeClaim& claim);
// LIF-317, LIF-123. The policy is that of the pool for consolidation, else empty.
Count claim_disrupted(const model::NodeClaim& claim, std::string_view reason,
                      std::string_view consolidation_policy = "");
// LIF-318: so many reschedulable pods lose their node.
Count pods_disrupted(const model::NodeClaim& claim, std::string_view reason, std::size_t pods,
                     std::string_view consolidation_policy = "");
// LIF-322.
Count node_created(const model::NodeClaim& claim);
Count node_terminated(const model::Node& node);
// LIF-165, LIF-323.
Count node_drained(const model::NodeClaim& claim);
// LIF-337.
Count pod_drained(std::string_view reason);
Count eviction_requested(int status);

// SCH-288.
Observation solve_duration(std::string_view controller, base::Duration duration);
// SCH-291: from the first look at the pod to the first decision about it.
Observation decision_duration(base::Duration since_first_seen);

// LIF-319, LIF-320: since InstanceTerminating became True, since the claim was deleted.
std::vector<Observation> claim_durations(const model::NodeClaim& claim, base::Time now);
// LIF-323, LIF-324: since the Node was deleted, since it was created.
std::vector<Observation> node_durations(const model::Node& node, base::Time now);

}  // namespace control
