// What the engine is measured on: Karpenter's benchmark (scheduling.md section 29), a cluster of the
// size that people run, and the inputs that are worst for a scheduler (section 30.1). Everything
// follows from the number of pods: equal runs plan equal input.
#pragma once

#include <cstddef>
#include <optional>

#include "app/plan_input.h"
#include "engine/snapshot.h"

namespace bench {

struct Workload {
  engine::Snapshot snapshot;              // used as it is,
  std::optional<app::PlanInput> objects;  // or built from these and the types, as part of the work
  model::InstanceTypes types;
  std::size_t refusals = 0;  // pods that find no place
};

// A fifth each of generic, zone spread, hostname spread, zone affinity and anti-affinity (SCH-379).
Workload diverse(std::size_t pods);
// Equal pods with preferences that cannot all be met (SCH-384).
Workload preference(std::size_t pods);
// Diverse pods for 20 NodePools on the whole EC2 catalogue, with 10 DaemonSets and 2,000 nodes to
// which 40,000 pods are bound. Reading the objects is not part of the work, building the snapshot is.
Workload ec2(std::size_t pods);
// No two pods of one shape, every other one asking for what no machine has.
Workload distinct(std::size_t pods);
// Five pods each of many workloads, each of which spreads over zones and keeps apart on machines
// by a selector of its own.
Workload groups(std::size_t pods);
// Equal pods, one to a machine by spread.
Workload hostname_spread(std::size_t pods);
// Equal pods that repel each other.
Workload anti_affinity(std::size_t pods);
// Pods with ten preferences each that nothing meets, given up one by one.
Workload relaxation(std::size_t pods);
// Each pod wants to be in the zone of one that stands behind it in the queue, so each round of the
// queue places one of them.
Workload affinity_chain(std::size_t pods);

}  // namespace bench
