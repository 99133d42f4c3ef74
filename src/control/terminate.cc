#include "control/terminate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "control/edit.h"
#include "control/pods.h"
#include "model/labels.h"

namespace control {
namespace {

constexpr std::string_view kNodeController = "node.termination";
constexpr std::string_view kExcludeFromBalancers =
    "node.kubernetes.io/exclude-from-external-load-balancers";

using PodPtr = std::shared_ptr<const model::Pod>;

// What all steps of one look share. A claim is changed from both ends, its own and that of its
// Node; it is edited in one place, so that it is written once.
struct Pass {
  World& world;
  base::Time now;
  Decision decision;
  std::map<std::string, ClaimEdit> edits;  // by name of claim
  std::set<std::string> begun;             // keys that two ends may want at once

  ClaimEdit& edit_of(const std::shared_ptr<const model::NodeClaim>& claim) {
    return edits.try_emplace(claim->metadata.name, claim, "nodeclaim.lifecycle", now).first->second;
  }
};

// What the steps of one Node's termination share.
struct Leaving {
  Pass& pass;
  World& world;
  std::shared_ptr<const model::Node> node;
  ClaimEdit* edit = nullptr;           // none if the Node has no claim of its own
  std::optional<base::Time> deadline;  // LIF-156
  base::Time now;
  Decision& decision;
};

void remove_finalizer(model::ObjectMeta& metadata) {
  std::erase(metadata.finalizers, model::kTerminationFinalizer);
}

std::string pluralised(std::size_t pods) {
  return pods == 1 ? "1 pod is" : fmt::format("{} pods are", pods);
}

// --- instances

// Asks for the termination until the cloud says that the instance is gone; true then.
bool is_instance_gone(Pass& pass, const std::string& providerID) {
  auto known = pass.world.instances.find(providerID);
  if (known != pass.world.instances.end() && known->second.termination_asked) {
    if (known->second.gone) return true;
    base::Time again = known->second.asked_at + pass.world.settings().instance_period;
    if (pass.now < again) {
      pass.decision.wake_at(again);
      return false;
    }
  }
  Action action;
  action.key = "terminate/" + providerID;
  if (!pass.begun.insert(action.key).second) return false;
  action.work = TerminateInstance{providerID};
  pass.decision.actions.push_back(std::move(action));
  return false;
}

bool is_termination_asked(const World& world, const std::string& providerID) {
  auto known = world.instances.find(providerID);
  return known != world.instances.end() && known->second.termination_asked;
}

// --- claims

// LIF-115: an existing annotation is never changed.
void note_deadline(ClaimEdit& edit, Decision& decision) {
  const model::NodeClaim& claim = edit.claim();
  if (!claim.spec.terminationGracePeriod ||
      claim.metadata.annotations.contains(model::kTerminationTimestampAnnotation)) {
    return;
  }
  std::string deadline = base::print_time(*claim.metadata.deletionTimestamp +
                                          claim.spec.terminationGracePeriod->value);
  edit.change().metadata.annotations[std::string(model::kTerminationTimestampAnnotation)] =
      deadline;
  edit.log(Level::info, "annotated nodeclaim",
           {{std::string(model::kTerminationTimestampAnnotation), deadline}});
  decision.notices.push_back(edit.notice(true, "TerminationGracePeriodExpiring",
                                         "All pods will be deleted by " + deadline));
}

// The instance of the claim, also if its launch was answered but never written down.
std::string instance_of(const World& world, const model::NodeClaim& claim) {
  if (!claim.status.providerID.empty()) return claim.status.providerID;
  auto launched = world.launched.find(claim.metadata.uid);
  return launched == world.launched.end() ? "" : launched->second.providerID;
}

// LIF-116 to LIF-121. True when nothing of the claim is left.
bool is_claim_finished(Pass& pass, ClaimEdit& edit) {
  const World& world = pass.world;
  const model::NodeClaim& claim = edit.claim();
  if (world.is_busy("launch/" + claim.metadata.uid)) return false;
  std::string providerID = instance_of(world, claim);
  if (edit.is_true(model::kRegistered)) {
    auto nodes = world.nodes_of(providerID);
    for (const auto& node : nodes) {
      if (!node->metadata.deletionTimestamp) {
        pass.decision.actions.push_back(delete_action(model::Object(node)));
      }
    }
    if (!nodes.empty()) return false;
  }
  if (providerID.empty()) return true;
  bool gone = is_instance_gone(pass, providerID);
  if (is_termination_asked(world, providerID)) edit.set_true(model::kInstanceTerminating);
  return gone;
}

void terminate_claim(Pass& pass, const std::shared_ptr<const model::NodeClaim>& claim) {
  ClaimEdit& edit = pass.edit_of(claim);
  note_deadline(edit, pass.decision);
  if (is_claim_finished(pass, edit)) {
    remove_finalizer(edit.change().metadata);
    edit.log(Level::info, "deleted nodeclaim");
    edit.count(claim_terminated(edit.claim()));
    edit.observe(claim_durations(edit.claim(), pass.now));
  }
}

// --- nodes

Notice node_notice(const Leaving& leaving, bool warning, std::string reason, std::string message) {
  Notice notice;
  notice.about = reference_of(model::Object(leaving.node));
  notice.warning = warning;
  notice.reason = std::move(reason);
  notice.message = std::move(message);
  notice.dedupe = {leaving.node->metadata.name};
  return notice;
}

LogLine node_line(const Leaving& leaving, Level level, std::string message,
                  boost::json::object fields = {}) {
  fields["Node"] = {{"name", leaving.node->metadata.name}};
  return {level, std::string(kNodeController), std::move(message), std::move(fields)};
}

void release_node(Leaving& leaving) {
  model::Node released = *leaving.node;
  remove_finalizer(released.metadata);
  Action action = patch_action(model::Object(leaving.node), model::Object(std::move(released)));
  action.logs.push_back(node_line(leaving, Level::info, "deleted node"));
  action.counts.push_back(node_terminated(*leaving.node));
  action.observations = node_durations(*leaving.node, leaving.now);
  leaving.decision.actions.push_back(std::move(action));
}

// LIF-155: a Node that is not Ready may have lost its instance. True if it has, and the Node was
// released; nullopt while the cloud has not answered.
std::optional<bool> is_lost(Leaving& leaving) {
  if (model::is_true(leaving.node->status.conditions, "Ready")) return false;
  const std::string& providerID = leaving.node->spec.providerID;
  if (providerID.empty()) return false;
  auto known = leaving.world.instances.find(providerID);
  bool is_known = known != leaving.world.instances.end();
  if (is_known && known->second.gone) {
    release_node(leaving);
    return true;
  }
  base::Duration period = leaving.world.settings().instance_period;
  if (is_known && leaving.now < known->second.asked_at + period) return false;
  Action action;
  action.key = "describe/" + providerID;
  action.work = DescribeInstance{providerID};
  leaving.decision.actions.push_back(std::move(action));
  if (is_known) return false;
  return std::nullopt;
}

// LIF-157. True if the Node is closed to new pods.
bool is_closed(Leaving& leaving) {
  const model::Node& node = *leaving.node;
  bool is_tainted = std::ranges::any_of(node.spec.taints, [](const model::Taint& taint) {
    return taint.key == model::kDisruptedTaint && taint.effect == "NoSchedule";
  });
  if (is_tainted && node.metadata.labels.contains(kExcludeFromBalancers)) return true;
  model::Node closed = node;
  std::erase_if(closed.spec.taints,
                [](const model::Taint& taint) { return taint.key == model::kDisruptedTaint; });
  model::Taint taint;
  taint.key = model::kDisruptedTaint;
  taint.effect = "NoSchedule";
  closed.spec.taints.push_back(taint);
  closed.metadata.labels[std::string(kExcludeFromBalancers)] = "karpenter";
  Action action = patch_action(model::Object(leaving.node), model::Object(std::move(closed)));
  if (!is_tainted) {
    action.logs.push_back(node_line(leaving, Level::info, "tainted node",
                                    {{"taint.Key", model::kDisruptedTaint},
                                     {"taint.Value", ""},
                                     {"taint.Effect", "NoSchedule"}}));
  }
  leaving.decision.actions.push_back(std::move(action));
  return false;
}

// LIF-174: the deadline comes before the pod would be done by itself.
bool must_be_forced(const Leaving& leaving, const model::Pod& pod) {
  if (!leaving.deadline) return false;
  if (pod.metadata.deletionTimestamp) return *pod.metadata.deletionTimestamp > *leaving.deadline;
  const auto& grace = pod.spec->terminationGracePeriodSeconds;
  return grace && leaving.now > *leaving.deadline - std::chrono::seconds(*grace);
}

// LIF-179: why the pod leaves, as its event says.
std::string drain_reason(const Leaving& leaving) {
  if (!leaving.edit) return "";
  const model::Condition* reason = leaving.edit->find(model::kDisruptionReason);
  return reason != nullptr && reason->status == "True" ? reason->reason : "Forceful Termination";
}

// LIF-177: past budgets and do-not-disrupt, but never with grace 0.
void force_out(Leaving& leaving, const PodPtr& pod) {
  auto left = std::chrono::floor<std::chrono::seconds>(*leaving.deadline - leaving.now);
  std::int64_t grace = std::max<std::int64_t>(left.count(), 1);
  Notice notice;
  notice.about = reference_of(model::Object(pod));
  notice.reason = "Disrupted";
  notice.message = fmt::format(
      "Deleting the pod to accommodate the terminationTime {} of the node. The pod was granted {} "
      "seconds of grace-period of its {} terminationGracePeriodSeconds. This bypasses the PDB of "
      "the pod and the do-not-disrupt annotation.",
      base::print_time(*leaving.deadline), grace,
      pod->spec->terminationGracePeriodSeconds.value_or(0));
  notice.dedupe = {pod->metadata.uid};
  leaving.decision.notices.push_back(std::move(notice));
  Action action = delete_action(model::Object(pod));
  action.key = "evict/" + pod->metadata.uid;
  action.counts.push_back(pod_drained(drain_reason(leaving)));
  std::get<DeleteObject>(action.work).grace_period_seconds = grace;
  leaving.decision.actions.push_back(std::move(action));
}

// LIF-176: how a budget has kept the pod from being evicted, "" if none has.
std::string_view budget_cause(const Failure* failure) {
  if (failure == nullptr) return "";
  if (failure->error.code == base::Code::throttled) return "evicting pod violates a PDB";
  return says_several_budgets(failure->error) ? "eviction does not support multiple PDBs" : "";
}

// LIF-377. Each cause is said by itself: that pods are waited for must not hide that a budget holds
// one of them.
void report_draining(Leaving& leaving, std::string_view kind, std::string_view cause) {
  Notice notice =
      node_notice(leaving, true, "FailedDraining", fmt::format("Failed to drain node, {}", cause));
  notice.dedupe.emplace_back(kind);
  leaving.decision.notices.push_back(std::move(notice));
}

void evict(Leaving& leaving, const PodPtr& pod) {
  std::string key = "evict/" + pod->metadata.uid;
  std::string_view cause = budget_cause(leaving.world.failure_of(key));
  if (!cause.empty()) report_draining(leaving, cause, cause);
  Notice evicted;
  evicted.about = reference_of(model::Object(pod));
  evicted.reason = "Evicted";
  evicted.message = "Evicted pod: " + drain_reason(leaving);
  evicted.dedupe = {pod->metadata.uid};
  Action action;
  action.key = std::move(key);
  action.work = EvictPod{model::reference_to(model::Object(pod)), pod->metadata.uid};
  action.notices.push_back(std::move(evicted));
  action.counts.push_back(pod_drained(drain_reason(leaving)));
  leaving.decision.actions.push_back(std::move(action));
}

// LIF-169: which tier a pod is drained with.
std::size_t tier_of(const model::Pod& pod) {
  return (is_critical(pod) ? 2u : 0u) + (engine::is_daemon_pod(pod) ? 1u : 0u);
}

// LIF-159 to LIF-171. True when no pod is waited for any more.
bool is_drained(Leaving& leaving) {
  if (leaving.edit && leaving.edit->find(model::kDrained) == nullptr) {
    leaving.edit->set_unknown(model::kDrained, "Draining", "Draining");
  }
  std::array<std::vector<PodPtr>, 4> tiers;
  std::size_t waiting = 0;
  for (const PodPtr& pod : leaving.world.pods_on(leaving.node->metadata.name)) {
    if (!is_waited_for(*pod, leaving.now, leaving.world.settings().stuck_terminating)) continue;
    ++waiting;
    if (must_be_forced(leaving, *pod)) {
      force_out(leaving, pod);
    } else {
      tiers[tier_of(*pod)].push_back(pod);
    }
  }
  auto tier = std::ranges::find_if(tiers, [](const auto& pods) { return !pods.empty(); });
  if (tier != tiers.end()) {
    for (const PodPtr& pod : *tier) {
      if (auto notice = protection_notice(pod, leaving.now)) {
        leaving.decision.notices.push_back(std::move(*notice));
      }
      if (is_evictable(*pod, leaving.now)) evict(leaving, pod);
    }
  }
  base::Duration period = leaving.world.settings().drain_period;
  if (waiting > 0) {
    report_draining(leaving, "waiting",
                    fmt::format("{} waiting to be evicted", pluralised(waiting)));
    leaving.decision.wake_at(leaving.now + period);
    return false;
  }
  if (!leaving.edit || leaving.edit->is_true(model::kDrained)) return true;
  base::Time earliest =
      leaving.edit->since(model::kDrained) + leaving.world.settings().minimum_drain;
  if (leaving.now < earliest) {  // LIF-160
    leaving.decision.wake_at(earliest);
    return false;
  }
  leaving.edit->set_true(model::kDrained);
  leaving.edit->count(node_drained(leaving.edit->claim()));
  return true;
}

// --- volumes

// Volumes of pods that the drain leaves where they are (LIF-161).
std::set<std::string> volumes_that_stay(const Leaving& leaving) {
  std::set<std::string> volumes;
  const World& world = leaving.world;
  for (const PodPtr& pod : world.pods_on(leaving.node->metadata.name)) {
    if (is_waited_for(*pod, leaving.now, world.settings().stuck_terminating)) continue;
    for (const model::Volume& volume : pod->spec->volumes) {
      std::string claim;
      if (volume.persistentVolumeClaim) claim = volume.persistentVolumeClaim->claimName;
      if (volume.ephemeral) claim = pod->metadata.name + "-" + volume.name;
      auto found = world.volume_claims().find(pod->metadata.namespace_ + "/" + claim);
      if (found != world.volume_claims().end()) volumes.insert(found->second->spec.volumeName);
    }
  }
  return volumes;
}

// Names of the attachments that must go before the instance may (LIF-161).
std::vector<std::string> blocking_attachments(const Leaving& leaving) {
  std::vector<std::string> names;
  auto attachments = leaving.world.attachments_on(leaving.node->metadata.name);
  if (attachments.empty()) return names;
  std::set<std::string> staying = volumes_that_stay(leaving);
  for (const auto& attachment : attachments) {
    const auto& volume = attachment->spec.source.persistentVolumeName;
    if (volume && !staying.contains(*volume)) names.push_back(attachment->metadata.name);
  }
  return names;
}

// LIF-162. True if nothing is waited for any more.
bool is_detached(Leaving& leaving) {
  constexpr std::size_t kListed = 5;  // LIF-378
  std::vector<std::string> blocking = blocking_attachments(leaving);
  if (blocking.empty()) {
    if (leaving.edit) leaving.edit->set_true(model::kVolumesDetached);
    return true;
  }
  if (leaving.deadline && leaving.now >= *leaving.deadline) {
    if (leaving.edit) {
      leaving.edit->set_false(model::kVolumesDetached, "TerminationGracePeriodElapsed",
                              "TerminationGracePeriodElapsed");
    }
    return true;
  }
  if (leaving.edit) {
    leaving.edit->set_unknown(model::kVolumesDetached, "AwaitingVolumeDetachment",
                              "AwaitingVolumeDetachment");
  }
  std::size_t listed = std::min(blocking.size(), kListed);
  std::string names = fmt::format(
      "{}",
      fmt::join(blocking.begin(), blocking.begin() + static_cast<std::ptrdiff_t>(listed), ", "));
  if (blocking.size() > listed) names += fmt::format(" and {} other(s)", blocking.size() - listed);
  leaving.decision.notices.push_back(
      node_notice(leaving, false, "AwaitingVolumeDetachment",
                  "Awaiting deletion of bound volumeattachments (" + names + ")"));
  leaving.decision.wake_at(leaving.now + leaving.world.settings().drain_period);
  return false;
}

// LIF-163.
bool is_machine_gone(Leaving& leaving) {
  if (!leaving.edit) return true;
  const std::string& providerID = leaving.node->spec.providerID;
  bool gone = is_instance_gone(leaving.pass, providerID);
  if (is_termination_asked(leaving.world, providerID)) {
    leaving.edit->set_true(model::kInstanceTerminating);
  }
  return gone;
}

// LIF-156. False if the annotation cannot be read: the flow stops until it is mended.
bool read_deadline(Leaving& leaving) {
  if (!leaving.edit) return true;
  std::string_view text = model::value_of(leaving.edit->claim().metadata.annotations,
                                          model::kTerminationTimestampAnnotation);
  if (text.empty()) return true;
  base::Result<base::Time> deadline = base::parse_time(text);
  if (!deadline) {
    leaving.decision.logs.push_back(
        node_line(leaving, Level::error, "cannot read the termination timestamp of the nodeclaim",
                  {{"error", deadline.error().message}}));
    return false;
  }
  leaving.deadline = *deadline;
  leaving.decision.notices.push_back(
      node_notice(leaving, true, "TerminationGracePeriodExpiring",
                  fmt::format("All pods will be deleted by {}", text)));
  return true;
}

void terminate_node(Leaving& leaving) {
  std::optional<bool> lost = is_lost(leaving);
  if (!lost || *lost || !read_deadline(leaving) || !is_closed(leaving)) return;
  bool finished = is_drained(leaving);
  finished = finished && is_detached(leaving);
  finished = finished && is_machine_gone(leaving);
  if (finished) release_node(leaving);
}

bool is_ours_to_terminate(const World& world, const model::Node& node) {
  return node.metadata.deletionTimestamp && world.is_managed(node) &&
         model::has_finalizer(node.metadata, model::kTerminationFinalizer);
}

}  // namespace

Decision decide_termination(World& world, base::Time now) {
  Pass pass{world, now, {}, {}, {}};
  for (const auto& [name, node] : world.nodes()) {
    if (!is_ours_to_terminate(world, *node) || world.is_busy("Node/" + name)) continue;
    Leaving leaving{pass, world, node, nullptr, std::nullopt, now, pass.decision};
    auto claims = world.claims_of(node->spec.providerID);
    if (claims.size() == 1 && world.is_managed(claims.front()->spec.nodeClassRef)) {
      const auto& claim = claims.front();
      if (world.is_busy("NodeClaim/" + claim->metadata.name)) continue;
      if (!claim->metadata.deletionTimestamp) {  // LIF-154
        Action action = delete_action(model::Object(claim));
        if (pass.begun.insert(action.key).second) {
          pass.decision.actions.push_back(std::move(action));
        }
        continue;
      }
      leaving.edit = &pass.edit_of(claim);
    }
    terminate_node(leaving);
  }
  for (const auto& [name, claim] : world.claims()) {
    if (!claim->metadata.deletionTimestamp || !world.is_managed(claim->spec.nodeClassRef) ||
        !model::has_finalizer(claim->metadata, model::kTerminationFinalizer) ||
        world.is_busy("NodeClaim/" + name)) {
      continue;
    }
    terminate_claim(pass, claim);
  }
  for (auto& [name, edit] : pass.edits)
    edit.finish(pass.decision);
  return std::move(pass.decision);
}

}  // namespace control
