// Everything that a decision depends on, as one value. The engine reads nothing else: no clock, no
// log, no random draw. Equal snapshots give equal plans, byte for byte, in whatever order their
// lists come, since every order that matters is written out by a rule.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/node_state.h"
#include "model/cluster.h"
#include "model/instance_type.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/volume.h"
#include "model/workload.h"

namespace engine {

enum class PreferencePolicy { Respect, Ignore };
enum class MinValuesPolicy { Strict, BestEffort };
// What becomes of a pod that could only have used a reservation that others hold (SCH-186, SCH-187).
enum class ReservedMode { Strict, Fallback };

// The labels of a cloud for which model::is_well_known() does not speak.
struct CloudLabels {
  // Every key that a NodePool need not declare (SCH-050), core's included, sorted.
  std::vector<std::string> well_known;
  // Domains, beside karpenter.sh, whose other keys pods may not name (SCH-035).
  std::vector<std::string> restricted_domains;
};

struct Settings {
  PreferencePolicy preference_policy = PreferencePolicy::Respect;
  MinValuesPolicy min_values_policy = MinValuesPolicy::Strict;
  bool ignore_dra_requests = true;
  bool reserved_capacity = true;
  ReservedMode reserved_mode = ReservedMode::Strict;
  std::string reservation_id_label{"karpenter.k8s.aws/capacity-reservation-id"};
  std::size_t max_instance_types = 600;     // of a claim (SCH-267)
  std::optional<CloudLabels> cloud_labels;  // those of model if not given
  // For pods without a spread constraint of their own (SCH-248); see default_spreads.h.
  std::vector<model::TopologySpreadConstraint> default_spreads;
};

class CompiledTypes;  // compiled_types.h
using CompiledTypesPointer = std::shared_ptr<const CompiledTypes>;

// A NodePool that takes part (SCH-089: dynamic, ready, not deleting), with all types of its class.
struct PoolInput {
  std::shared_ptr<const model::NodePool> pool;
  model::InstanceTypes types;
  CompiledTypesPointer compiled = nullptr;  // of these very types; made for each plan if not given
};

struct DaemonInput {
  std::shared_ptr<const model::DaemonSet> daemon_set;
  std::shared_ptr<const model::Pod> newest_pod;  // null: made from the template (SCH-101)
};

// A Service, or a controller of pods, as far as its selector says which pods belong together. Those
// of a Service or ReplicationController are labels alone; a Service without one is left out. A
// Deployment stands for its ReplicaSet where that does not exist yet.
struct WorkloadSelector {
  std::string namespace_;
  std::string kind;  // Service, ReplicationController, ReplicaSet, StatefulSet, Deployment
  std::string name;
  model::LabelSelector selector;
};

struct Snapshot {
  std::vector<PoolInput> pools;
  std::vector<NodeState> nodes;  // those that are not being deleted (SCH-114)
  // The others. Nothing is placed there, but the pods that are bound there count for spread and
  // affinity, unless they are to be placed themselves (SCH-199, SCH-204).
  std::vector<NodeState> leaving;
  std::vector<std::shared_ptr<const model::Pod>> pods;  // to be placed; no two of one uid
  std::vector<DaemonInput> daemons;
  std::vector<std::shared_ptr<const model::Namespace>> namespaces;
  std::vector<WorkloadSelector> selectors;  // needed for Settings::default_spreads alone
  // Storage, as far as pods use it (section 20).
  std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> volume_claims;
  std::vector<std::shared_ptr<const model::PersistentVolume>> volumes;
  std::vector<std::shared_ptr<const model::StorageClass>> storage_classes;
  std::vector<std::shared_ptr<const model::CSINode>> csi_nodes;
  Settings settings;
};

}  // namespace engine
