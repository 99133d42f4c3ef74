#include "engine/pack.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/buffers.h"
#include "engine/default_spreads.h"
#include "engine/explain.h"
#include "engine/finalise.h"
#include "engine/problem.h"
#include "engine/solve.h"
#include "engine/validate_pods.h"

namespace engine {

namespace {

void refuse(Plan& plan, std::size_t pod, model::Reason reason) {
  plan.refusals.push_back({pod, std::move(reason)});
}

// Pods that may be planned. Pods that are bound come from nodes that go away; they were valid once
// and are not asked again (section 5).
std::vector<std::size_t> valid_pods(Problem& problem, Plan& plan) {
  const auto& pods = problem.snapshot.pods;
  std::vector<std::size_t> valid;
  for (std::size_t pod = 0; pod < pods.size(); ++pod) {
    std::optional<model::Reason> fault;
    bool is_validated = pods[pod]->spec->nodeName.empty() && !is_virtual(*pods[pod]);  // SCH-044
    if (is_validated) fault = refuse_invalid(*pods[pod], problem.rules, problem.volumes);
    if (!fault && problem.snapshot.pools.empty()) {
      fault = model::Reason{model::Reason::Code::no_nodepools, "", "", {}};  // SCH-090
    }
    if (fault) {
      refuse(plan, pod, *std::move(fault));
    } else {
      valid.push_back(pod);
    }
  }
  return valid;
}

void report_failures(Problem& problem, const Solve& solve, Plan& plan) {
  for (const Solve::Failed& failed : solve.failed()) {
    model::Reason reason = explain(problem, failed.pod, failed.placeholder);
    if (reason.code != model::Reason::Code::none) refuse(plan, failed.pod, std::move(reason));
  }
}

void report_claims(Problem& problem, Solve& solve, Plan& plan) {
  Finaliser finaliser(problem);
  plan.claims.reserve(solve.claims().size());
  for (Claim& claim : solve.claims()) {
    auto planned = finaliser.finalise(claim);
    if (planned) {
      plan.claims.push_back(*std::move(planned));
      continue;
    }
    for (std::size_t pod : claim.pods) {
      refuse(plan, pod, planned.error());
    }
  }
}

void report_nodes(Problem& problem, Plan& plan) {
  for (ExistingNode& node : problem.nodes) {
    if (!node.pods.empty()) plan.existing.push_back({node.index, std::move(node.pods)});
  }
}

Plan planned(const Snapshot& snapshot, const std::function<bool()>& stop) {
  Plan plan;
  Problem problem(snapshot);
  std::vector<std::size_t> pods = valid_pods(problem, plan);
  std::erase_if(pods, [&](std::size_t pod) {
    base::Result<void> added = problem.add_pod(pod);
    if (!added) refuse(plan, pod, {model::Reason::Code::ignored, "", added.error().message, {}});
    return !added;
  });
  if (!pods.empty()) {
    problem.prepare();
    Solve solve(problem);
    plan.stopped = !solve.run(queue_order(problem, pods), stop);
    report_failures(problem, solve, plan);
    report_claims(problem, solve, plan);
    report_nodes(problem, plan);
    plan.relaxed = std::move(solve.relaxed());
    plan.dropped_pools = problem.dropped_pools;
  }
  std::ranges::sort(plan.refusals, {}, &Refusal::pod);
  return plan;
}

}  // namespace

Plan pack(const Snapshot& snapshot, const std::function<bool()>& stop) {
  if (snapshot.settings.default_spreads.empty()) return planned(snapshot, stop);
  return planned(with_default_spreads(snapshot), stop);
}

}  // namespace engine
