#include "properties/judge_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck.h>

#include <iostream>

#include "cases/case_snapshot.h"
#include "judge/checker.h"
#include "judge/reference.h"
#include "properties/generator.h"
#include "properties/judging.h"

namespace properties {
namespace {

void judge_plan_of(const Cluster& cluster) {
  auto snapshot = snapshot_of_given(given(cluster));
  if (!snapshot) RC_FAIL(snapshot.error().message);
  const judge::Decision decision = decision_of(*snapshot);
  const judge::Plan plan = plan_of(engine::pack(*snapshot), *snapshot);
  std::string faults;
  for (const judge::Finding& finding : judge::check(decision, plan))
    faults += fmt::format("{}: {}\n", judge::to_string(finding.fault), finding.sentence);
  if (!faults.empty()) RC_FAIL(faults + "\n" + to_string(plan, decision));
  auto found = differences(judge::solve(decision), plan, decision);
  if (!found.empty()) RC_FAIL(fmt::format("{}", fmt::join(found, "\n")));
}

}  // namespace

base::Result<engine::Snapshot> snapshot_of_given(const base::Json& given) {
  boost::json::object document{{"given", given}, {"expect", boost::json::object()}};
  auto file = support::expand_case(document);
  if (!file) return std::unexpected(file.error());
  return cases::snapshot_of(*file);
}

bool judge_engine(int clusters, std::uint64_t seed, Shrinking shrinking) {
  rc::detail::TestParams parameters;
  parameters.seed = seed;
  parameters.maxSuccess = clusters;
  parameters.disableShrinking = shrinking == Shrinking::off;
  rc::detail::TestMetadata metadata;
  metadata.id = "engine";
  metadata.description = "plans of generated clusters";
  auto result = rc::detail::checkTestable([] { judge_plan_of(*properties::clusters()); }, metadata,
                                          parameters);
  if (result.is<rc::detail::SuccessResult>()) return true;
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << std::endl;
  return false;
}

}  // namespace properties
