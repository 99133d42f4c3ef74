// Any bytes as the input of `joiner plan`: read, planned if the plan is a small one, and written. What a plan
// promises of any input is checked: each pod is placed once or refused once, and equal input gives
// equal bytes.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "app/plan_output.h"
#include "app/plan_pods.h"
#include "app/plan_read.h"
#include "app/plan_snapshot.h"
#include "app/plan_text.h"
#include "base/check.h"
#include "catalog/kwok.h"
#include "support/fuzz_target.h"

namespace {

constexpr std::int64_t kMostPods = 60;

const catalog::KwokTypes& known_types() {
  static const catalog::KwokTypes types = catalog::built_in_kwok_types();
  return types;
}

// Few, so that a plan takes little time.
model::InstanceTypes few_types() {
  const model::InstanceTypes& all = known_types().types;
  model::InstanceTypes types;
  for (std::size_t index = 0; index < all.size(); index += 12)
    types.push_back(all[index]);
  return types;
}

bool is_small(const app::PlanInput& input) {
  std::int64_t pods = static_cast<std::int64_t>(input.pods.size());
  for (const app::Workload& workload : input.workloads)
    pods += workload.pods;
  if (pods > kMostPods) return false;
  if (input.buffers.empty()) return true;
  return static_cast<std::int64_t>(app::pods_of_buffers(input).pods.size()) <= kMostPods;
}

void check_that_each_pod_has_one_place(const engine::Snapshot& snapshot, const engine::Plan& plan) {
  std::vector<int> places(snapshot.pods.size(), 0);
  auto count = [&](const std::vector<std::size_t>& pods) {
    for (std::size_t pod : pods)
      ++places.at(pod);
  };
  for (const engine::PlannedClaim& claim : plan.claims)
    count(claim.pods);
  for (const engine::PlacedOnNode& node : plan.existing)
    count(node.pods);
  for (const engine::Refusal& refusal : plan.refusals)
    ++places.at(refusal.pod);
  for (int number : places)
    base::check(number == 1, "a pod is placed once or refused once");
}

}  // namespace

FUZZ_TARGET(plan) {
  app::PlanInput input;
  std::string_view rest = text;
  auto source = [&](char* buffer, std::size_t size) -> base::Result<std::size_t> {
    std::size_t count = rest.copy(buffer, size);
    rest.remove_prefix(count);
    return count;
  };
  if (!app::read_plan_stream("input", source, input)) return;
  if (!is_small(input)) return;
  static const model::InstanceTypes types = few_types();
  engine::Settings settings;
  settings.cloud_labels =
      engine::CloudLabels{known_types().well_known, known_types().restricted_domains};
  app::left_out(input);
  app::overlay_notes(input, types, settings);
  const engine::Snapshot snapshot = app::snapshot_of(input, types, settings);
  const engine::Plan plan = engine::pack(snapshot);
  check_that_each_pod_has_one_place(snapshot, plan);
  base::check(!app::plan_text(plan, snapshot, {}).empty(), "every plan can be told");
  const std::string once = base::print_json(app::plan_json(plan, snapshot));
  const engine::Snapshot same = app::snapshot_of(input, types, settings);
  const std::string again = base::print_json(app::plan_json(engine::pack(same), same));
  base::check(once == again, "equal input gives equal bytes");
}
