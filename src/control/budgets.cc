#include "control/budgets.h"

#include <algorithm>
#include <charconv>

#include "base/cron.h"
#include "model/conditions.h"

namespace control {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// "3" or "10%" of the total, rounded up (DIS-093); nullopt if it cannot be read.
std::optional<std::int64_t> nodes_of_budget(std::string_view text, std::int64_t total) {
  if (!text.ends_with('%')) return number_of(text);
  std::optional<std::int64_t> percent = number_of(text.substr(0, text.size() - 1));
  if (!percent) return std::nullopt;
  return (*percent * total + 99) / 100;
}

// DIS-095; nullopt if the schedule cannot be read or never fires.
std::optional<bool> is_active(const model::Budget& budget, base::Time now) {
  if (!budget.schedule && !budget.duration) return true;
  if (!budget.schedule || !budget.duration) return std::nullopt;
  base::Result<base::Cron> schedule = base::Cron::parse(*budget.schedule);
  if (!schedule) return std::nullopt;
  std::optional<base::Time> hit = schedule->next(now - budget.duration->value);
  if (!hit) return std::nullopt;
  return *hit <= now;
}

bool applies_to(const model::Budget& budget, std::string_view reason) {
  return !budget.reasons || std::ranges::find(*budget.reasons, reason) != budget.reasons->end();
}

}  // namespace

std::int64_t allowed_disruptions(const model::NodePool& pool, std::string_view reason,
                                 std::int64_t total, base::Time now) {
  static const std::vector<model::Budget> unsaid = {{std::nullopt, "10%", {}, {}}};  // DIS-089
  const auto& disruption = pool.spec.disruption;
  std::int64_t allowed = kUnlimited;
  for (const model::Budget& budget :
       disruption && disruption->budgets ? *disruption->budgets : unsaid) {
    std::optional<bool> active = is_active(budget, now);
    std::optional<std::int64_t> nodes = nodes_of_budget(budget.nodes, total);
    if (!active || !nodes) return 0;  // DIS-094
    if (*active && applies_to(budget, reason)) allowed = std::min(allowed, *nodes);
  }
  return allowed;
}

std::map<std::string, std::int64_t, std::less<>> remaining_disruptions(const World& world,
                                                                       std::string_view reason,
                                                                       base::Time now) {
  struct Count {
    std::int64_t total = 0;
    std::int64_t consuming = 0;
  };
  std::map<std::string, Count, std::less<>> counts;
  for (const engine::NodeState& node : world.machines()) {
    if (!node.claim || !node.node || !node.initialized() ||
        model::is_true(node.claim->status.conditions, model::kInstanceTerminating)) {
      continue;
    }
    Count& count = counts[node.nodepool()];
    ++count.total;
    bool is_ready = model::is_true(node.node->status.conditions, "Ready");
    if (!is_ready || node.deleting()) ++count.consuming;
  }
  std::map<std::string, std::int64_t, std::less<>> remaining;
  for (const auto& [name, pool] : world.pools()) {
    if (!world.is_managed(pool->spec.template_.spec.nodeClassRef)) continue;
    const Count& count = counts[name];
    std::int64_t allowed = allowed_disruptions(*pool, reason, count.total, now);
    remaining[name] = std::max<std::int64_t>(allowed - count.consuming, 0);
  }
  return remaining;
}

}  // namespace control
