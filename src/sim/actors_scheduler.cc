#include "sim/actors_scheduler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "judge/filters.h"
#include "judge/scores.h"
#include "judge/topology.h"
#include "judge/volumes.h"
#include "model/stateful_set.h"
#include "model/workload.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

constexpr std::string_view kSchedulerName = "default-scheduler";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
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

void add_selector(model::LabelSelector& sum, const model::LabelSelector& selector) {
  for (const auto& [key, value] : selector.matchLabels)
    sum.matchLabels.insert_or_assign(key, value);
  sum.matchExpressions.insert(sum.matchExpressions.end(), selector.matchExpressions.begin(),
                              selector.matchExpressions.end());
}

// The Services and the controller that select the pod, as one selector; nullopt if there are none.
std::optional<model::LabelSelector> owners_of(const Store& store, const model::Pod& pod) {
  const ObjectKey place{pod.metadata.namespace_, ""};
  model::LabelSelector sum;
  for (const StoredPtr& service :
       store.list(*store.find_kind("v1", "Service"), place.name_space).items) {
    const base::Json* selector = base::find_path(service->json, {"spec", "selector"});
    auto labels = selector == nullptr ? base::Result<model::Labels>(model::Labels())
                                      : base::from_json<model::Labels>(*selector);
    if (!labels || labels->empty()) continue;
    model::LabelSelector typed{std::move(*labels), {}};
    if (model::matches(typed, pod.metadata.labels)) add_selector(sum, typed);
  }
  if (const auto* owner = controller_of_kind(pod.metadata, "apps/v1", "ReplicaSet")) {
    auto set = find<model::ReplicaSet>(store, {place.name_space, owner->name});
    if (set != nullptr) add_selector(sum, set->spec.selector);
  } else if (owner = controller_of_kind(pod.metadata, "apps/v1", "StatefulSet"); owner != nullptr) {
    auto set = find<model::StatefulSet>(store, {place.name_space, owner->name});
    if (set != nullptr) add_selector(sum, set->spec.selector);
  }
  if (sum.matchLabels.empty() && sum.matchExpressions.empty()) return std::nullopt;
  return sum;
}

// The best node that takes the pod, or nullptr.
judge::NodeView* choose(const Store& store, const model::Pod& pod, judge::ClusterView& cluster) {
  if (judge::pod_refusal(pod, cluster)) return nullptr;
  judge::TopologyCounts topology = judge::count_topology(pod, cluster);
  std::vector<const judge::NodeView*> feasible;
  for (const judge::NodeView& node : cluster.nodes) {
    if (judge::first_refusal({pod, node, cluster, &topology}).allows()) feasible.push_back(&node);
  }
  if (feasible.empty()) return nullptr;
  std::vector<judge::Score> scores = judge::scores(pod, feasible, cluster, owners_of(store, pod));
  std::size_t best = 0;
  for (std::size_t index = 1; index < feasible.size(); ++index) {
    std::int64_t lead = scores[index].sum() - scores[best].sum();
    bool is_emptier = feasible[index]->pods().size() < feasible[best]->pods().size();
    if (lead > 0 || (lead == 0 && is_emptier)) best = index;
  }
  return cluster.find(feasible[best]->name());
}

bool has_claims(const model::PodSpec& pod) {
  return std::ranges::any_of(pod.volumes, [](const model::Volume& volume) {
    return volume.persistentVolumeClaim || volume.ephemeral;
  });
}

// Whether other pods or storage decide where the pod may go.
bool is_entangled(const model::PodSpec& pod) {
  bool looks_at_pods = pod.affinity && (pod.affinity->podAffinity || pod.affinity->podAntiAffinity);
  return looks_at_pods || !pod.topologySpreadConstraints.empty() || has_claims(pod);
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
  if (std::optional<std::string> refusal = judge::pod_refusal(pod, cluster)) {
    return fmt::format(
        "0/{0} nodes are available: {1}. preemption: 0/{0} nodes are available: {0} {2}.",
        cluster.nodes.size(), *refusal, kNotHelpful);
  }
  judge::TopologyCounts topology = judge::count_topology(pod, cluster);
  std::optional<std::set<std::string>> names = named_nodes(*pod.spec);
  Counts reasons;
  Counts preemption;
  for (const judge::NodeView& node : cluster.nodes) {
    if (names && !names->contains(node.name())) {
      ++reasons["node(s) didn't satisfy plugin(s) [NodeAffinity]"];
      ++preemption[std::string(kNotHelpful)];
      continue;
    }
    judge::Verdict verdict = judge::first_refusal({pod, node, cluster, &topology});
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
  for (model::Kind kind : {model::Kind::PersistentVolumeClaim, model::Kind::PersistentVolume,
                           model::Kind::StorageClass, model::Kind::CSINode}) {
    watches_.push_back(follow(context_.store, kind, [this](const WatchEvent&) { see_storage(); }));
  }
}

void Scheduler::see_pod(const WatchEvent& event) {
  auto pod = event.object->object.share<model::Pod>();
  ObjectKey key = key_of(pod->metadata);
  bool is_gone = event.type == WatchEvent::Type::deleted;
  if (is_gone || !wants_node(*pod)) {
    waiting_.erase(key);
    holds_.erase(key);
    bool left_node = !pod->spec->nodeName.empty() && (is_gone || judge::is_finished(*pod));
    if (left_node) {
      give_hope_to_all();
    } else if (event.before == nullptr ||
               event.before->object.as<model::Pod>().spec->nodeName != pod->spec->nodeName ||
               event.before->object.metadata().labels != pod->metadata.labels) {
      give_hope_to_entangled();
    }
    return;
  }
  if (!pod->spec->schedulingGates.empty()) {
    waiting_.erase(key);
    note_gates(*pod);
    return;
  }
  auto hold = holds_.find(key);
  if (hold != holds_.end() && hold->second.uid == pod->metadata.uid) return;
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
  if (event.type == WatchEvent::Type::deleted) {
    return end_holds_of(event.object->object.metadata().name);
  }
  if (event.before == nullptr) {
    give_hope_to_all();
    return;
  }
  auto before = event.before->object.share<model::Node>();
  auto after = event.object->object.share<model::Node>();
  if (!differs(*before, *after)) return;
  base::Time soon = context_.clock.now() + draw(random_, kReaction);
  for (auto& [key, waiting] : waiting_) {
    bool is_open = would_take(after, *waiting.pod) && !would_take(before, *waiting.pod);
    if (is_open || is_entangled(*waiting.pod->spec)) give_hope(waiting, soon);
  }
}

void Scheduler::give_hope_to_all() {
  base::Time soon = context_.clock.now() + draw(random_, kReaction);
  for (auto& [key, waiting] : waiting_) {
    give_hope(waiting, soon);
  }
}

void Scheduler::give_hope_to_entangled() {
  base::Time soon = context_.clock.now() + draw(random_, kReaction);
  for (auto& [key, waiting] : waiting_) {
    if (is_entangled(*waiting.pod->spec)) give_hope(waiting, soon);
  }
}

void Scheduler::see_storage() {
  give_hope_to_entangled();
  if (!holds_.empty()) alarm_.set(context_.clock.now() + draw(random_, kReaction));
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
  bind_held_pods();
  std::vector<ObjectKey> due = due_pods();
  if (!due.empty()) {
    judge::ClusterView cluster = view();
    for (const ObjectKey& key : due) {
      schedule(key, cluster);
    }
  }
  for (const auto& [key, waiting] : waiting_) {
    if (waiting.has_new_hope) alarm_.set(waiting.next);
  }
}

judge::ClusterView Scheduler::view() const {
  const Store& store = context_.store;
  judge::Surroundings surroundings;
  surroundings.namespaces = judge::by_name(list<model::Namespace>(store));
  surroundings.volume_claims = judge::by_name(list<model::PersistentVolumeClaim>(store));
  surroundings.volumes = judge::by_name(list<model::PersistentVolume>(store));
  surroundings.storage_classes = judge::by_name(list<model::StorageClass>(store));
  surroundings.csi_nodes = judge::by_name(list<model::CSINode>(store));
  judge::ClusterView cluster = judge::make_cluster(
      list<model::Node>(store), list<model::Pod>(store), std::move(surroundings));
  for (const auto& [key, hold] : holds_) {
    judge::NodeView* node = cluster.find(hold.node);
    auto pod = find<model::Pod>(store, key);
    if (node != nullptr && pod != nullptr) node->add(std::move(pod));
  }
  return cluster;
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
  if (judge::NodeView* node = choose(context_.store, pod, cluster)) {
    waiting_.erase(waiting);
    take(stored, cluster, *node);
  } else {
    refuse(stored, waiting->second, unschedulable_message(pod, cluster));
  }
}

// Binds the pod to its node, or holds it there until its claims are bound.
void Scheduler::take(const StoredPtr& stored, const judge::ClusterView& cluster,
                     judge::NodeView& node) {
  auto pod = stored->object.share<model::Pod>();
  bool waits = false;
  for (const judge::ClaimedVolume& volume : judge::claimed_volumes(*pod, cluster.surroundings)) {
    if (volume.object == nullptr || judge::is_bound(*volume.object)) continue;
    waits = true;
    edit(context_.store, model::Kind::PersistentVolumeClaim,
         {pod->metadata.namespace_, volume.claim}, [&](boost::json::object& claim) {
           object_at(object_at(claim, "metadata"), "annotations")[kSelectedNode] =
               text(node.name());
         });
  }
  if (waits) {
    holds_[key_of(pod->metadata)] = {pod->metadata.uid, node.name()};
  } else if (!bind(stored, node.name())) {
    return;
  }
  node.add(std::move(pod));
}

bool Scheduler::bind(const StoredPtr& stored, const std::string& node) {
  const ObjectKey key = key_of(stored->object.metadata());
  if (!context_.store.bind(key.name_space, key.name, node)) return false;
  context_.events.normal(kSchedulerName, stored->object, "Scheduled",
                         fmt::format("Successfully assigned {} to {}", to_string(key), node));
  return true;
}

void Scheduler::bind_held_pods() {
  judge::Surroundings surroundings;
  if (!holds_.empty()) {
    surroundings.volume_claims = judge::by_name(list<model::PersistentVolumeClaim>(context_.store));
  }
  for (auto entry = holds_.begin(); entry != holds_.end();) {
    StoredPtr stored = find(context_.store, model::Kind::Pod, entry->first);
    bool is_same = stored != nullptr && stored->object.metadata().uid == entry->second.uid;
    bool is_complete =
        is_same &&
        std::ranges::all_of(judge::claimed_volumes(stored->object.as<model::Pod>(), surroundings),
                            [](const judge::ClaimedVolume& volume) {
                              return volume.object != nullptr && judge::is_bound(*volume.object);
                            });
    if (is_complete) (void)bind(stored, entry->second.node);
    entry = is_complete || !is_same ? holds_.erase(entry) : std::next(entry);
  }
}

// The claims that are not bound yet may be bound elsewhere.
void Scheduler::end_holds_of(const std::string& node) {
  for (auto entry = holds_.begin(); entry != holds_.end();) {
    if (entry->second.node != node) {
      ++entry;
      continue;
    }
    auto pod = find<model::Pod>(context_.store, entry->first);
    for (const auto& claim :
         list<model::PersistentVolumeClaim>(context_.store, entry->first.name_space)) {
      bool is_chosen = model::value_of(claim->metadata.annotations, kSelectedNode) == node;
      if (!is_chosen || judge::is_bound(*claim)) continue;
      edit(context_.store, model::Kind::PersistentVolumeClaim, key_of(claim->metadata),
           [](boost::json::object& value) {
             object_at(object_at(value, "metadata"), "annotations").erase(kSelectedNode);
           });
    }
    if (pod != nullptr) {
      waiting_[entry->first] = {pod, 0, context_.clock.now(), true};
      alarm_.set(context_.clock.now());
    }
    entry = holds_.erase(entry);
  }
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
