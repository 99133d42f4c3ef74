#include "sim/actors_scheduler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "judge/filters.h"
#include "model/resources.h"

namespace sim {
namespace {

constexpr std::string_view kSchedulerName = "default-scheduler";
constexpr std::string_view kNotHelpful = "Preemption is not helpful for scheduling";
constexpr std::string_view kNoVictims = "No preemption victims found for incoming pod";

bool wants_node(const model::Pod& pod) {
  bool is_ours = pod.spec->schedulerName.empty() || pod.spec->schedulerName == kSchedulerName;
  return is_ours && pod.spec->nodeName.empty() && !pod.metadata.deletionTimestamp &&
         !judge::is_finished(pod);
}

base::Duration back_off(int attempts) {
  constexpr int kLongest = 10;
  return std::chrono::seconds(attempts > 4 ? kLongest : std::min(1 << (attempts - 1), kLongest));
}

// Nodes that the pod names by matchFields, if every term does so: pods of a DaemonSet.
std::optional<std::set<std::string>> named_nodes(const model::PodSpec& pod) {
  if (!pod.affinity || !pod.affinity->nodeAffinity) return std::nullopt;
  const auto& required = pod.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!required || required->nodeSelectorTerms.empty()) return std::nullopt;
  std::set<std::string> names;
  for (const model::NodeSelectorTerm& term : required->nodeSelectorTerms) {
    auto field = std::ranges::find_if(term.matchFields, [](const auto& requirement) {
      return requirement.key == "metadata.name" && requirement.operator_ == "In";
    });
    if (field == term.matchFields.end()) return std::nullopt;
    names.insert(field->values.begin(), field->values.end());
  }
  return names;
}

using Counts = std::map<std::string, int>;

// "2 Insufficient cpu, 1 Too many pods", sorted as text with the number.
std::string counted(const Counts& counts) {
  std::set<std::string> parts;
  for (const auto& [reason, count] : counts) {
    parts.insert(fmt::format("{} {}", count, reason));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// How much of a resource would be left on the node, in percent.
std::int64_t percent_free(const judge::NodeView& node, const model::ResourceList& requests,
                          std::string_view resource) {
  base::Quantity::Nanos has = model::quantity_of(node.node().status.allocatable, resource).nanos();
  base::Quantity::Nanos taken =
      (model::quantity_of(node.requested(), resource) + model::quantity_of(requests, resource))
          .nanos();
  if (has <= 0 || taken > has) return 0;
  return static_cast<std::int64_t>((has - taken) * 100 / has);
}

std::int64_t score(const judge::NodeView& node, const model::ResourceList& requests) {
  return (percent_free(node, requests, model::kCpu) +
          percent_free(node, requests, model::kMemory)) /
         2;
}

// The best node that takes the pod, or nullptr.
judge::NodeView* choose(const model::Pod& pod, judge::ClusterView& cluster) {
  model::ResourceList requests = model::requests_of(pod);
  judge::NodeView* best = nullptr;
  std::int64_t best_score = 0;
  for (judge::NodeView& node : cluster.nodes) {
    if (!judge::first_refusal({pod, node, cluster}).allows()) continue;
    std::int64_t node_score = score(node, requests);
    bool is_better = best == nullptr || node_score > best_score ||
                     (node_score == best_score && node.pods().size() < best->pods().size());
    if (!is_better) continue;
    best = &node;
    best_score = node_score;
  }
  return best;
}

// Whether anything differs that the filters look at.
bool differs(const model::Node& before, const model::Node& after) {
  return before.spec.taints != after.spec.taints ||
         before.spec.unschedulable != after.spec.unschedulable ||
         before.metadata.labels != after.metadata.labels ||
         before.status.allocatable != after.status.allocatable;
}

// Whether the node would take the pod if it had no others.
bool would_take(const std::shared_ptr<const model::Node>& node, const model::Pod& pod) {
  judge::ClusterView alone = judge::make_cluster({node}, {});
  return judge::first_refusal({pod, alone.nodes.front(), alone}).allows();
}

}  // namespace

std::string unschedulable_message(const model::Pod& pod, const judge::ClusterView& cluster) {
  if (cluster.nodes.empty()) return "no nodes available to schedule pods";
  std::optional<std::set<std::string>> names = named_nodes(*pod.spec);
  Counts reasons;
  Counts preemption;
  for (const judge::NodeView& node : cluster.nodes) {
    if (names && !names->contains(node.name())) {
      ++reasons["node(s) didn't satisfy plugin(s) [NodeAffinity]"];
      ++preemption[std::string(kNotHelpful)];
      continue;
    }
    judge::Verdict verdict = judge::first_refusal({pod, node, cluster});
    for (const std::string& reason : verdict.reasons) {
      ++reasons[reason];
    }
    ++preemption[std::string(verdict.preemption_may_help ? kNoVictims : kNotHelpful)];
  }
  return fmt::format("0/{0} nodes are available: {1}. preemption: 0/{0} nodes are available: {2}.",
                     cluster.nodes.size(), counted(reasons), counted(preemption));
}

Scheduler::Scheduler(const ActorContext& context, base::Random random)
    : context_(context), random_(std::move(random)), alarm_(context.clock, [this] { run(); }) {
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
  watches_.push_back(follow(context_.store, model::Kind::Node,
                            [this](const WatchEvent& event) { see_node(event); }));
}

void Scheduler::see_pod(const WatchEvent& event) {
  auto pod = event.object->object.share<model::Pod>();
  ObjectKey key = key_of(pod->metadata);
  bool is_gone = event.type == WatchEvent::Type::deleted;
  if (is_gone || !wants_node(*pod)) {
    waiting_.erase(key);
    bool left_node = !pod->spec->nodeName.empty() && (is_gone || judge::is_finished(*pod));
    if (left_node) give_hope_to_all();
    return;
  }
  if (!pod->spec->schedulingGates.empty()) {
    waiting_.erase(key);
    note_gates(*pod);
    return;
  }
  Waiting& waiting = waiting_[key];
  bool is_same_question =
      waiting.pod != nullptr && waiting.pod->metadata.uid == pod->metadata.uid &&
      waiting.pod->spec == pod->spec && waiting.pod->metadata.labels == pod->metadata.labels;
  if (is_same_question) {
    waiting.pod = std::move(pod);
    return;
  }
  waiting = {std::move(pod), 0, context_.clock.now() + draw(random_, kReaction), true};
  alarm_.set(waiting.next);
}

// A new node is a reason to try again even if it is not open yet: the message will name it. A change
// is one only for pods that the node refused before and would take now.
void Scheduler::see_node(const WatchEvent& event) {
  if (event.type == WatchEvent::Type::deleted) return;
  if (event.before == nullptr) {
    give_hope_to_all();
    return;
  }
  auto before = event.before->object.share<model::Node>();
  auto after = event.object->object.share<model::Node>();
  if (!differs(*before, *after)) return;
  base::Time soon = context_.clock.now() + draw(random_, kReaction);
  for (auto& [key, waiting] : waiting_) {
    if (would_take(after, *waiting.pod) && !would_take(before, *waiting.pod)) {
      give_hope(waiting, soon);
    }
  }
}

void Scheduler::give_hope_to_all() {
  base::Time soon = context_.clock.now() + draw(random_, kReaction);
  for (auto& [key, waiting] : waiting_) {
    give_hope(waiting, soon);
  }
}

void Scheduler::give_hope(Waiting& waiting, base::Time soon) {
  waiting.has_new_hope = true;
  alarm_.set(std::max(waiting.next, soon));
}

void Scheduler::note_gates(const model::Pod& pod) {
  edit_status(context_.store, model::Kind::Pod, key_of(pod.metadata),
              [&](boost::json::object& status) {
                set_condition(status, "PodScheduled", "False", "SchedulingGated",
                              "Scheduling is blocked due to non-empty scheduling gates",
                              context_.clock.now());
              });
}

void Scheduler::run() {
  std::vector<ObjectKey> due = due_pods();
  if (!due.empty()) {
    judge::ClusterView cluster =
        judge::make_cluster(list<model::Node>(context_.store), list<model::Pod>(context_.store));
    for (const ObjectKey& key : due) {
      schedule(key, cluster);
    }
  }
  for (const auto& [key, waiting] : waiting_) {
    if (waiting.has_new_hope) alarm_.set(waiting.next);
  }
}

std::vector<ObjectKey> Scheduler::due_pods() const {
  using Rank = std::tuple<std::int64_t, base::Time, ObjectKey>;
  std::vector<Rank> ranks;
  base::Time now = context_.clock.now();
  for (const auto& [key, waiting] : waiting_) {
    if (!waiting.has_new_hope || waiting.next > now) continue;
    std::int64_t priority = waiting.pod->spec->priority.value_or(0);
    ranks.emplace_back(-priority, waiting.pod->metadata.creationTimestamp.value_or(now), key);
  }
  std::ranges::sort(ranks);
  std::vector<ObjectKey> keys;
  for (Rank& rank : ranks) {
    keys.push_back(std::move(std::get<ObjectKey>(rank)));
  }
  return keys;
}

void Scheduler::schedule(const ObjectKey& key, judge::ClusterView& cluster) {
  StoredPtr stored = find(context_.store, model::Kind::Pod, key);
  auto waiting = waiting_.find(key);
  if (waiting == waiting_.end()) return;
  if (stored == nullptr || !wants_node(stored->object.as<model::Pod>())) {
    waiting_.erase(waiting);
    return;
  }
  const auto& pod = stored->object.as<model::Pod>();
  if (judge::NodeView* node = choose(pod, cluster)) {
    waiting_.erase(waiting);
    bind(stored, *node);
  } else {
    refuse(stored, waiting->second, unschedulable_message(pod, cluster));
  }
}

void Scheduler::bind(const StoredPtr& stored, judge::NodeView& node) {
  auto pod = stored->object.share<model::Pod>();
  const ObjectKey key = key_of(pod->metadata);
  if (!context_.store.bind(key.name_space, key.name, node.name())) return;
  node.add(pod);
  context_.events.normal(
      kSchedulerName, stored->object, "Scheduled",
      fmt::format("Successfully assigned {} to {}", to_string(key), node.name()));
}

void Scheduler::refuse(const StoredPtr& stored, Waiting& waiting, const std::string& message) {
  base::Time now = context_.clock.now();
  ++waiting.attempts;
  waiting.next = now + back_off(waiting.attempts);
  waiting.has_new_hope = false;
  edit_status(context_.store, model::Kind::Pod, key_of(stored->object.metadata()),
              [&](boost::json::object& status) {
                set_condition(status, "PodScheduled", "False", "Unschedulable", message, now);
              });
  context_.events.warning(kSchedulerName, stored->object, "FailedScheduling", message);
}

}  // namespace sim
