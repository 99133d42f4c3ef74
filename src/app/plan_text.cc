#include "app/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "app/plan_output.h"
#include "app/plan_pods.h"
#include "app/plan_text_parts.h"
#include "model/resources.h"

namespace app {

namespace {

constexpr std::size_t kMostLines = 40;  // of one table
constexpr std::size_t kMostGroups = 30;

// Machines that are alike in what a line of the table tells.
struct Machines {
  std::size_t count = 0;
  std::size_t pods = 0;
  std::size_t buffer_pods = 0;  // virtual ones, beside them
  base::Money price;            // of one
  std::string nodepool;
  std::string type;
  std::string zone;
  std::string capacity_type;
  model::ResourceList requests;
  model::ResourceList allocatable;
};

std::vector<Machines> machines_of(const engine::Plan& plan, const engine::Snapshot& snapshot) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, Machines> by_key;
  for (const engine::PlannedClaim& claim : plan.claims) {
    engine::CheapestOffering cheapest = claim.cheapest.value_or(engine::CheapestOffering());
    Machines& machines = by_key[{claim.pool->metadata.name, cheapest.instance_type, cheapest.zone,
                                 cheapest.capacity_type}];
    ++machines.count;
    const std::size_t of_buffers = count_virtual(snapshot, claim.pods);
    machines.pods += claim.pods.size() - of_buffers;
    machines.buffer_pods += of_buffers;
    machines.price = cheapest.price;
    machines.nodepool = claim.pool->metadata.name;
    machines.type = cheapest.instance_type;
    machines.zone = cheapest.zone;
    machines.capacity_type = cheapest.capacity_type;
    model::add(machines.requests, claim.requests);
    if (!claim.types.empty()) model::add(machines.allocatable, claim.types.front()->allocatable());
  }
  std::vector<Machines> list;
  for (auto& [key, machines] : by_key)
    list.push_back(std::move(machines));
  auto cost = [](const Machines& machines) {
    return machines.price * static_cast<std::int64_t>(machines.count);
  };
  std::ranges::sort(list, [&](const Machines& a, const Machines& b) {
    return cost(a) != cost(b) ? cost(a) > cost(b)
                              : std::tie(a.nodepool, a.type, a.zone, a.capacity_type) <
                                    std::tie(b.nodepool, b.type, b.zone, b.capacity_type);
  });
  return list;
}

std::string share_bar(const Machines& machines, std::string_view resource, const Paint& paint) {
  return fill_bar(share_of(machines.requests, machines.allocatable, resource), paint);
}

// "3", and "3+2" with two pods of buffers.
std::string pods_text(std::size_t pods, std::size_t of_buffers) {
  return of_buffers == 0 ? std::to_string(pods) : fmt::format("{}+{}", pods, of_buffers);
}

std::string machines_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                          const TextOptions& options) {
  const Paint& paint = options.paint;
  const std::vector<Machines> machines = machines_of(plan, snapshot);
  if (machines.empty()) return "";
  Table table({Align::right, Align::left, Align::left, Align::left, Align::right, Align::left,
               Align::left, Align::right, Align::left});
  const char* pods_head = count_virtual(snapshot) > 0 ? "PODS+BUFFER" : "PODS";
  table.add(
      {"NODES", "TYPE", "ZONE", "CAPACITY", "$/H EACH", "CPU", "MEMORY", pods_head, "NODEPOOL"});
  const std::size_t shown = std::min(machines.size(), kMostLines);
  for (const Machines& row : std::span(machines).first(shown)) {
    table.add({paint.bold(std::to_string(row.count)), paint.cyan(row.type), row.zone,
               row.capacity_type, dollars_text(row.price), share_bar(row, model::kCpu, paint),
               share_bar(row, model::kMemory, paint), pods_text(row.pods, row.buffer_pods),
               row.nodepool});
  }
  std::string text = paint.bold("Machines to launch") + "\n" + table.to_string("  ");
  if (machines.size() > shown) {
    std::size_t nodes = 0;
    base::Money price;
    for (const Machines& row : std::span(machines).subspan(shown)) {
      nodes += row.count;
      price += row.price * static_cast<std::int64_t>(row.count);
    }
    text += fmt::format("  … and {} machines of {} further kinds, {} an hour together\n", nodes,
                        machines.size() - shown, price.to_string());
  }
  return text + "\n";
}

std::string existing_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                          const Paint& paint) {
  if (plan.existing.empty()) return "";
  Table table({Align::left, Align::right, Align::left});
  table.add({"NODE", count_virtual(snapshot) > 0 ? "PODS+BUFFER" : "PODS", "FIRST"});
  const std::size_t shown = std::min(plan.existing.size(), kMostLines);
  for (const engine::PlacedOnNode& placed : std::span(plan.existing).first(shown)) {
    const std::size_t of_buffers = count_virtual(snapshot, placed.pods);
    table.add({paint.cyan(snapshot.nodes[placed.node].name()),
               pods_text(placed.pods.size() - of_buffers, of_buffers),
               key_of(snapshot, placed.pods.front())});
  }
  std::string text = paint.bold("On nodes that are there") + "\n" + table.to_string("  ");
  if (plan.existing.size() > shown) {
    text += fmt::format("  … and on {} further nodes\n", plan.existing.size() - shown);
  }
  return text + "\n";
}

struct Pending {
  std::string owner;
  std::vector<std::size_t> pods;
  const model::Reason* reason = nullptr;
};

std::vector<Pending> pending_of(const engine::Plan& plan, const engine::Snapshot& snapshot) {
  std::map<std::pair<std::string, std::string>, Pending> groups;
  for (const engine::Refusal& refusal : plan.refusals) {
    std::string owner = owner_of(*snapshot.pods[refusal.pod]);
    Pending& group = groups[{owner, refusal.reason.to_string()}];
    group.owner = owner;
    group.pods.push_back(refusal.pod);
    group.reason = &refusal.reason;
  }
  std::vector<Pending> list;
  for (auto& [key, group] : groups)
    list.push_back(std::move(group));
  std::ranges::sort(list, [](const Pending& a, const Pending& b) {
    return a.pods.size() != b.pods.size() ? a.pods.size() > b.pods.size()
                                          : a.pods.front() < b.pods.front();
  });
  return list;
}

std::string pending_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                         const TextOptions& options) {
  const std::vector<Pending> groups = pending_of(plan, snapshot);
  if (groups.empty()) return "";
  std::string text = options.paint.bold("What stays pending") + "\n";
  const std::size_t shown = std::min(groups.size(), kMostGroups);
  for (const Pending& group : std::span(groups).first(shown)) {
    bool is_alone = group.owner.starts_with("pod ");
    std::string head =
        is_alone ? group.owner
                 : fmt::format("{} of {}", counted(group.pods.size(), "pod"), group.owner);
    text += fmt::format("  {}:\n", options.paint.yellow(head));
    text += reason_text(*group.reason, "    ", options.width);
  }
  if (groups.size() > shown) {
    std::size_t pods = 0;
    for (const Pending& group : std::span(groups).subspan(shown))
      pods += group.pods.size();
    text += fmt::format("  … and {} for {} further reasons\n", counted(pods, "pod"),
                        groups.size() - shown);
  }
  return text + "\n";
}

struct Placed {
  std::size_t on_new = 0;
  std::size_t on_existing = 0;
  std::size_t pending = 0;
};

// Of the pods that exist, or of the virtual ones.
Placed placed_pods(const engine::Plan& plan, const engine::Snapshot& snapshot, bool is_virtual) {
  Placed placed;
  auto count = [&](const std::vector<std::size_t>& pods) {
    std::size_t of_buffers = count_virtual(snapshot, pods);
    return is_virtual ? of_buffers : pods.size() - of_buffers;
  };
  for (const engine::PlannedClaim& claim : plan.claims)
    placed.on_new += count(claim.pods);
  for (const engine::PlacedOnNode& node : plan.existing)
    placed.on_existing += count(node.pods);
  for (const engine::Refusal& refusal : plan.refusals)
    placed.pending += count({refusal.pod});
  return placed;
}

// "3 of 4 pods placed: 3 on 1 new machine; 1 pending."
std::string placed_text(const Placed& placed, std::string_view what, std::size_t machines,
                        const Paint& paint) {
  const std::size_t done = placed.on_new + placed.on_existing;
  std::string text = fmt::format("{} of {} placed", paint.bold(std::to_string(done)),
                                 counted(done + placed.pending, what));
  std::string_view mark = ": ";
  if (placed.on_new > 0) {
    text += fmt::format("{}{} on {}", std::exchange(mark, ", "), placed.on_new,
                        counted(machines, "new machine"));
  }
  if (placed.on_existing > 0) {
    text += fmt::format("{}{} on nodes that are there", mark, placed.on_existing);
  }
  return text + (placed.pending == 0
                     ? ".\n"
                     : paint.yellow(fmt::format("; {} pending.", placed.pending)) + "\n");
}

std::string summary_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                         const TextOptions& options) {
  base::Money price;
  bool has_spot = false;
  std::size_t for_pods = 0;  // machines, of which some may be for buffers alone
  std::size_t for_buffers = 0;
  for (const engine::PlannedClaim& claim : plan.claims) {
    const std::size_t of_buffers = count_virtual(snapshot, claim.pods);
    if (of_buffers < claim.pods.size()) ++for_pods;
    if (of_buffers > 0) ++for_buffers;
    if (!claim.cheapest) continue;
    price += claim.cheapest->price;
    has_spot = has_spot || claim.cheapest->capacity_type == "spot";
  }
  if (snapshot.pods.empty()) return "  No pod waits for a node.\n";
  std::string text;
  const std::size_t of_buffers = count_virtual(snapshot);
  if (of_buffers < snapshot.pods.size()) {
    text += "  " + placed_text(placed_pods(plan, snapshot, false), "pod", for_pods, options.paint);
  }
  if (of_buffers > 0) {
    text += "  " + placed_text(placed_pods(plan, snapshot, true), "buffer pod", for_buffers,
                               options.paint);
  }
  if (!plan.claims.empty()) {
    text += fmt::format("  {} an hour, {} a month (of 730 hours).\n",
                        options.paint.bold(price.to_string()), month_text(price));
  }
  if (has_spot && options.has_modelled_spot_prices) {
    text +=
        options.paint.dim("  Spot prices are a model: EC2 tells them to account holders only.") +
        "\n";
  }
  return text;
}

}  // namespace

std::string plan_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                      const TextOptions& options) {
  return machines_text(plan, snapshot, options) + existing_text(plan, snapshot, options.paint) +
         pending_text(plan, snapshot, options) + options.paint.bold("Together") + "\n" +
         summary_text(plan, snapshot, options);
}

}  // namespace app
