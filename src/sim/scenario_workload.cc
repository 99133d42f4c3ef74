#include "sim/scenario_workload.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

Json labels_of(const DeploymentPlan& plan) { return {{"app", plan.name}}; }

Json pod_template(const DeploymentPlan& plan) {
  object requests{{"cpu", plan.cpu}, {"memory", plan.memory}};
  object container{
      {"name", "main"}, {"image", plan.name + ":1"}, {"resources", {{"requests", requests}}}};
  object spec{{"containers", array{std::move(container)}}};
  if (!plan.node_selector.empty()) {
    object selector;
    for (const auto& [key, value] : plan.node_selector)
      selector[key] = value;
    spec["nodeSelector"] = std::move(selector);
  }
  if (!plan.spread_over.empty()) {
    object constraint{{"maxSkew", 1},
                      {"topologyKey", plan.spread_over},
                      {"whenUnsatisfiable", "DoNotSchedule"},
                      {"labelSelector", {{"matchLabels", labels_of(plan)}}}};
    spec["topologySpreadConstraints"] = array{std::move(constraint)};
  }
  return {{"metadata", {{"labels", labels_of(plan)}}}, {"spec", std::move(spec)}};
}

}  // namespace

Workload::Workload(Store& store, ports::Clock& clock, const base::Random& random,
                   const Scenario& scenario)
    : store_(store), clock_(clock), scenario_(scenario) {
  for (const DeploymentPlan& plan : scenario_.deployment)
    randoms_.emplace(plan.name, random.fork("workload " + plan.name));
}

base::Result<void> Workload::begin() {
  for (const DeploymentPlan& plan : scenario_.deployment) {
    if (base::Result<void> created = create(plan); !created) return created;
    if (base::Result<void> created = create_budget(plan); !created) return created;
    if (!plan.changes.empty()) scale_later(plan);
    if (plan.rollout_every) roll_later(plan);
  }
  return {};
}

base::Result<void> Workload::create(const DeploymentPlan& plan) {
  Json deployment = {{"apiVersion", "apps/v1"},
                     {"kind", "Deployment"},
                     {"metadata", {{"name", plan.name}}},
                     {"spec",
                      {{"replicas", plan.replicas},
                       {"selector", {{"matchLabels", labels_of(plan)}}},
                       {"template", pod_template(plan)}}}};
  auto created =
      store_.create(store_.resource_of(model::Kind::Deployment), "default", std::move(deployment));
  if (!created) return std::unexpected(std::move(created.error()));
  return {};
}

base::Result<void> Workload::create_budget(const DeploymentPlan& plan) {
  if (plan.max_unavailable.empty()) return {};
  std::int64_t number = 0;
  const std::string& most = plan.max_unavailable;
  auto [end, error] = std::from_chars(most.data(), most.data() + most.size(), number);
  bool is_number = error == std::errc() && end == most.data() + most.size();
  Json budget = {{"apiVersion", "policy/v1"},
                 {"kind", "PodDisruptionBudget"},
                 {"metadata", {{"name", plan.name}}},
                 {"spec",
                  {{"maxUnavailable", is_number ? Json(number) : Json(most)},
                   {"selector", {{"matchLabels", labels_of(plan)}}}}}};
  auto created = store_.create(store_.resource_of(model::Kind::PodDisruptionBudget), "default",
                               std::move(budget));
  if (!created) return std::unexpected(std::move(created.error()));
  return {};
}

// Within the second half of the period, so that the deployments do not move in step.
void Workload::scale_later(const DeploymentPlan& plan) {
  std::int64_t period = plan.every.value.count();
  base::Duration wait(randoms_.at(plan.name).between(period / 2, period));
  clock_.at(clock_.now() + wait, [this, plan] {
    if (is_resting_) return;
    scale(plan);
    scale_later(plan);
  });
}

std::int64_t Workload::size_now(const DeploymentPlan& plan) {
  if (plan.changes == "random") return randoms_.at(plan.name).between(plan.least, plan.most);
  constexpr base::Duration kDay = std::chrono::hours(24);
  base::Duration time_of_day = clock_.now().time_since_epoch() % kDay;
  base::Duration from_midnight = std::min(time_of_day, kDay - time_of_day);
  std::int64_t minutes = from_midnight / std::chrono::minutes(1);
  return plan.least + (plan.most - plan.least) * minutes / (12 * 60);
}

void Workload::scale(const DeploymentPlan& plan) {
  patch(plan, {{"spec", {{"replicas", size_now(plan)}}}});
}

void Workload::roll_later(const DeploymentPlan& plan) {
  std::int64_t period = plan.rollout_every->value.count();
  base::Duration wait(randoms_.at(plan.name).between(period / 2, period));
  clock_.at(clock_.now() + wait, [this, plan] {
    if (is_resting_) return;
    object annotations{{"version", fmt::format("{}", ++versions_[plan.name])}};
    patch(plan, {{"spec", {{"template", {{"metadata", {{"annotations", annotations}}}}}}}});
    roll_later(plan);
  });
}

void Workload::patch(const DeploymentPlan& plan, const Json& change) {
  auto patched = store_.patch(store_.resource_of(model::Kind::Deployment), "default", plan.name,
                              PatchType::merge, change);
  base::check(patched.has_value(), "a deployment of a scenario can be changed");
}

}  // namespace sim
