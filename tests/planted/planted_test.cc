// An engine with a fault planted in it (plant.py) must not pass: neither the checker, nor the
// comparison with the reference solver, nor the properties on generated clusters.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.h"
#include "judge/checker.h"
#include "judge/reference.h"
#include "properties/judge_engine.h"
#include "properties/judging.h"

int planted_fault = 0;

namespace properties {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

struct Verdict {
  std::vector<judge::Fault> faults;      // that the checker finds
  std::vector<std::string> differences;  // from the reference
};

Verdict verdict_with(int fault, std::string_view given) {
  base::Result<base::Json> json = base::parse_json(given);
  EXPECT_TRUE(json) << (json ? "" : json.error().message);
  auto snapshot = snapshot_of_given(*json);
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  const judge::Decision decision = decision_of(*snapshot);
  planted_fault = fault;
  const judge::Plan plan = plan_of(engine::pack(*snapshot), *snapshot);
  planted_fault = 0;
  Verdict verdict;
  for (const judge::Finding& finding : judge::check(decision, plan))
    verdict.faults.push_back(finding.fault);
  verdict.differences = differences(judge::solve(decision), plan, decision);
  return verdict;
}

void expect_caught(int fault, judge::Fault as, std::string_view given) {
  Verdict sound = verdict_with(0, given);
  EXPECT_THAT(sound.faults, IsEmpty());
  EXPECT_THAT(sound.differences, IsEmpty());
  Verdict broken = verdict_with(fault, given);
  EXPECT_THAT(broken.faults, Contains(as));
  EXPECT_THAT(broken.differences, Not(IsEmpty()));
}

TEST(PlantedFault, limits_that_are_ignored_are_caught) {
  expect_caught(1, judge::Fault::limits, R"({
      "types": {"only": {"cpu": 4, "memory": "8Gi"}},
      "nodepools": {"default": {"limits": {"cpu": 4}}},
      "pods": {"web": {"cpu": 3, "replicas": 2}}})");
}

TEST(PlantedFault, alternatives_that_are_not_tried_are_caught) {
  expect_caught(2, judge::Fault::fits_after_all, R"({
      "types": {"only": {"cpu": 4, "memory": "8Gi", "zones": ["a"]}},
      "nodepools": {"default": {}},
      "pods": {"web": {"cpu": 1, "affinity": {"nodeAffinity": {
          "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z"]}]},
            {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}]}]
      }}}}}})");
}

TEST(PlantedFault, skew_beyond_what_is_allowed_is_caught) {
  expect_caught(3, judge::Fault::spread, R"({
      "types": {"only": {"cpu": 4, "memory": "8Gi", "zones": ["a", "b"]}},
      "nodepools": {"default": {}},
      "nodes": {"old": {"cpu": 4, "memory": "8Gi", "zone": "a",
                        "bound": {"web-0": {"cpu": 1, "labels": {"app": "web"}}}}},
      "pods": {"web": {"cpu": 1, "labels": {"app": "web"}, "topologySpreadConstraints": [
          {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
           "labelSelector": {"matchLabels": {"app": "web"}}}]}}})");
}

TEST(PlantedFault, generated_clusters_find_each_of_them) {
  constexpr int kClusters = 3000;
  for (int fault = 1; fault <= 3; ++fault) {
    planted_fault = fault;
    EXPECT_FALSE(judge_engine(kClusters, 1, Shrinking::off)) << "fault " << fault;
    planted_fault = 0;
  }
}

}  // namespace
}  // namespace properties
