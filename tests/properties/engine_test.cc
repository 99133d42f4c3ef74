// The engine on generated clusters with all features together: its plans must pass the checker, and
// be those of the sequential definition.
//
// JOINER_PROPERTY_CASES says how many clusters are drawn, JOINER_PROPERTY_SEED from which seed.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cases/case_snapshot.h"
#include "judge/checker.h"
#include "judge/reference.h"
#include "properties/generator.h"
#include "properties/judging.h"

namespace properties {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

engine::Snapshot snapshot_of(const Cluster& cluster) {
  boost::json::object document{{"given", given(cluster)}, {"expect", boost::json::object()}};
  auto file = support::expand_case(document);
  RC_ASSERT(file.has_value());
  auto snapshot = cases::snapshot_of(*file);
  if (!snapshot) RC_FAIL(snapshot.error().message);
  return *std::move(snapshot);
}

void judge_engine(const Cluster& cluster) {
  const engine::Snapshot snapshot = snapshot_of(cluster);
  const judge::Decision decision = decision_of(snapshot);
  const judge::Plan plan = plan_of(engine::pack(snapshot), snapshot);
  std::string faults;
  for (const judge::Finding& finding : judge::check(decision, plan))
    faults += fmt::format("{}: {}\n", judge::to_string(finding.fault), finding.sentence);
  if (!faults.empty()) RC_FAIL(faults + "\n" + to_string(plan, decision));
  auto found = differences(judge::solve(decision), plan, decision);
  if (!found.empty()) RC_FAIL(fmt::format("{}", fmt::join(found, "\n")));
}

TEST(Engine, SCH_355_plans_as_the_sequential_definition_and_soundly) {
  rc::detail::TestParams parameters;
  parameters.seed = from_environment("JOINER_PROPERTY_SEED", 20260101);
  parameters.maxSuccess = static_cast<int>(from_environment("JOINER_PROPERTY_CASES", 300));
  rc::detail::TestMetadata metadata;
  metadata.id = "engine";
  metadata.description = "plans of generated clusters";
  auto result = rc::detail::checkTestable([] { judge_engine(*clusters()); }, metadata, parameters);
  if (!result.is<rc::detail::SuccessResult>()) {
    rc::detail::printResultMessage(result, std::cerr);
    FAIL() << "a generated cluster is not planned as it should be: see the case above (seed "
           << parameters.seed << ")";
  }
}

}  // namespace
}  // namespace properties
