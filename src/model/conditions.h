// The condition engine (api.md section 3, lifecycle.md section 2): how the status conditions of
// NodePools, NodeClaims, NodeOverlays and EC2NodeClasses are set, and how their root condition Ready
// follows from the others.
//
// Each kind has a root and the dependents that it is computed from. Conditions outside of that set
// (NodeClaim's Drifted, say) never touch the root and are the only ones that may be removed.
//
// Every function works on the list alone, takes the time as an argument, and returns whether the
// list now says something else than before; false means that nothing needs to be written (API-026).
// Several changes in a row go to one list, which is then written once.
//
// Order of the list (API-031): after a set by lastTransitionTime, the root last; after a clear by
// type. Equal times keep the order that they had. Nothing may depend on it.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/kinds.h"
#include "model/meta.h"

namespace model {

inline constexpr std::string_view kReady = "Ready";

// NodePool
inline constexpr std::string_view kValidationSucceeded = "ValidationSucceeded";
inline constexpr std::string_view kNodeClassReady = "NodeClassReady";
inline constexpr std::string_view kNodeRegistrationHealthy = "NodeRegistrationHealthy";

// NodeClaim
inline constexpr std::string_view kLaunched = "Launched";
inline constexpr std::string_view kRegistered = "Registered";
inline constexpr std::string_view kInitialized = "Initialized";
inline constexpr std::string_view kConsolidatable = "Consolidatable";
inline constexpr std::string_view kDrifted = "Drifted";
inline constexpr std::string_view kDrained = "Drained";
inline constexpr std::string_view kVolumesDetached = "VolumesDetached";
inline constexpr std::string_view kInstanceTerminating = "InstanceTerminating";
inline constexpr std::string_view kConsistentStateFound = "ConsistentStateFound";
inline constexpr std::string_view kDisruptionReason = "DisruptionReason";

// EC2NodeClass, besides ValidationSucceeded
inline constexpr std::string_view kAMIsReady = "AMIsReady";
inline constexpr std::string_view kSubnetsReady = "SubnetsReady";
inline constexpr std::string_view kSecurityGroupsReady = "SecurityGroupsReady";
inline constexpr std::string_view kInstanceProfileReady = "InstanceProfileReady";
inline constexpr std::string_view kPlacementGroupReady = "PlacementGroupReady";
inline constexpr std::string_view kCapacityReservationsReady = "CapacityReservationsReady";

inline constexpr std::string_view kAwaitingReconciliation = "AwaitingReconciliation";

struct ConditionSet {
  std::string_view root = kReady;
  std::vector<std::string_view> dependents;
};

// The set of a kind (LIF-027, API-149). Requires: NodePool, NodeClaim, NodeOverlay or EC2NodeClass.
const ConditionSet& conditions_of(Kind kind);

// Adds what is missing of the root and the dependents as Unknown, AwaitingReconciliation, since the
// object's creation (API-024, LIF-028); since `now` if it has no creation time. Done by every set.
bool initialize(std::vector<Condition>& conditions, const ConditionSet& set,
                const ObjectMeta& metadata, base::Time now);

// Sets a condition for the object's generation and recomputes the root (API-026, API-027). The
// time of the transition moves to `now` only if the status changes. An empty reason of a true
// condition becomes its type (API-025). On an object that is being deleted the other conditions
// follow its generation (API-030). Requires: the type is not the root.
bool set_true(std::vector<Condition>& conditions, const ConditionSet& set,
              const ObjectMeta& metadata, std::string_view type, std::string_view reason,
              std::string_view message, base::Time now);
bool set_false(std::vector<Condition>& conditions, const ConditionSet& set,
               const ObjectMeta& metadata, std::string_view type, std::string_view reason,
               std::string_view message, base::Time now);
bool set_unknown(std::vector<Condition>& conditions, const ConditionSet& set,
                 const ObjectMeta& metadata, std::string_view type, std::string_view reason,
                 std::string_view message, base::Time now);

// Removes a condition; an absent one is no change (LIF-034). Requires: the type is neither the root
// nor a dependent (API-029).
bool clear(std::vector<Condition>& conditions, const ConditionSet& set, std::string_view type);

}  // namespace model
