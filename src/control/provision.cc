#include "control/provision.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "control/pods.h"
#include "model/labels.h"
#include "model/resources.h"

namespace control {
namespace {

constexpr std::size_t kNamesListed = 5;                                  // SCH-276, SCH-287
constexpr std::size_t kPreferringPodsListed = 10;                        // SCH-043
constexpr base::Duration kPreferencesToldEvery = std::chrono::hours(1);  // SCH-043
constexpr std::string_view kCreationKeys = "provision/";

// "default/a, default/b and 3 other(s)": a log line stays short whatever the batch is.
std::string some_of(const std::vector<std::string>& names, std::size_t most = kNamesListed) {
  std::string text;
  for (std::size_t index = 0; index < std::min(names.size(), most); ++index) {
    text += (index == 0 ? "" : ", ") + names[index];
  }
  if (names.size() > most) text += fmt::format(" and {} other(s)", names.size() - most);
  return text;
}

bool prefers_to_be_apart(const model::Pod& pod) {
  const auto& affinity = pod.spec->affinity;
  return affinity && affinity->podAntiAffinity &&
         !affinity->podAntiAffinity->preferredDuringSchedulingIgnoredDuringExecution.empty();
}

bool prefers_to_be_spread(const model::Pod& pod) {
  const auto& constraints = pod.spec->topologySpreadConstraints;
  return std::ranges::any_of(constraints, [](const model::TopologySpreadConstraint& constraint) {
    return constraint.whenUnsatisfiable == "ScheduleAnyway";
  });
}

bool has_disrupted_taint(const model::Node& node) {
  return std::ranges::any_of(node.spec.taints, [](const model::Taint& taint) {
    return taint.key == model::kDisruptedTaint && taint.effect == "NoSchedule";
  });
}

// Pending pods first, then the pods of nodes that go away (SCH-023), both by namespace/name, then
// the virtual pods of buffers (SCH-310).
std::vector<std::shared_ptr<const model::Pod>> pods_to_place(const World& world, base::Time now) {
  std::vector<std::shared_ptr<const model::Pod>> pods;
  for (const auto& [key, pod] : world.provisionable())
    pods.push_back(pod);
  for (const engine::NodeState& node : world.node_states()) {
    if (!node.deleting()) continue;
    for (const auto& pod : node.pods) {
      if (is_currently_reschedulable(world, *pod, now)) pods.push_back(pod);
    }
  }
  for (const auto& [key, virtual_pods] : world.buffer_knowledge.pods)
    pods.insert(pods.end(), virtual_pods.begin(), virtual_pods.end());
  return pods;
}

std::string provider_id_of(const engine::NodeState& node) {
  return node.claim ? node.claim->status.providerID : node.node->spec.providerID;
}

// The pods among these that exist.
std::vector<std::size_t> real_pods(const engine::Snapshot& snapshot,
                                   const std::vector<std::size_t>& pods) {
  std::vector<std::size_t> real;
  std::ranges::copy_if(pods, std::back_inserter(real),
                       [&](std::size_t pod) { return !engine::is_virtual(*snapshot.pods[pod]); });
  return real;
}

// SCH-311, SCH-312: what the pass means for buffers, which their loop then tells.
void note_buffers(World& world, base::Time now, const engine::Snapshot& snapshot,
                  const engine::Plan& plan, Decision& decision) {
  if (!world.buffers().empty()) decision.wake_at(now);
  BufferKnowledge& knowledge = world.buffer_knowledge;
  ++knowledge.passes;
  knowledge.fits = engine::fitting_buffers(snapshot, plan);
  knowledge.on_machine.clear();
  for (const auto& [node, count] : engine::virtual_pods_by_node(snapshot, plan)) {
    knowledge.on_machine[provider_id_of(snapshot.nodes[node])] = count;
  }
}

LogLine line(Level level, std::string message, boost::json::object fields) {
  return {level, "provisioner", std::move(message), std::move(fields)};
}

void report_refusals(const engine::Snapshot& snapshot, const engine::Plan& plan,
                     Decision& decision) {
  for (const engine::Refusal& refusal : plan.refusals) {
    const model::Pod& pod = *snapshot.pods[refusal.pod];
    if (engine::is_virtual(pod)) continue;  // SCH-314
    bool is_deferred = refusal.reason.code == model::Reason::Code::reserved_offering;
    if (is_deferred) continue;  // SCH-189
    std::string error = refusal.reason.to_string();
    bool is_ignored = refusal.reason.code == model::Reason::Code::ignored;
    bool says_event = refusal.reason.code != model::Reason::Code::avoids_karpenter &&
                      refusal.reason.code != model::Reason::Code::no_nodepools;
    decision.logs.push_back(
        line(says_event ? Level::error : Level::debug,
             is_ignored ? "ignoring pod" : "could not schedule pod",
             {{"Pod", {{"name", pod.metadata.name}, {"namespace", pod.metadata.namespace_}}},
              {"error", error}}));
    if (!says_event) continue;
    Notice notice;
    notice.about = reference_of(model::Object(snapshot.pods[refusal.pod]));
    notice.warning = true;
    notice.reason = "FailedScheduling";
    notice.message = "Failed to schedule pod, " + error;  // LIF-382
    notice.dedupe = {pod.metadata.uid};
    notice.dedupe_for = std::chrono::minutes(5);
    decision.notices.push_back(std::move(notice));
  }
}

// SCH-153.
void report_relaxations(const engine::Snapshot& snapshot, const engine::Plan& plan,
                        Decision& decision) {
  for (const engine::Relaxed& relaxed : plan.relaxed) {
    const model::Pod& pod = *snapshot.pods[relaxed.pod];
    if (engine::is_virtual(pod)) continue;
    boost::json::array dropped(relaxed.dropped->begin(), relaxed.dropped->end());
    decision.logs.push_back(
        line(Level::debug, "relaxed constraints of pod, which fits nowhere with them",
             {{"Pod", {{"name", pod.metadata.name}, {"namespace", pod.metadata.namespace_}}},
              {"dropped", std::move(dropped)}}));
  }
}

// LIF-349, SCH-291. Pods that have a node, and those of buffers, wait for no decision.
void measure(World& world, base::Time now, const engine::Snapshot& snapshot,
             const engine::Plan& plan, Decision& decision) {
  std::int64_t unschedulable = 0;
  std::int64_t ignored = 0;
  for (const engine::Refusal& refusal : plan.refusals) {
    bool is_deferred = refusal.reason.code == model::Reason::Code::reserved_offering;
    bool is_ignored = refusal.reason.code == model::Reason::Code::ignored;
    if (is_ignored) ++ignored;
    if (!is_deferred && !is_ignored) ++unschedulable;
  }
  decision.gauges.push_back({"karpenter_scheduler_unschedulable_pods_count",
                             {{"controller", "provisioner"}},
                             unschedulable});
  decision.gauges.push_back({"karpenter_scheduler_ignored_pods_count", {}, ignored});
  for (const auto& pod : snapshot.pods) {
    auto seen = world.first_seen.find(table_key(pod->metadata));
    if (seen == world.first_seen.end() || !pod->spec->nodeName.empty()) continue;
    if (engine::is_virtual(*pod) || !world.decided.insert(seen->first).second) continue;
    decision.observations.push_back(decision_duration(now - seen->second));
  }
}

// SCH-283, SCH-284: the nodes that will receive pods are kept, and the pods are told. Virtual pods
// keep no node (DIS-336).
void nominate_existing(World& world, base::Time now, const engine::Snapshot& snapshot,
                       const engine::Plan& plan, Decision& decision) {
  for (const engine::PlacedOnNode& placed : plan.existing) {
    const engine::NodeState& node = snapshot.nodes[placed.node];
    std::vector<std::size_t> pods = real_pods(snapshot, placed.pods);
    if (pods.empty()) continue;
    world.nominate(provider_id_of(node), now + world.settings().nomination_window());
    std::string target;
    if (node.claim) target = "nodeclaim/" + node.claim->metadata.name;
    if (node.node) target += (target.empty() ? "node/" : ", node/") + node.node->metadata.name;
    for (std::size_t index : pods) {
      const auto& pod = snapshot.pods[index];
      if (node.claim) world.planned_claims[table_key(pod->metadata)] = node.claim->metadata.name;
      Notice notice;
      notice.about = reference_of(model::Object(pod));
      notice.reason = "Nominated";
      notice.message = "Pod should schedule on: " + target;
      notice.dedupe = {pod->metadata.uid};
      notice.rate_limited = true;
      decision.notices.push_back(std::move(notice));
    }
  }
}

// What people want to know of a planned claim: the types it may become, cheapest first.
boost::json::object claim_fields(const engine::PlannedClaim& planned,
                                 const model::NodeClaim& claim) {
  std::vector<std::string> names;
  for (const auto& type : planned.types)
    names.push_back(type->name);
  boost::json::object fields;
  fields["NodePool"] = {{"name", planned.pool->metadata.name}};
  fields["requests"] = base::to_json(claim.spec.resources.requests);
  fields["instance-types"] = some_of(names);
  fields["pods"] = planned.pods.size();
  if (planned.cheapest) {
    fields["cheapest"] = {{"instance-type", planned.cheapest->instance_type},
                          {"zone", planned.cheapest->zone},
                          {"capacity-type", planned.cheapest->capacity_type},
                          {"price", planned.cheapest->price.to_string()}};
  }
  return fields;
}

}  // namespace

std::vector<std::shared_ptr<const model::NodePool>> participating_pools(const World& world) {
  std::vector<std::shared_ptr<const model::NodePool>> pools;
  for (const auto& [name, pool] : world.pools()) {
    if (world.is_managed(pool->spec.template_.spec.nodeClassRef) && !pool->spec.replicas &&
        !pool->metadata.deletionTimestamp && model::is_true(pool->status.conditions, "Ready")) {
      pools.push_back(pool);
    }
  }
  return pools;
}

engine::Snapshot snapshot_of(const World& world,
                             std::vector<std::shared_ptr<const model::Pod>> pods) {
  engine::Snapshot snapshot;
  snapshot.settings = world.settings().engine;
  snapshot.pods = std::move(pods);
  for (const auto& pool : participating_pools(world)) {
    auto fetched = world.types.find(pool->metadata.name);
    bool is_known = fetched != world.types.end() && !fetched->second.error &&
                    !fetched->second.awaits_evaluation;
    if (!is_known) continue;  // SCH-092, SCH-303
    snapshot.pools.push_back({pool, fetched->second.types, fetched->second.compiled});
  }
  for (engine::NodeState& node : world.node_states()) {
    auto& nodes = node.deleting() ? snapshot.leaving : snapshot.nodes;
    nodes.push_back(std::move(node));
  }
  std::map<std::string_view, std::shared_ptr<const model::Pod>> newest;  // by DaemonSet uid
  for (const auto& [key, pod] : world.pods()) {
    const model::OwnerReference* owner = model::controller_of(pod->metadata);
    if (owner == nullptr || owner->kind != "DaemonSet") continue;
    auto& slot = newest[owner->uid];
    if (!slot || slot->metadata.creationTimestamp < pod->metadata.creationTimestamp) slot = pod;
  }
  for (const auto& [key, daemon_set] : world.daemon_sets()) {
    auto pod = newest.find(daemon_set->metadata.uid);
    snapshot.daemons.push_back({daemon_set, pod == newest.end() ? nullptr : pod->second});
  }
  for (const auto& [name, name_space] : world.namespaces()) {
    snapshot.namespaces.push_back(name_space);
  }
  auto copy = [](const auto& table, auto& list) {
    for (const auto& [key, object] : table)
      list.push_back(object);
  };
  copy(world.volume_claims(), snapshot.volume_claims);
  copy(world.volumes(), snapshot.volumes);
  copy(world.storage_classes(), snapshot.storage_classes);
  copy(world.csi_nodes(), snapshot.csi_nodes);
  return snapshot;
}

std::map<std::string, model::ResourceList, std::less<>> usage_by_pool(const World& world) {
  std::map<std::string, model::ResourceList, std::less<>> usage;
  for (const engine::NodeState& node : world.machines()) {
    if (node.claim && !node.deleting()) model::add(usage[node.nodepool()], node.capacity());
  }
  return usage;
}

std::string exceeded_limit(const model::NodePool& pool, const model::ResourceList& usage) {
  for (const auto& [resource, limit] : pool.spec.limits) {
    base::Quantity used = model::quantity_of(usage, resource);
    if (used > limit) {
      return fmt::format("{} resource usage of {} exceeds limit of {}", resource, used.to_string(),
                         limit.to_string());
    }
  }
  return "";
}

Decision Provisioner::decide(World& world, base::Time now) {
  Decision decision;
  collect_triggers(world, now, decision);
  if (phase_ == Phase::creating && !world.is_any_busy(kCreationKeys)) phase_ = Phase::idle;
  if (phase_ == Phase::idle && !batch_.empty()) {
    phase_ = Phase::window;
    opened_at_ = now;
    last_new_at_ = now;
    decision.logs.push_back(line(Level::debug, "waiting on additional pods to batch", {}));
  }
  if (phase_ == Phase::window) {
    if (now < window_end(world.settings())) {
      decision.wake_at(window_end(world.settings()));
    } else if (world.is_synced()) {
      start_pass(world, decision);
      fetch_began_ = now;
    }
  }
  if (phase_ == Phase::fetching && types_arrived(world, now)) plan(world, now, decision);
  return decision;
}

// Every waiting pod and every node that is being emptied asks for a pass when it is first seen, and
// again each period (SCH-008, SCH-010). As long as nothing changed and none is due, nobody is asked.
void Provisioner::collect_triggers(World& world, base::Time now, Decision& decision) {
  if (world.demand_version() != demand_seen_ || (next_trigger_ && now >= *next_trigger_)) {
    demand_seen_ = world.demand_version();
    next_trigger_.reset();
    std::map<std::string, base::Time, std::less<>> before = std::exchange(triggered_, {});
    for (const auto& [key, pod] : world.provisionable()) {
      world.first_seen.try_emplace(key, now);  // SCH-009
      trigger(pod->metadata.uid, before, world.settings().trigger_period, now);
    }
    for (const auto& [name, node] : world.nodes()) {
      if (!has_disrupted_taint(*node)) continue;
      trigger(node->metadata.uid, before, world.settings().trigger_period, now);
    }
  }
  for (const std::string& uid : std::exchange(world.buffer_knowledge.triggers, {})) {
    if (batch_.insert(uid).second) last_new_at_ = now;  // SCH-011
  }
  if (next_trigger_) decision.wake_at(*next_trigger_);
}

void Provisioner::trigger(const std::string& uid,
                          const std::map<std::string, base::Time, std::less<>>& before,
                          base::Duration period, base::Time now) {
  auto last = before.find(uid);
  bool is_due = last == before.end() || now >= last->second + period;
  base::Time triggered_at = is_due ? now : last->second;
  triggered_.emplace(uid, triggered_at);
  if (is_due && batch_.insert(uid).second) last_new_at_ = now;  // SCH-015
  base::Time again = triggered_at + period;
  if (!next_trigger_ || again < *next_trigger_) next_trigger_ = again;
}

base::Time Provisioner::window_end(const Settings& settings) const {
  return std::min(last_new_at_ + settings.batch_idle, opened_at_ + settings.batch_max);
}

// SCH-043.
void Provisioner::tell_preferences(const engine::Snapshot& snapshot, base::Time now,
                                   Decision& decision) {
  if (snapshot.settings.preference_policy != engine::PreferencePolicy::Respect) return;
  std::erase_if(preferences_told_,
                [&](const auto& told) { return now >= told.second + kPreferencesToldEvery; });
  std::vector<std::string> apart;
  std::vector<std::string> spread;
  for (const auto& pod : snapshot.pods) {
    bool is_apart = prefers_to_be_apart(*pod);
    bool is_spread = prefers_to_be_spread(*pod);
    if (engine::is_virtual(*pod) || !(is_apart || is_spread)) continue;
    if (!preferences_told_.emplace(pod->metadata.uid, now).second) continue;
    if (is_apart) apart.push_back(table_key(pod->metadata));
    if (is_spread) spread.push_back(table_key(pod->metadata));
  }
  auto tell = [&](std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    decision.logs.push_back(
        line(Level::info,
             fmt::format("pod(s) have a preferred {} which can prevent consolidation", what),
             {{"pods", some_of(names, kPreferringPodsListed)}}));
  };
  tell("Anti-Affinity", apart);
  tell("TopologySpreadConstraint", spread);
}

void Provisioner::start_pass(const World& world, Decision& decision) {
  batch_.clear();  // SCH-016
  phase_ = Phase::fetching;
  ++pass_;
  fetching_.clear();
  for (const auto& pool : participating_pools(world)) {
    fetching_.push_back(pool->metadata.name);
    Action fetch;
    fetch.key = "types/" + pool->metadata.name;
    fetch.work = FetchInstanceTypes{pool};
    decision.actions.push_back(std::move(fetch));
  }
}

// A pool whose types could not be read again and again is left to its back-off (SCH-092).
bool Provisioner::types_arrived(const World& world, base::Time now) const {
  return std::ranges::all_of(fetching_, [&](const std::string& pool) {
    auto fetched = world.types.find(pool);
    bool is_fresh = fetched != world.types.end() && fetched->second.fetched_at >= fetch_began_;
    return is_fresh || !world.pools().contains(pool) || world.blocked_until("types/" + pool, now);
  });
}

void Provisioner::plan(World& world, base::Time now, Decision& decision) {
  phase_ = Phase::idle;
  engine::Snapshot snapshot = snapshot_of(world, pods_to_place(world, now));
  if (snapshot.pods.empty()) {  // SCH-026
    note_buffers(world, now, snapshot, {}, decision);
    measure(world, now, snapshot, {}, decision);
    return;
  }
  std::vector<std::string> names;
  for (const auto& pod : snapshot.pods) {
    if (!engine::is_virtual(*pod)) names.push_back(table_key(pod->metadata));
  }
  if (!names.empty()) {
    decision.logs.push_back(line(Level::info, "found provisionable pod(s)",
                                 {{"Pods", some_of(names)}, {"pod-count", names.size()}}));
  }

  tell_preferences(snapshot, now, decision);
  engine::Plan plan = engine::pack(snapshot);
  decision.solved_for = "provisioner";
  note_buffers(world, now, snapshot, plan, decision);
  measure(world, now, snapshot, plan, decision);
  std::size_t planned_pods = 0;
  for (const engine::PlannedClaim& claim : plan.claims)
    planned_pods += claim.pods.size();
  if (!plan.claims.empty()) {
    decision.logs.push_back(line(Level::info, "computed new nodeclaim(s) to fit pod(s)",
                                 {{"nodeclaims", plan.claims.size()}, {"pods", planned_pods}}));
  }
  if (!plan.claims.empty() && !plan.existing.empty()) {
    std::size_t pods = 0;
    for (const engine::PlacedOnNode& placed : plan.existing)
      pods += placed.pods.size();
    decision.logs.push_back(line(Level::info, "computed unready node(s) will fit pod(s)",
                                 {{"nodes", plan.existing.size()}, {"pods", pods}}));
  }
  report_relaxations(snapshot, plan, decision);
  report_refusals(snapshot, plan, decision);
  for (const engine::Refusal& refusal : plan.refusals)  // SCH-293
    world.planned_claims.erase(table_key(snapshot.pods[refusal.pod]->metadata));
  nominate_existing(world, now, snapshot, plan, decision);

  auto usage = usage_by_pool(world);
  for (const engine::PlannedClaim& planned : plan.claims) {
    std::string over = exceeded_limit(*planned.pool, usage[planned.pool->metadata.name]);
    if (!over.empty()) {  // SCH-132
      decision.logs.push_back(
          line(Level::error, "failed creating nodeclaim",
               {{"NodePool", {{"name", planned.pool->metadata.name}}}, {"error", over}}));
      continue;
    }
    CreateClaim create;
    create.claim = engine::to_node_claim(planned, snapshot.settings);
    engine::annotate_overlays(create.claim, planned.types,
                              world.types.at(planned.pool->metadata.name).overlaid);
    for (std::size_t index : real_pods(snapshot, planned.pods)) {
      create.pods.push_back(reference_of(model::Object(snapshot.pods[index])));
    }
    Action action;
    action.key = fmt::format("{}{}/{}", kCreationKeys, pass_, decision.actions.size());  // SCH-277
    action.logs.push_back(
        line(Level::info, "created nodeclaim", claim_fields(planned, create.claim)));
    action.work = std::move(create);
    decision.actions.push_back(std::move(action));
    phase_ = Phase::creating;
  }
}

}  // namespace control
