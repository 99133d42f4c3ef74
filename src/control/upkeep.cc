#include "control/upkeep.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/edit.h"
#include "model/labels.h"
#include "model/resources.h"

namespace control {
namespace {

constexpr std::string_view kConsistency = "nodeclaim.consistency";
constexpr base::Duration kCheckEvery = std::chrono::minutes(10);  // LIF-125
constexpr base::Duration kLookEvery = std::chrono::seconds(10);
constexpr base::Duration kSyncPatience = std::chrono::seconds(30);  // LIF-243
constexpr base::Duration kComplainEvery = std::chrono::seconds(10);

std::string class_label(const model::NodeClassReference& reference) {
  return model::node_class_label(reference.group, reference.kind);
}

// LIF-124.
void hydrate(const std::shared_ptr<const model::Node>& node, const model::NodeClaim& claim,
             Decision& decision) {
  const model::NodeClassReference& reference = claim.spec.nodeClassRef;
  std::string label = class_label(reference);
  if (model::value_of(node->metadata.labels, label) == reference.name) return;
  model::Node labelled = *node;
  labelled.metadata.labels[label] = reference.name;
  decision.actions.push_back(patch_action(model::Object(node), model::Object(std::move(labelled))));
}

// Thousandths, rounded. Requires: expected > 0.
std::int64_t per_mille(const base::Quantity& found, const base::Quantity& expected) {
  using Nanos = base::Quantity::Nanos;
  Nanos unit = std::max<Nanos>(expected.nanos() / 1'000'000, 1);  // so that nothing overflows
  Nanos millionths = std::min<Nanos>(found.nanos() / unit, 1'000'000'000);
  return static_cast<std::int64_t>((millionths + 500) / 1000);
}

// At least nine tenths.
bool is_enough(const base::Quantity& found, const base::Quantity& expected) {
  return found.nanos() / 9 >= expected.nanos() / 10;
}

// LIF-126: "expected 128Gi of resource memory, but found 64Gi (50.0% of expected)".
std::vector<std::string> shape_issues(const model::NodeClaim& claim, const model::Node& node) {
  std::vector<std::string> issues;
  for (const auto& [resource, requested] : claim.spec.resources.requests) {
    base::Quantity expected = model::quantity_of(claim.status.capacity, resource);
    if (requested.is_zero() || expected.is_zero()) continue;
    base::Quantity found = model::quantity_of(node.status.capacity, resource);
    if (expected.is_negative() || is_enough(found, expected)) continue;
    std::int64_t permille = per_mille(found, expected);
    issues.push_back(fmt::format("expected {} of resource {}, but found {} ({}.{}% of expected)",
                                 expected.to_string(), resource, found.to_string(), permille / 10,
                                 permille % 10));
  }
  return issues;
}

}  // namespace

Decision Upkeep::decide(World& world, base::Time now) {
  Decision decision;
  watch_sync(world, now, decision);
  bool is_changed =
      world.machines_version() != seen_version_ && (!looked_at_ || now >= *looked_at_ + kLookEvery);
  if (!is_changed && !(next_ && now >= *next_)) {
    if (next_) decision.wake_at(*next_);
    return decision;
  }
  seen_version_ = world.machines_version();
  looked_at_ = now;
  next_.reset();
  std::map<std::string, base::Time, std::less<>> before = std::exchange(checked_, {});
  for (const auto& [name, claim] : world.claims()) {
    if (!world.is_managed(claim->spec.nodeClassRef) || claim->metadata.deletionTimestamp) continue;
    auto last = before.find(claim->metadata.uid);
    if (last != before.end() && now < last->second + kCheckEvery) {
      checked_.insert(*last);
    } else {
      look_after(world, claim, now, decision);
    }
    auto checked = checked_.find(claim->metadata.uid);
    base::Time due = checked == checked_.end() ? now + kLookEvery : checked->second + kCheckEvery;
    if (!next_ || due < *next_) next_ = due;
  }
  if (next_) decision.wake_at(*next_);
  return decision;
}

// LIF-125 to LIF-127. A claim counts as checked when its condition shows what was found.
void Upkeep::look_after(const World& world, const std::shared_ptr<const model::NodeClaim>& claim,
                        base::Time now, Decision& decision) {
  ClaimEdit edit(claim, kConsistency, now);
  const model::NodeClassReference& reference = claim->spec.nodeClassRef;
  std::string label = class_label(reference);
  if (model::value_of(claim->metadata.labels, label) != reference.name) {
    edit.change().metadata.labels[label] = reference.name;
  }
  auto nodes = world.nodes_of(claim->status.providerID);
  if (nodes.size() == 1 && edit.is_true(model::kRegistered)) {
    hydrate(nodes.front(), *claim, decision);
  }
  std::vector<std::string> issues;
  if (nodes.size() == 1 && edit.is_true(model::kInitialized)) {
    issues = shape_issues(*claim, *nodes.front());
    if (issues.empty()) {
      if (!edit.is_true(model::kConsistentStateFound)) edit.set_true(model::kConsistentStateFound);
    } else {
      edit.set_false(model::kConsistentStateFound, "ConsistencyCheckFailed",
                     "Consistency Check Failed");
    }
    if (!edit.is_changed()) checked_[claim->metadata.uid] = now;
  }
  for (const std::string& issue : issues) {
    Notice notice = edit.notice(true, "FailedConsistencyCheck", issue);
    notice.dedupe.push_back(issue);
    decision.notices.push_back(std::move(notice));
    if (edit.is_changed()) continue;  // said when the condition shows it
    decision.logs.push_back(edit.line(Level::info, "failed consistency check", {{"issue", issue}}));
  }
  edit.finish(decision);
}

// LIF-243.
void Upkeep::watch_sync(const World& world, base::Time now, Decision& decision) {
  bool is_synced = world.is_synced();
  if (is_synced) {
    unsynced_since_.reset();
  } else if (!unsynced_since_) {
    unsynced_since_ = now;
  }
  base::Duration unsynced = unsynced_since_ ? now - *unsynced_since_ : base::Duration{};
  decision.gauges.push_back({"karpenter_cluster_state_synced", {}, is_synced ? 1 : 0});  // SCH-020
  decision.gauges.push_back({"karpenter_cluster_state_unsynced_time_seconds",
                             {},
                             std::chrono::floor<std::chrono::seconds>(unsynced).count()});
  if (is_synced) return;
  base::Time due = std::max(*unsynced_since_ + kSyncPatience, complained_at_ + kComplainEvery);
  if (now <= due) {
    decision.wake_at(due + base::Duration(1));
    return;
  }
  complained_at_ = now;
  decision.logs.push_back({Level::error,
                           "state",
                           "cluster is waiting on sync for extended duration",
                           {{"duration", base::print_duration(now - *unsynced_since_)}}});
  decision.wake_at(now + kComplainEvery);
}

}  // namespace control
