#include "sim/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "sim/scenario_toml.h"

namespace base {

constexpr double kMillion = 1e6;

Result<void> Scalar<sim::Chance>::parse(std::string_view text, bool, sim::Chance& out) {
  bool is_percent = text.ends_with('%');
  std::string_view digits = is_percent ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (is_percent) value /= 100;
  if (!is_number || !(value >= 0 && value <= 1)) {
    return invalid(fmt::format("\"{}\" is no chance between 0 and 1, or 0% and 100%", text));
  }
  out.millionths = static_cast<std::uint64_t>(std::llround(value * kMillion));
  return {};
}

bool Scalar<sim::Chance>::print(const sim::Chance& value, std::string& out) {
  out = fmt::format("{}", static_cast<double>(value.millionths) / kMillion);
  return false;
}

Result<void> Scalar<sim::Range>::parse(std::string_view text, bool, sim::Range& out) {
  std::size_t dots = text.find("..");
  Result<Duration> least = parse_duration(text.substr(0, dots));
  Result<Duration> most = least;
  if (dots != std::string_view::npos) most = parse_duration(text.substr(dots + 2));
  if (!least || !most || *least < Duration(0) || *most < *least) {
    return invalid(fmt::format("\"{}\" is no range like \"30s..2m\"", text));
  }
  out = {*least, *most};
  return {};
}

bool Scalar<sim::Range>::print(const sim::Range& value, std::string& out) {
  out = print_duration(value.least) + ".." + print_duration(value.most);
  return true;
}

}  // namespace base

namespace sim {

FIELDS(DeploymentPlan, name, cpu, memory, replicas, changes, least, most, every, rollout_every,
       max_unavailable, node_selector, spread_over);
FIELDS(StockPlan, least, most, dry, epoch);
FIELDS(CloudPlan, launch, boot, vcpu_quota, stock, never_boots, never_ready, boots_late, late,
       interruption, rebalance, visible, ending_visible);
FIELDS(Scenario, title, lasts, calm, types, manifests, deployment, cloud, faults);

namespace {

std::ptrdiff_t stars(const std::string& pattern) { return std::ranges::count(pattern, '*'); }

base::Result<void> check_deployment(const DeploymentPlan& plan) {
  auto wrong = [&](std::string_view what) {
    return base::invalid(fmt::format("deployment \"{}\": {}", plan.name, what));
  };
  if (plan.name.empty()) return wrong("it has no name");
  if (!plan.changes.empty() && plan.changes != "random" && plan.changes != "day") {
    return wrong("changes is \"random\", \"day\" or left out");
  }
  if (plan.replicas < 0 || plan.least < 0 || plan.most < plan.least) {
    return wrong("replicas, least and most are at least 0, and most is not below least");
  }
  bool is_in_haste = plan.every.value <= base::Duration(0) ||
                     (plan.rollout_every && plan.rollout_every->value <= base::Duration(0));
  if (is_in_haste) return wrong("every and rollout_every are above 0");
  return {};
}

base::Result<void> check(const Scenario& scenario) {
  if (scenario.lasts.value <= base::Duration(0) || scenario.calm.value <= base::Duration(0)) {
    return base::invalid("lasts and calm are above 0");
  }
  if (const auto& stock = scenario.cloud.stock) {
    if (stock->epoch.value <= base::Duration(0) || stock->most < stock->least) {
      return base::invalid("cloud.stock: epoch is above 0, and most is not below least");
    }
  }
  for (const DeploymentPlan& plan : scenario.deployment) {
    if (base::Result<void> checked = check_deployment(plan); !checked) return checked;
  }
  return {};
}

}  // namespace

base::Result<Scenario> read_scenario(std::string_view toml) {
  base::Result<base::Json> json = parse_toml(toml);
  if (!json) return std::unexpected(std::move(json.error()));
  std::vector<std::string> unknown;
  base::Result<Scenario> scenario = base::from_json<Scenario>(*json, &unknown);
  if (!scenario) return scenario;
  if (!unknown.empty()) {
    return base::invalid(fmt::format("a scenario has no member \"{}\"", unknown.front()));
  }
  if (base::Result<void> checked = check(*scenario); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return scenario;
}

SimCloudOptions cloud_options(const Scenario& scenario) {
  const CloudPlan& plan = scenario.cloud;
  SimCloudOptions options;
  options.launch = plan.launch.value_or(options.launch);
  options.boot = plan.boot.value_or(options.boot);
  WeatherOptions& weather = options.weather;
  weather.vcpu_quota = {plan.vcpu_quota.begin(), plan.vcpu_quota.end()};
  if (plan.stock) {
    weather.stock = {plan.stock->least, plan.stock->most, plan.stock->dry, plan.stock->epoch.value};
  }
  weather.never_boots = plan.never_boots;
  weather.never_ready = plan.never_ready;
  weather.boots_late = plan.boots_late;
  weather.late = plan.late.value_or(weather.late);
  weather.interruption = plan.interruption;
  weather.rebalance = plan.rebalance;
  weather.visible = plan.visible.value_or(weather.visible);
  weather.ending_visible = plan.ending_visible.value_or(weather.ending_visible);
  return options;
}

FaultChances fault_chances(const Scenario& scenario) {
  FaultChances chances(scenario.faults.begin(), scenario.faults.end());
  std::ranges::sort(chances, {}, [](const auto& entry) {
    return std::pair(stars(entry.first), std::string_view(entry.first));
  });
  return chances;
}

base::Result<model::InstanceTypes> types_of(const Scenario& scenario,
                                            const model::InstanceTypes& catalogue) {
  if (scenario.types.empty()) return catalogue;
  auto matches = [](std::string_view pattern, std::string_view name) {
    return pattern.ends_with(".*") ? name.starts_with(pattern.substr(0, pattern.size() - 1))
                                   : name == pattern;
  };
  for (const std::string& pattern : scenario.types) {
    bool is_known = std::ranges::any_of(
        catalogue, [&](const auto& type) { return matches(pattern, type->name); });
    if (!is_known) {
      return base::invalid(fmt::format("types: the catalogue has no \"{}\"", pattern));
    }
  }
  model::InstanceTypes types;
  for (const auto& type : catalogue) {
    bool is_named = std::ranges::any_of(
        scenario.types, [&](const std::string& pattern) { return matches(pattern, type->name); });
    if (is_named) types.push_back(type);
  }
  return types;
}

}  // namespace sim
