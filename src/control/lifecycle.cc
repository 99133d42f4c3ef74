#include "control/lifecycle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "control/edit.h"
#include "control/pods.h"
#include "model/labels.h"

namespace control {
namespace {

constexpr std::string_view kController = "nodeclaim.lifecycle";
constexpr std::size_t kLongestMessage = 300;  // LIF-068
constexpr base::Duration kHookPeriod = std::chrono::seconds(1);

// The first 300 bytes and "...", without splitting a UTF-8 character.
std::string cut(const std::string& text) {
  if (text.size() < kLongestMessage) return text;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end) + "...";
}

std::string to_string(const model::Taint& taint) {
  return taint.value.empty() ? fmt::format("{}:{}", taint.key, taint.effect)
                             : fmt::format("{}={}:{}", taint.key, taint.value, taint.effect);
}

bool has_taint(const model::Node& node, const model::Taint& wanted) {
  return std::ranges::any_of(node.spec.taints,
                             [&](const model::Taint& taint) { return taint.same_place(wanted); });
}

bool is_unregistered(const model::Taint& taint) {
  return taint.key == model::kUnregisteredTaint && taint.effect == "NoExecute";
}

// Removes the claim for a reason that people read in the log, and count.
Action& give_up(ClaimEdit& edit, Decision& decision, LogLine line, std::string_view reason) {
  Action action = delete_action(model::Object(edit.claim()));
  action.logs.push_back(std::move(line));
  action.counts.push_back(claim_disrupted(edit.claim(), reason));
  return decision.actions.emplace_back(std::move(action));
}

std::string launch_key(const model::NodeClaim& claim) { return "launch/" + claim.metadata.uid; }

// LIF-060 to LIF-069: takes in what the launch answered. Returns false if the claim is being given
// up.
bool take_launch(World& world, ClaimEdit& edit, Decision& decision) {
  const std::string& uid = edit.claim().metadata.uid;
  if (edit.status_of(model::kLaunched) != "Unknown") {
    if (edit.is_true(model::kLaunched)) edit.set_true(model::kLaunched);
    world.launched.erase(uid);
    return true;
  }
  if (auto refused = world.refused_launches.find(uid); refused != world.refused_launches.end()) {
    const base::Error& error = refused->second;
    LogLine line =
        edit.line(Level::error, "failed launching nodeclaim", {{"error", error.message}});
    bool no_capacity = error.code == base::Code::no_capacity;
    decision.notices.push_back(edit.notice(
        true, no_capacity ? "InsufficientCapacityError" : "NodeClassNotReady",
        fmt::format("NodeClaim {} event: {}", edit.claim().metadata.name, cut(error.message))));
    give_up(edit, decision, std::move(line),
            no_capacity ? "insufficient_capacity" : "nodeclass_not_ready");
    return false;
  }
  if (auto answer = world.launched.find(uid); answer != world.launched.end()) {
    const ports::Launched& launched = answer->second;
    model::NodeClaim& claim = edit.change();
    for (const auto& [key, value] : launched.labels)
      claim.metadata.labels.emplace(key, value);
    for (const auto& [key, value] : launched.annotations)
      claim.metadata.annotations[key] = value;
    claim.status.providerID = launched.providerID;
    claim.status.imageID = launched.imageID;
    claim.status.capacity = launched.capacity;
    claim.status.allocatable = launched.allocatable;
    edit.set_true(model::kLaunched);
    auto label = [&](std::string_view key) {
      return std::string(model::value_of(edit.claim().metadata.labels, key));
    };
    edit.log(Level::info, "launched nodeclaim",
             {{"instance-type", label(model::kInstanceTypeLabel)},
              {"zone", label(model::kZoneLabel)},
              {"capacity-type", label(model::kCapacityTypeLabel)},
              {"allocatable", base::to_json(launched.allocatable)}});
    return true;
  }
  if (const Failure* failure = world.failure_of(launch_key(edit.claim()))) {
    edit.set_unknown(model::kLaunched, "LaunchFailed", cut(failure->error.message));
  }
  return true;
}

// Asks for the instance of a claim that has none and stays.
void launch(const ClaimEdit& edit, Decision& decision) {
  if (edit.status_of(model::kLaunched) != "Unknown") return;
  Action action;
  action.key = launch_key(edit.claim());
  action.work = LaunchInstance{std::make_shared<const model::NodeClaim>(edit.claim())};
  decision.actions.push_back(std::move(action));
}

// LIF-074 to LIF-079: what the claim says is written onto its Node.
void sync_node(const model::NodeClaim& claim, model::Node& node) {
  model::ObjectMeta& metadata = node.metadata;
  if (!model::has_finalizer(metadata, model::kTerminationFinalizer)) {
    metadata.finalizers.emplace_back(model::kTerminationFinalizer);
  }
  bool is_owned = std::ranges::any_of(metadata.ownerReferences, [&](const auto& owner) {
    return owner.kind == "NodeClaim" && owner.uid == claim.metadata.uid;
  });
  if (!is_owned) {
    model::OwnerReference owner;
    owner.apiVersion = model::info(model::Kind::NodeClaim).api_version();
    owner.kind = "NodeClaim";
    owner.name = claim.metadata.name;
    owner.uid = claim.metadata.uid;
    owner.blockOwnerDeletion = true;
    metadata.ownerReferences.push_back(std::move(owner));
  }
  for (const auto& [key, value] : claim.metadata.labels)
    metadata.labels[key] = value;
  for (const auto& [key, value] : claim.metadata.annotations)
    metadata.annotations[key] = value;
  if (model::value_of(metadata.labels, model::kDoNotSyncTaintsLabel) != "true") {
    for (const auto* taints : {&claim.spec.taints, &claim.spec.startupTaints}) {
      for (const model::Taint& taint : *taints) {
        if (!has_taint(node, taint)) node.spec.taints.push_back(taint);
      }
    }
  }
}

// LIF-080.
void complete(model::Node& node) {
  std::erase_if(node.spec.taints, is_unregistered);
  node.metadata.labels[std::string(model::kRegisteredLabel)] = "true";
}

// LIF-083 to LIF-087: asks the hooks that have not agreed yet and returns their names; what the
// others want to have on claim and Node is written onto the claim.
std::vector<std::string> pending_hooks(World& world, ClaimEdit& edit,
                                       const std::shared_ptr<const model::Node>& node,
                                       Decision& decision) {
  std::vector<std::string> pending;
  const std::string& uid = edit.claim().metadata.uid;
  for (const std::string& name : world.registration_hooks) {
    auto& answers = world.hook_answers[uid];
    auto known = answers.find(name);
    if (known != answers.end() && known->second.answer.is_ready) {
      for (const auto& [key, value] : known->second.answer.labels) {
        if (model::value_of(edit.claim().metadata.labels, key) == value) continue;
        edit.change().metadata.labels[key] = value;
      }
      continue;
    }
    pending.push_back(name);
    if (known != answers.end()) {
      base::Time again = known->second.asked_at + known->second.answer.again.value_or(kHookPeriod);
      if (edit.now() < again) {
        decision.wake_at(again);
        continue;
      }
    }
    Action action;
    action.key = fmt::format("hook/{}/{}", name, uid);
    action.work = AskHook{name, std::make_shared<const model::NodeClaim>(edit.claim()), node};
    decision.actions.push_back(std::move(action));
  }
  return pending;
}

void note_missing_taint(const ClaimEdit& edit, Action& action) {
  action.logs.push_back(edit.line(Level::error, "missing taint on node, registering anyway",
                                  {{"taint", model::kUnregisteredTaint}}));
  action.notices.push_back(
      edit.notice(true, "UnregisteredTaintMissing",
                  fmt::format("Missing {} taint which prevents registration related race "
                              "conditions on Joiner-managed nodes",
                              model::kUnregisteredTaint)));
}

// LIF-070 to LIF-082.
void register_node(World& world, ClaimEdit& edit, Decision& decision) {
  if (edit.status_of(model::kRegistered) != "Unknown") {
    if (edit.is_true(model::kRegistered)) edit.set_true(model::kRegistered);
    return;
  }
  auto nodes = world.nodes_of(edit.claim().status.providerID);
  if (nodes.empty()) {
    edit.set_unknown(model::kRegistered, "NodeNotFound", "Node not registered with cluster");
    return;
  }
  if (nodes.size() > 1) {
    edit.set_false(model::kRegistered, "MultipleNodesFound",
                   "Invariant violated, matched multiple nodes");
    return;
  }
  const std::shared_ptr<const model::Node>& node = nodes.front();
  bool is_tainted = std::ranges::any_of(node->spec.taints, is_unregistered);
  bool is_labelled = model::value_of(node->metadata.labels, model::kRegisteredLabel) == "true";
  if (is_labelled && !is_tainted &&
      model::has_finalizer(node->metadata, model::kTerminationFinalizer)) {
    edit.change().status.nodeName = node->metadata.name;
    edit.set_true(model::kRegistered);
    edit.log(Level::info, "registered nodeclaim");
    edit.count(node_created(edit.claim()));
    edit.note_outcome(outcome_of(edit.claim(), true));  // LIF-082
    world.hook_answers.erase(edit.claim().metadata.uid);
    return;
  }
  std::vector<std::string> pending = pending_hooks(world, edit, node, decision);
  model::Node synced = *node;
  sync_node(edit.claim(), synced);
  if (pending.empty()) {
    complete(synced);
  } else {
    std::string names = fmt::format("{}", fmt::join(pending, ", "));
    edit.set_unknown(model::kRegistered, "RegistrationHookPending", names);
    if (edit.is_changed())
      edit.log(Level::debug, "awaiting registration hooks", {{"hooks", names}});
    if (base::to_json(synced) == base::to_json(*node)) return;
  }
  Action action = patch_action(model::Object(node), model::Object(std::move(synced)));
  if (!is_labelled && !is_tainted) note_missing_taint(edit, action);
  decision.actions.push_back(std::move(action));
}

// Why the Node is not ready for work, as condition reason and message (LIF-090 to LIF-096).
std::optional<std::pair<std::string, std::string>> initialization_obstacle(
    const model::NodeClaim& claim, const model::Node& node) {
  if (!model::is_true(node.status.conditions, "Ready")) {
    return {{"NodeNotReady", "Node status is NotReady"}};
  }
  for (const model::Taint& taint : claim.spec.startupTaints) {
    if (has_taint(node, taint)) {
      return {{"StartupTaintsExist",
               fmt::format("StartupTaint \"{}\" still exists", to_string(taint))}};
    }
  }
  for (const model::Taint& taint : node.spec.taints) {
    if (engine::is_ephemeral(taint)) {
      return {{"KnownEphemeralTaintsExist",
               fmt::format("KnownEphemeralTaint \"{}\" still exists", to_string(taint))}};
    }
  }
  for (const auto& [resource, requested] : claim.spec.resources.requests) {
    auto offered = node.status.allocatable.find(resource);
    bool is_missing = offered == node.status.allocatable.end() || offered->second.is_zero();
    if (!requested.is_zero() && is_missing) {
      return {{"ResourceNotRegistered",
               fmt::format("Resource \"{}\" was requested but not registered", resource)}};
    }
  }
  return std::nullopt;
}

// LIF-089 to LIF-100.
void initialize_node(const World& world, ClaimEdit& edit, Decision& decision) {
  if (edit.status_of(model::kInitialized) != "Unknown") {
    if (edit.is_true(model::kInitialized)) edit.set_true(model::kInitialized);
    return;
  }
  if (!edit.is_true(model::kRegistered)) return;
  auto nodes = world.nodes_of(edit.claim().status.providerID);
  if (nodes.size() != 1) {
    edit.set_unknown(model::kInitialized, "NodeNotFound", "Node not registered with cluster");
    return;
  }
  const std::shared_ptr<const model::Node>& node = nodes.front();
  if (auto obstacle = initialization_obstacle(edit.claim(), *node)) {
    edit.set_unknown(model::kInitialized, obstacle->first, obstacle->second);
    return;
  }
  if (model::value_of(node->metadata.labels, model::kInitializedLabel) == "true") {
    edit.set_true(model::kInitialized);
    edit.log(Level::info, "initialized nodeclaim",
             {{"allocatable", base::to_json(node->status.allocatable)}});
    return;
  }
  model::Node labelled = *node;
  labelled.metadata.labels[std::string(model::kInitializedLabel)] = "true";
  decision.actions.push_back(patch_action(model::Object(node), model::Object(std::move(labelled))));
}

// LIF-101 to LIF-105. Returns false if the claim is being given up.
bool is_alive(const World& world, ClaimEdit& edit, Decision& decision) {
  if (edit.is_true(model::kRegistered)) return true;
  bool launched = edit.is_true(model::kLaunched);
  base::Duration timeout =
      launched ? world.settings().registration_timeout : world.settings().launch_timeout;
  base::Time end = edit.since(launched ? model::kRegistered : model::kLaunched) + timeout;
  if (edit.now() < end) {
    decision.wake_at(end);
    return true;
  }
  std::string_view reason = launched ? "registration_timeout" : "launch_timeout";
  LogLine line = edit.line(Level::debug, "terminating due to timeout",
                           {{"timeout", base::print_duration(timeout)}, {"reason", reason}});
  give_up(edit, decision, std::move(line), reason).outcome = outcome_of(edit.claim(), false);
  return false;
}

// LIF-142, LIF-143. Returns false if the claim is being removed.
bool is_young(const World& world, ClaimEdit& edit, Decision& decision) {
  const auto& expire_after = edit.claim().spec.expireAfter;
  if (!expire_after || !expire_after->value || !edit.claim().metadata.creationTimestamp)
    return true;
  base::Time end = *edit.claim().metadata.creationTimestamp + *expire_after->value;
  if (edit.now() < end) {
    decision.wake_at(end);
    return true;
  }
  LogLine line = edit.line(Level::info, "deleting expired nodeclaim",
                           {{"expire-after", base::print_duration(*expire_after->value)}});
  line.controller = "nodeclaim.expiration";
  Action& action = give_up(edit, decision, std::move(line), "expired");
  std::size_t pods = reschedulable_on(world, edit.claim().status.nodeName);
  action.counts.push_back(pods_disrupted(edit.claim(), "expired", pods));
  return false;
}

// LIF-128, LIF-129: second resolution, at most once in 10 s. The event is forgotten only when the
// claim shows it, since a write may fail.
void note_pod_events(World& world, ClaimEdit& edit) {
  auto event = world.pod_events.find(edit.claim().status.nodeName);
  if (event == world.pod_events.end()) return;
  const auto& last = edit.claim().status.lastPodEventTime;
  bool is_written = last && event->second && *last >= *event->second;
  bool is_recent = last && edit.now() - *last < std::chrono::seconds(10);
  if (is_written || is_recent) {
    world.pod_events.erase(event);
    return;
  }
  if (!event->second) event->second = std::chrono::floor<std::chrono::seconds>(edit.now());
  edit.change().status.lastPodEventTime = *event->second;
}

// LIF-130 to LIF-134.
void mark_consolidatable(const World& world, ClaimEdit& edit, Decision& decision) {
  auto pool =
      world.pools().find(model::value_of(edit.claim().metadata.labels, model::kNodePoolLabel));
  if (pool == world.pools().end() || !pool->second->spec.disruption) return;
  bool is_marked = edit.find(model::kConsolidatable) != nullptr;
  auto unmark = [&] {
    if (!is_marked) return;
    edit.log(Level::debug, "removing consolidatable status condition");
    edit.clear(model::kConsolidatable);
  };
  const auto& after = pool->second->spec.disruption->consolidateAfter;
  bool is_static = pool->second->spec.replicas.has_value();
  if (is_static || !after || !after->value || !edit.is_true(model::kInitialized)) {
    unmark();
    return;
  }
  base::Time base_time =
      edit.claim().status.lastPodEventTime.value_or(edit.since(model::kInitialized));
  base::Time quiet_at = base_time + *after->value;
  if (edit.now() < quiet_at) {
    decision.wake_at(quiet_at);
    unmark();
    return;
  }
  if (!edit.is_true(model::kConsolidatable)) edit.log(Level::debug, "marking consolidatable");
  edit.set_true(model::kConsolidatable);
}

void look_after(World& world, const std::shared_ptr<const model::NodeClaim>& claim, base::Time now,
                Decision& decision) {
  ClaimEdit edit(claim, kController, now);
  if (!model::has_finalizer(claim->metadata, model::kTerminationFinalizer)) {
    edit.change().metadata.finalizers.emplace_back(model::kTerminationFinalizer);  // LIF-054
    edit.finish(decision);
    return;
  }
  if (!take_launch(world, edit, decision)) return;
  register_node(world, edit, decision);
  initialize_node(world, edit, decision);
  if (!is_alive(world, edit, decision) || !is_young(world, edit, decision)) return;
  launch(edit, decision);
  note_pod_events(world, edit);
  mark_consolidatable(world, edit, decision);
  edit.finish(decision);
}

}  // namespace

Decision decide_lifecycle(World& world, base::Time now) {
  Decision decision;
  for (const auto& [name, claim] : world.claims()) {
    if (!world.is_managed(claim->spec.nodeClassRef) || claim->metadata.deletionTimestamp) continue;
    if (world.is_busy("NodeClaim/" + name)) continue;
    look_after(world, claim, now, decision);
  }
  return decision;
}

}  // namespace control
