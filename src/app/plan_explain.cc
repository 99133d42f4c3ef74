#include "app/plan_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/plan_output.h"
#include "app/plan_pods.h"
#include "app/plan_snapshot.h"
#include "app/plan_text_parts.h"
#include "base/nearest.h"
#include "model/labels.h"
#include "model/resources.h"

namespace app {

namespace {

constexpr std::size_t kRungs = 10;
constexpr std::size_t kExamples = 3;

std::string name_of(const model::Pod& pod) {
  return pod.metadata.namespace_ + "/" + pod.metadata.name;
}

bool is_meant(const model::Pod& pod, std::string_view word) {
  return word.find('/') == std::string_view::npos ? pod.metadata.name == word
                                                  : name_of(pod) == word;
}

using Pods = std::vector<std::shared_ptr<const model::Pod>>;

// The pod that the word stands for, of those planned and of all others.
base::Result<const model::Pod*> find_pod(std::string_view word, const Pods& planned,
                                         const Pods& others) {
  const model::Pod* found = nullptr;
  for (const Pods* pods : {&planned, &others}) {
    for (const auto& pod : *pods) {
      if (!is_meant(*pod, word) || pod.get() == found) continue;
      if (found != nullptr && name_of(*found) != name_of(*pod)) {
        return base::invalid(fmt::format("--explain {}: there is {} and {}; name the namespace too",
                                         word, name_of(*found), name_of(*pod)));
      }
      found = pod.get();
    }
  }
  if (found != nullptr) return found;
  std::vector<std::string> names;
  constexpr std::size_t kMostNames = 20'000;  // to look for a near one among
  for (const auto& pod : planned) {
    bool has_namespace = word.find('/') != std::string_view::npos;
    if (names.size() < kMostNames)
      names.push_back(has_namespace ? name_of(*pod) : pod->metadata.name);
  }
  std::vector<std::string_view> known(names.begin(), names.end());
  std::optional<std::string> nearest = base::nearest(word, known);
  return base::fail(base::Code::not_found,
                    fmt::format("--explain {}: there is no such pod in the input{}", word,
                                nearest ? "; did you mean " + *nearest + "?" : ""));
}

// The cheapest way to have the type as the machine needs it; null if there is none.
const model::Offering* best_offering(const model::InstanceType& type,
                                     const model::Requirements& wanted) {
  const model::Offering* best = nullptr;
  for (const model::Offering& offering : type.offerings) {
    if (!offering.available || !wanted.intersects(offering.requirements)) continue;
    if (best == nullptr || offering.price < best->price) best = &offering;
  }
  return best;
}

// Its lowest price in any form.
std::optional<base::Money> lowest_price(const model::InstanceType& type) {
  std::optional<base::Money> lowest;
  for (const model::Offering& offering : type.offerings) {
    if (offering.available && (!lowest || offering.price < *lowest)) lowest = offering.price;
  }
  return lowest;
}

// Why the type is out: the first that is true of its labels, its offerings, its size.
std::string objection(const model::InstanceType& type, const engine::PlannedClaim& claim) {
  for (const auto& [key, requirement] : type.requirements) {
    const model::Requirement* wanted = claim.requirements->find(key);
    if (wanted == nullptr || wanted->overlaps(requirement)) continue;
    if (key == model::kInstanceTypeLabel) return "the type is not among those that are asked for";
    return fmt::format("{} is asked for", wanted->to_string());
  }
  if (best_offering(type, *claim.requirements) == nullptr) {
    return "not to be had in a zone and capacity type that is asked for";
  }
  model::ResourceList allocatable = type.allocatable();
  for (const auto& [resource, wanted] : claim.requests) {
    if (wanted > model::quantity_of(allocatable, resource)) {
      return fmt::format("too little {}: {} needed", resource, wanted.to_string());
    }
  }
  return "kept out by daemons, host ports, limits or minValues";
}

struct Out {
  std::vector<std::pair<base::Money, std::string>> types;  // cheapest first
};

// What would be cheaper than the machine, by why it is out.
std::map<std::string, Out> cheaper_types(const engine::PlannedClaim& claim,
                                         const engine::Snapshot& snapshot) {
  std::map<std::string, Out> by_reason;
  auto pool = std::ranges::find(snapshot.pools, claim.pool, &engine::PoolInput::pool);
  if (pool == snapshot.pools.end() || !claim.cheapest) return by_reason;
  for (const auto& type : pool->types) {
    const model::Offering* offering = best_offering(*type, *claim.requirements);
    std::optional<base::Money> price = offering ? offering->price : lowest_price(*type);
    bool is_in = std::ranges::find(claim.types, type) != claim.types.end();
    if (is_in || !price || *price >= claim.cheapest->price) continue;
    by_reason[objection(*type, claim)].types.emplace_back(*price, type->name);
  }
  for (auto& [reason, out] : by_reason)
    std::ranges::sort(out.types);
  return by_reason;
}

std::string ladder_text(const engine::PlannedClaim& claim, const TextOptions& options) {
  Table table({Align::right, Align::left, Align::right, Align::left, Align::left, Align::left,
               Align::left});
  table.add({"", "TYPE", "$/H", "ZONE", "CAPACITY", "CPU", "MEMORY"});
  std::size_t rung = 0;
  for (const auto& type : claim.types) {
    if (rung == kRungs) break;
    const model::Offering* offering = best_offering(*type, *claim.requirements);
    model::ResourceList allocatable = type->allocatable();
    auto bar = [&](std::string_view resource) {
      return fill_bar(share_of(claim.requests, allocatable, resource), options.paint);
    };
    std::string name = rung == 0 ? options.paint.bold(type->name) : type->name;
    table.add({std::to_string(++rung), name, offering ? dollars_text(offering->price) : "",
               std::string(offering ? offering->zone() : ""),
               std::string(offering ? offering->capacity_type() : ""), bar(model::kCpu),
               bar(model::kMemory)});
  }
  std::string text = options.paint.bold("What it may become, cheapest first") + "\n";
  text += table.to_string("  ");
  if (claim.types.size() > rung) {
    text += fmt::format("  … and {} dearer types\n", claim.types.size() - rung);
  }
  return text;
}

std::string cheaper_text(const engine::PlannedClaim& claim, const engine::Snapshot& snapshot,
                         const TextOptions& options) {
  std::map<std::string, Out> by_reason = cheaper_types(claim, snapshot);
  if (by_reason.empty()) return "\nNo cheaper type exists.\n";
  std::vector<std::pair<std::string, Out>> reasons(by_reason.begin(), by_reason.end());
  std::ranges::sort(reasons, [](const auto& a, const auto& b) {
    std::size_t more = a.second.types.size();
    return more != b.second.types.size() ? more > b.second.types.size() : a.first < b.first;
  });
  std::string text = "\n" + options.paint.bold("Cheaper, but out") + "\n";
  for (const auto& [reason, out] : reasons) {
    std::string examples;
    for (const auto& [price, name] :
         std::span(out.types).first(std::min(out.types.size(), kExamples))) {
      examples += fmt::format("{}{} {}", examples.empty() ? "" : ", ", name, dollars_text(price));
    }
    text += wrapped(fmt::format("{}: {} ({}{})", counted(out.types.size(), "type"), reason,
                                examples, out.types.size() > kExamples ? ", …" : ""),
                    "  ", options.width);
  }
  return text;
}

std::string claim_text(const engine::PlannedClaim& claim, std::size_t number,
                       const engine::Plan& plan, const engine::Snapshot& snapshot,
                       const TextOptions& options) {
  std::string resources;
  for (const auto& [resource, quantity] : claim.requests) {
    resources +=
        fmt::format("{}{} {}", resources.empty() ? "" : ", ", resource, quantity.to_string());
  }
  std::size_t others = claim.pods.size() - 1;
  std::string text = wrapped(
      fmt::format("goes onto a new machine of NodePool {} (number {} of {}){}. Together, daemons "
                  "included, they ask for {}.",
                  claim.pool->metadata.name, number + 1, plan.claims.size(),
                  others == 0 ? "" : fmt::format(", with {}", counted(others, "other pod")),
                  resources),
      "  ", options.width);
  return text + "\n" + ladder_text(claim, options) + cheaper_text(claim, snapshot, options);
}

// Of a pod that the plan has not to do with.
std::string other_text(const model::Pod& pod) {
  if (!pod.spec->nodeName.empty()) return fmt::format("is on node {} already", pod.spec->nodeName);
  if (engine::is_daemon_pod(pod)) return "belongs to a DaemonSet, which places its pods itself";
  if (engine::is_static_pod(pod)) return "is the mirror of a static pod";
  if (engine::is_terminal(pod)) return "has ended";
  if (!pod.spec->schedulingGates.empty()) return "is held by a scheduling gate";
  if (!pod.status.nominatedNodeName.empty()) {
    return fmt::format("is promised node {}", pod.status.nominatedNodeName);
  }
  return "is not marked unschedulable by the scheduler, so it does not wait for a machine";
}

bool contains(const std::vector<std::size_t>& pods, std::size_t pod) {
  return std::ranges::find(pods, pod) != pods.end();
}

std::string planned_text(std::size_t pod, const engine::Plan& plan,
                         const engine::Snapshot& snapshot, const TextOptions& options) {
  for (const engine::Refusal& refusal : plan.refusals) {
    if (refusal.pod != pod) continue;
    return "  stays pending:\n" + reason_text(refusal.reason, "    ", options.width);
  }
  for (const engine::PlacedOnNode& placed : plan.existing) {
    if (!contains(placed.pods, pod)) continue;
    return fmt::format("  goes onto node {}, which is there; that costs nothing more.\n",
                       snapshot.nodes[placed.node].name());
  }
  for (std::size_t number = 0; number < plan.claims.size(); ++number) {
    if (contains(plan.claims[number].pods, pod)) {
      return claim_text(plan.claims[number], number, plan, snapshot, options);
    }
  }
  return "  was not reached before planning was stopped.\n";
}

}  // namespace

base::Result<std::string> explain_text(std::string_view pod, const PlanInput& input,
                                       const engine::Plan& plan, const engine::Snapshot& snapshot,
                                       const TextOptions& options) {
  auto found = find_pod(pod, snapshot.pods, input.pods);
  if (!found) return std::unexpected(found.error());
  std::string head = options.paint.bold(fmt::format("Pod {}", name_of(**found))) + "\n";
  auto planned =
      std::ranges::find_if(snapshot.pods, [&](const auto& other) { return other.get() == *found; });
  if (planned == snapshot.pods.end()) return head + fmt::format("  {}.\n", other_text(**found));
  auto index = static_cast<std::size_t>(planned - snapshot.pods.begin());
  return head + planned_text(index, plan, snapshot, options);
}

}  // namespace app
