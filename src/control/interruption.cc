#include "control/interruption.h"

#include <fmt/format.h>

#include "control/edit.h"
#include "model/labels.h"

namespace control {
namespace {

constexpr std::string_view kController = "interruption";

using Kind = ports::InstanceNotice::Kind;
using ClaimPtr = std::shared_ptr<const model::NodeClaim>;

// What a kind of notice means (the table of section 23.3).
struct Meaning {
  bool warning;
  std::string_view reason;  // of the event
  std::string_view message;
  bool deletes;
  bool forces;  // without waiting for budgets (AWC-275)
};

const Meaning& meaning_of(Kind kind) {
  static constexpr Meaning kSpot = {true, "SpotInterrupted",
                                    "Spot interruption warning was triggered", true, false};
  static constexpr Meaning kRebalance = {false, "SpotRebalanceRecommendation",
                                         "Spot rebalance recommendation was triggered", false,
                                         false};
  static constexpr Meaning kStopping = {true, "InstanceStopping", "Instance is stopping", true,
                                        false};
  static constexpr Meaning kTerminating = {true, "InstanceTerminating", "Instance is terminating",
                                           true, false};
  static constexpr Meaning kReservation = {
      true, "CapacityReservationInstanceInterrupted",
      "Capacity reservation instance interruption warning was triggered", true, false};
  static constexpr Meaning kScheduled = {true, "InstanceUnhealthy",
                                         "An unhealthy warning was triggered for the instance",
                                         true, false};
  static constexpr Meaning kFailed = {
      true, "InstanceUnhealthy", "An unhealthy warning was triggered for the instance", true, true};
  switch (kind) {
    case Kind::spot_interrupted: return kSpot;
    case Kind::rebalance_recommendation: return kRebalance;
    case Kind::instance_stopped: return kStopping;
    case Kind::instance_terminated: return kTerminating;
    case Kind::capacity_reservation_interrupted: return kReservation;
    case Kind::scheduled_change:
    case Kind::event_status: return kScheduled;
    case Kind::instance_status:
    case Kind::system_status: return kFailed;
  }
  return kRebalance;
}

// As the cloud names the instance, which is what ends a provider ID.
std::string_view instance_in(std::string_view providerID) {
  return providerID.substr(providerID.rfind('/') + 1);
}

using ClaimsByInstance = std::map<std::string_view, std::vector<ClaimPtr>>;

// A launch that was answered counts also before the claim shows it.
ClaimsByInstance claims_by_instance(const World& world) {
  ClaimsByInstance claims;
  for (const auto& [name, claim] : world.claims()) {
    if (!world.is_managed(claim->spec.nodeClassRef)) continue;
    std::string_view providerID = claim->status.providerID;
    auto launched = world.launched.find(claim->metadata.uid);
    if (providerID.empty() && launched != world.launched.end()) {
      providerID = launched->second.providerID;
    }
    if (!providerID.empty()) claims[instance_in(providerID)].push_back(claim);
  }
  return claims;
}

// An event about the claim and its Node (AWC-271).
std::vector<Notice> events_about(const World& world, const ClaimPtr& claim, bool warning,
                                 std::string_view reason, std::string_view of_claim,
                                 std::string_view of_node) {
  std::vector<Notice> notices;
  auto add = [&](const model::Object& object, std::string_view message) {
    Notice notice;
    notice.about = reference_of(object);
    notice.warning = warning;
    notice.reason = reason;
    notice.message = message;
    notice.dedupe = {object.metadata().uid};
    notices.push_back(std::move(notice));
  };
  add(model::Object(claim), of_claim);
  for (const auto& node : world.nodes_of(claim->status.providerID))
    add(model::Object(node), of_node);
  return notices;
}

// AWC-274: both labels are needed, and of a reservation its ID.
std::optional<ports::OfferingKey> lost_offering(const World& world, Kind kind,
                                                const model::NodeClaim& claim) {
  const model::Labels& labels = claim.metadata.labels;
  ports::OfferingKey key;
  key.instance_type = model::value_of(labels, model::kInstanceTypeLabel);
  key.zone = model::value_of(labels, model::kZoneLabel);
  if (kind == Kind::spot_interrupted) {
    key.capacity_type = model::kSpot;
  } else if (kind == Kind::capacity_reservation_interrupted) {
    key.capacity_type = model::kReserved;
    key.reservation = model::value_of(labels, world.settings().engine.reservation_id_label);
    if (key.reservation.empty()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (key.instance_type.empty() || key.zone.empty()) return std::nullopt;
  return key;
}

void mark(const ports::OfferingKey& offering, Decision& decision) {
  Action action;
  action.key = fmt::format("offering/{}/{}/{}/{}", offering.instance_type, offering.zone,
                           offering.capacity_type, offering.reservation);
  action.work = MarkUnavailable{offering};
  decision.actions.push_back(std::move(action));
}

// AWC-272, AWC-273. True if nothing is left to be done for the claim.
bool is_answered(const World& world, Kind kind, const ClaimPtr& claim, base::Time now,
                 Decision& decision) {
  const Meaning& meaning = meaning_of(kind);
  ClaimEdit edit(claim, kController, now);
  bool has_deadline = claim->metadata.annotations.contains(model::kTerminationTimestampAnnotation);
  if (meaning.forces && !has_deadline) {  // AWC-275, AWC-283
    edit.change().metadata.annotations[std::string(model::kTerminationTimestampAnnotation)] =
        base::print_time(now);
    edit.finish(decision);
    return false;
  }
  if (!meaning.deletes || claim->metadata.deletionTimestamp) return true;
  Action action = delete_action(model::Object(claim));
  action.logs.push_back(
      edit.line(Level::info, "initiating delete from interruption message",
                {{"messageKind", to_string(kind)}, {"action", "CordonAndDrain"}}));
  action.counts.push_back(claim_disrupted(*claim, to_string(kind)));
  action.notices = events_about(world, claim, true, "TerminatingOnInterruption",
                                "Interruption triggered termination for the NodeClaim",
                                "Interruption triggered termination for the Node");
  decision.actions.push_back(std::move(action));
  return false;
}

// True if nothing is left to be done for the notice.
bool is_answered(const World& world, PendingNotice& pending, const ClaimsByInstance& claims,
                 base::Time now, Decision& decision) {
  Kind kind = pending.notice.kind;
  const Meaning& meaning = meaning_of(kind);
  bool is_done = true;
  for (const std::string& instance : pending.notice.instances) {
    auto of_instance = claims.find(instance);
    if (of_instance == claims.end()) continue;  // AWC-270
    for (const ClaimPtr& claim : of_instance->second) {
      if (!pending.is_told) {
        for (Notice& notice : events_about(world, claim, meaning.warning, meaning.reason,
                                           meaning.message, meaning.message)) {
          decision.notices.push_back(std::move(notice));
        }
        if (auto offering = lost_offering(world, kind, *claim)) mark(*offering, decision);
      }
      is_done = is_answered(world, kind, claim, now, decision) && is_done;
    }
  }
  pending.is_told = true;
  return is_done;
}

}  // namespace

Decision decide_interruption(World& world, base::Time now) {
  Decision decision;
  if (world.notices.empty()) return decision;
  ClaimsByInstance claims = claims_by_instance(world);
  for (auto& [id, pending] : world.notices) {
    if (!is_answered(world, pending, claims, now, decision)) continue;
    Action action;
    action.key = "notice/" + id;
    action.work = AcknowledgeNotice{id};
    decision.actions.push_back(std::move(action));
  }
  return decision;
}

}  // namespace control
