// The rules of planning that concern one pod, one machine or one label alone (scheduling.md
// sections 5 to 10, 14 and 20), written plainly and one by one. The reference solver and the checker
// are made of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "judge/decision.h"
#include "model/instance_type.h"
#include "model/requirements.h"

namespace judge {

// Labels

bool is_well_known(std::string_view key, const DecisionSettings& settings);

// Whether `incoming` may be asked of a template, claim or launch that has `existing` (SCH-058,
// loose).
bool is_loosely_compatible(const model::Requirements& existing, const model::Requirements& incoming,
                           const DecisionSettings& settings);
// The same for a node: what it lacks is not there (strict).
bool is_strictly_compatible(const model::Requirements& existing,
                            const model::Requirements& incoming);

model::Requirements together(model::Requirements some, const model::Requirements& others);

// Keys whose `minValues` the types do not reach, with what they reach (SCH-170).
using Types = std::vector<const model::InstanceType*>;
std::map<std::string, std::int32_t> too_few_values(const model::Requirements& requirements,
                                                   const Types& types);

// Pods

// Whether all taints are tolerated, whatever their effect (SCH-082).
bool tolerates_all(const std::vector<model::Toleration>& tolerations,
                   const std::vector<model::Taint>& taints);

// The toleration that relaxation adds at last (SCH-147).
model::Toleration toleration_of_preferences();

// Gives up one wish; false if there is none left (SCH-147, SCH-148).
bool relax(model::PodSpec& spec, bool may_tolerate_preferences);

bool uses_dra(const model::PodSpec& spec);

// Why the pod is not planned at all (section 5); nullopt if it may be.
std::optional<model::Reason> validation_fault(const model::Pod& pod, const Decision& decision);

struct HostPort {
  std::int32_t port = 0;
  std::string protocol;
  std::string address;
};
using HostPorts = std::vector<HostPort>;

HostPorts host_ports(const model::PodSpec& spec);
bool conflict(const HostPorts& some, const HostPorts& others);  // SCH-263

// Where the pod's volumes can be reached: alternatives, one of which must hold (SCH-253 to
// SCH-255). Nullopt if an object that says so is missing (SCH-042).
std::optional<std::vector<model::Requirements>> volume_alternatives(const model::Pod& pod,
                                                                    const Decision& decision);

// Claims of volumes by the driver that attaches them. Nullopt if a bound volume is gone (SCH-261).
using Attached = std::map<std::string, std::set<std::string>>;
std::optional<Attached> attached_volumes(const model::Pod& pod, const Decision& decision);
// The same of a pod that runs: what is gone does not count (SCH-114).
Attached known_volumes(const model::Pod& pod, const Decision& decision);

// Whether both together keep within the node's limits, of every driver that has one (SCH-259).
bool can_attach(const Attached& present, const Attached& more, const NodeInput& node,
                const Decision& decision);

// Required node-affinity terms, each with the node selector; without terms the selector alone.
std::vector<model::Requirements> required_alternatives(const model::PodSpec& spec);

// What the pod may have asked for when it was placed: one of its required alternatives. A preference
// that contradicts them leaves a key that must not exist, and a machine without the label has that
// (SCH-054, SCH-071).
std::vector<model::Requirements> acceptable(const model::Pod& pod,
                                            const DecisionSettings& settings);

// Daemons

struct Daemon {
  std::vector<model::Toleration> tolerations;  // PreferNoSchedule not included
  std::vector<model::Requirements> alternatives;
  HostPorts ports;
  model::ResourceList requests;
};

std::vector<Daemon> daemons_of(const Decision& decision);  // SCH-101, SCH-102, SCH-109

// Machines

// The requirements of a NodePool's machines (SCH-094, SCH-096).
model::Requirements template_requirements(const model::NodePool& pool);

// Whether the daemon runs on machines of this type and NodePool (SCH-103).
bool runs_on(const Daemon& daemon, const model::NodePool& pool, const model::InstanceType& type,
             const Decision& decision);

// Whether it is expected on the node (SCH-111).
bool is_expected_on(const Daemon& daemon, const NodeInput& node, bool tolerates_preferences);

// What daemons will yet ask for on the node (SCH-111): never negative.
model::ResourceList remaining_overhead(const std::vector<Daemon>& daemons, const NodeInput& node,
                                       bool tolerates_preferences);

// A type as machines of one NodePool would have it.
struct Machine {
  const model::InstanceType* type = nullptr;
  std::vector<model::OfferingGroup> groups;
  model::ResourceList overhead;  // of daemons
  HostPorts daemon_ports;
};

Machine machine_of(const model::InstanceType& type, const model::NodePool& pool,
                   const std::vector<Daemon>& daemons, const Decision& decision);

// SCH-168: requirements, resources and an offering together. `requests` are those of pods.
bool suits(const Machine& machine, const model::Requirements& requirements,
           const model::ResourceList& requests, const DecisionSettings& settings);

// The types that pods of the NodePool could get at all; none if it is left out (SCH-097).
Types usable_types(const PoolOffer& offer, const DecisionSettings& settings);

// The lowest price at which a machine may be launched, or the highest money there is (SCH-179).
base::Money price_of(const model::InstanceType& type, const model::Requirements& requirements,
                     const DecisionSettings& settings);

// The reservation that an offering draws on, "" if none (SCH-182).
std::string reservation_of(const model::Offering& offering, const DecisionSettings& settings);

// The instances left of each reservation: of all offerings with one id the least (SCH-182).
std::map<std::string, std::int64_t> reservations_left(const Decision& decision);

// NodePools in the order in which they are tried (SCH-091).
std::vector<const PoolOffer*> in_order(const std::vector<PoolOffer>& pools);

// Of the pods on the machine, with the least that its daemons take (SCH-266).
model::ResourceList with_least_overhead(const model::ResourceList& requests,
                                        const std::vector<const Machine*>& machines);

}  // namespace judge
