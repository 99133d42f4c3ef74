// What DaemonSets will take of a machine before any pod gets a share (scheduling.md section 10).
//
// A DaemonSet is judged by one pod of it. All its required node-affinity terms count, as
// alternatives; its preferences and pod affinities do not.
#pragma once

#include <string_view>
#include <vector>

#include "engine/ports.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "engine/types.h"
#include "model/pod.h"

namespace engine {

struct DaemonPod {
  std::vector<model::Toleration> tolerations;
  std::vector<Wanted> alternatives;  // node selector and one required term each
  model::ResourceList requests;
  HostPorts ports;
};

// The DaemonSets that count; those whose pod uses DRA do not while that is ignored (SCH-109).
std::vector<DaemonPod> daemon_pods(const Snapshot& snapshot, States& states);

// Makes the daemons tolerate every PreferNoSchedule taint (SCH-103).
void tolerate_preferences(std::vector<DaemonPod>& daemons);

// Rows of types that the same daemons run on (SCH-105).
struct DaemonGroup {
  Rows rows;
  model::ResourceList overhead;
  HostPorts ports;
};

// The groups of a template with these taints and requirements; every row is in one of them.
std::vector<DaemonGroup> daemon_groups(const std::vector<DaemonPod>& daemons,
                                       const std::vector<model::Taint>& taints, StateId state,
                                       States& states, TypeTable& types);

// Per resource the smaller amount; only resources that both have (SCH-266).
model::ResourceList least_of(const model::ResourceList& one, const model::ResourceList& other);

// Whether the pod uses dynamic resource allocation (SCH-315).
bool uses_dra(const model::PodSpec& spec);

}  // namespace engine
