// What control knows of the cluster and the cloud: the objects as the watches delivered them, and
// what it did or learnt itself and must not forget (launches, nominations, failures). Loops read it
// and decide; nothing here does I/O.
//
// Objects that Joiner's own writes returned are taken in at once, so that a loop always reads its
// own writes; an older state that a watch delivers later is passed over.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "control/health.h"
#include "control/settings.h"
#include "engine/buffers.h"
#include "engine/node_state.h"
#include "engine/overlay.h"
#include "engine/snapshot.h"
#include "model/capacity_buffer.h"
#include "model/cluster.h"
#include "model/kinds.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_overlay.h"
#include "model/node_pool.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "model/stateful_set.h"
#include "model/volume.h"
#include "model/workload.h"
#include "ports/cloud.h"
#include "ports/kube.h"
#include "ports/registration_hook.h"

namespace control {

// Objects of one kind by "namespace/name" (or name), in that order.
template <class T>
using Table = std::map<std::string, std::shared_ptr<const T>, std::less<>>;

// What became of the last attempt of a key that failed.
struct Failure {
  base::Error error;
  int count = 0;  // attempts in a row that failed
  base::Time retry_at{};
};

struct InstanceKnowledge {
  bool gone = false;      // the cloud said that it does not exist
  base::Time asked_at{};  // of the last answer to terminate or describe
  bool termination_asked = false;
};

struct FetchedTypes {
  model::InstanceTypes types;
  engine::CompiledTypesPointer compiled = nullptr;  // the same, ready for planning
  base::Time fetched_at{};
  std::optional<base::Error> error;
  // Only with NodeOverlays, where `types` are what overlays make of these.
  model::InstanceTypes from_cloud;
  engine::OverlaidNames overlaid;
  bool awaits_evaluation = false;  // SCH-303
};

// What is known of capacity buffers beyond the objects (LIF-260 to LIF-263).
struct BufferKnowledge {
  // The virtual pods of each buffer that is ready, by its namespace/name.
  std::map<std::string, std::vector<std::shared_ptr<const model::Pod>>, std::less<>> pods;
  std::set<std::string> triggers;  // UIDs of buffers that ask for a pass (SCH-011)
  // What the last pass found, and how many there were.
  std::uint64_t passes = 0;
  std::map<engine::BufferKey, bool> fits;                      // SCH-312
  std::map<std::string, std::size_t, std::less<>> on_machine;  // by provider ID (DIS-335)
};

// A notice of the cloud that is not acknowledged yet.
struct PendingNotice {
  ports::InstanceNotice notice;
  bool is_told = false;  // its events were said and its offerings marked
};

struct HookState {
  ports::HookAnswer answer;
  base::Time asked_at{};
};

class World {
 public:
  explicit World(Settings settings);

  const Settings& settings() const { return settings_; }

  // --- what is observed

  void apply(const ports::Change& change);
  // Takes in the state of an object that a write of ours returned.
  void assume(const model::Object& object);

  const std::vector<model::Kind>& watched_kinds() const { return watched_kinds_; }
  bool watches_synced() const { return synced_.size() == watched_kinds_.size(); }

  const Table<model::Pod>& pods() const { return pods_; }
  const Table<model::Node>& nodes() const { return nodes_; }
  const Table<model::NodeClaim>& claims() const { return claims_; }
  const Table<model::NodePool>& pools() const { return pools_; }
  // Node classes by name; all are of settings().class_kind.
  const std::map<std::string, model::Object, std::less<>>& classes() const { return classes_; }
  const Table<model::DaemonSet>& daemon_sets() const { return daemon_sets_; }
  const Table<model::PodDisruptionBudget>& budgets() const { return budgets_; }
  const Table<model::Namespace>& namespaces() const { return namespaces_; }
  const Table<model::PersistentVolumeClaim>& volume_claims() const { return volume_claims_; }
  const Table<model::PersistentVolume>& volumes() const { return volumes_; }
  const Table<model::StorageClass>& storage_classes() const { return storage_classes_; }
  const Table<model::CSINode>& csi_nodes() const { return csi_nodes_; }
  // Those that follow are watched only if the gate of their feature is open.
  const Table<model::NodeOverlay>& overlays() const { return overlays_; }
  const Table<model::CapacityBuffer>& buffers() const { return buffers_; }
  const Table<model::PodTemplate>& pod_templates() const { return pod_templates_; }
  const Table<model::Deployment>& deployments() const { return deployments_; }
  const Table<model::ReplicaSet>& replica_sets() const { return replica_sets_; }
  const Table<model::StatefulSet>& stateful_sets() const { return stateful_sets_; }

  // Pods bound to a node, by namespace/name, terminal ones left out.
  std::vector<std::shared_ptr<const model::Pod>> pods_on(std::string_view node) const;
  // By name.
  std::vector<std::shared_ptr<const model::VolumeAttachment>> attachments_on(
      std::string_view node) const;
  // Pods that wait for capacity (SCH-027), by namespace/name.
  const Table<model::Pod>& provisionable() const { return provisionable_; }

  // Grows whenever a pod that waits, or any node, came, changed or went.
  std::uint64_t demand_version() const { return demand_version_; }

  // Nodes and claims of one machine (LIF-003); an empty ID matches nothing.
  std::vector<std::shared_ptr<const model::Node>> nodes_of(std::string_view providerID) const;
  std::vector<std::shared_ptr<const model::NodeClaim>> claims_of(std::string_view providerID) const;

  bool is_managed(const model::NodeClassReference& reference) const;  // LIF-001
  bool is_managed(const model::Node& node) const;                     // LIF-002

  // Every tracked node (SCH-114, SCH-119, LIF-215 to LIF-218): by name of Node, then claims without
  // a Node. Claims without a provider ID are left out.
  std::vector<engine::NodeState> node_states() const;
  // The same without their pods, which is cheaper by far.
  std::vector<engine::NodeState> machines() const;

  // Grows with every change of a Node or claim: what was derived from them is then out of date.
  std::uint64_t machines_version() const { return machines_version_; }

  // LIF-239, LIF-240: no managed claim without a provider ID.
  bool is_synced() const { return watches_synced() && unlaunched_ == 0; }

  // --- what control remembers

  // An action with this key is being performed.
  bool is_busy(std::string_view key) const { return busy_.contains(key); }
  bool is_any_busy(std::string_view prefix) const;
  void begin(const std::string& key) { busy_.insert(key); }
  void end(const std::string& key) { busy_.erase(busy_.find(key)); }

  // Failures of a key, for back-off: 1 s doubling to 60 s (LIF-012), or as told.
  const Failure* failure_of(std::string_view key) const;
  void note_failure(const std::string& key, const base::Error& error, base::Time now,
                    base::Duration first, base::Duration longest);
  void clear_failure(const std::string& key);
  // Leaves the key alone until then. That is no failure, and neither is ended by a success.
  void rest(const std::string& key, base::Time until) { rests_[key] = until; }
  // May the key be tried now? If not, the decision should wake at the returned time.
  std::optional<base::Time> blocked_until(std::string_view key, base::Time now) const;

  // LIF-061: the answer to a launch, by claim uid, until the status shows it.
  std::map<std::string, ports::Launched, std::less<>> launched;
  // Launch failures that end a claim (no capacity, class not ready), by claim uid.
  std::map<std::string, base::Error, std::less<>> refused_launches;
  // By provider ID.
  std::map<std::string, InstanceKnowledge, std::less<>> instances;
  // By NodePool name.
  std::map<std::string, FetchedTypes, std::less<>> types;
  // The cloud's list, for garbage collection.
  std::optional<std::vector<ports::Instance>> listed_instances;
  base::Time listed_at{};

  // By ID.
  std::map<std::string, PendingNotice, std::less<>> notices;

  // What registration hooks have answered, by claim uid, then name of the hook.
  std::vector<std::string> registration_hooks;  // their names, in order
  std::map<std::string, std::map<std::string, HookState, std::less<>>, std::less<>> hook_answers;

  RegistrationHealth registration_health;
  BufferKnowledge buffer_knowledge;

  // LIF-230: by provider ID.
  void nominate(const std::string& providerID, base::Time until) { nominated_[providerID] = until; }
  bool is_nominated(std::string_view providerID, base::Time now) const;

  // LIF-245: claims that a command of disruption removes, by name.
  std::set<std::string, std::less<>> marked_for_deletion;

  // Which claim was planned for a pod (namespace/name), when it was first seen unschedulable, and
  // which pods a pass has decided about.
  std::map<std::string, std::string, std::less<>> planned_claims;
  std::map<std::string, base::Time, std::less<>> first_seen;
  std::set<std::string, std::less<>> decided;

  // Nodes on which a pod came, ended or began to leave (LIF-128), until their claim shows it; with
  // the time that the lifecycle loop gave the event. DaemonSet pods do not count.
  std::map<std::string, std::optional<base::Time>, std::less<>> pod_events;

  // Drops memory of what no longer exists, so that nothing here grows for ever.
  void forget_stale(base::Time now);

 private:
  template <class T>
  void put(Table<T>& table, const model::Object& object);
  void put_pod(const std::shared_ptr<const model::Pod>& pod);
  void count_unlaunched(const model::NodeClaim* before, const model::NodeClaim* after);
  void note_pod_event(const model::Pod* before, const model::Pod& after);
  void remove_pod(const std::string& key);
  void remove(const model::Object& object);
  bool is_older_than_known(const model::Object& object) const;
  bool is_tracked(const model::Node& node) const;

  Settings settings_;
  std::string class_label_;
  std::vector<model::Kind> watched_kinds_;
  std::uint64_t machines_version_ = 0;
  std::size_t unlaunched_ = 0;  // managed claims without a provider ID
  Table<model::Pod> pods_;
  Table<model::Pod> provisionable_;
  Table<model::Node> nodes_;
  Table<model::NodeClaim> claims_;
  Table<model::NodePool> pools_;
  std::map<std::string, model::Object, std::less<>> classes_;
  Table<model::DaemonSet> daemon_sets_;
  Table<model::PodDisruptionBudget> budgets_;
  Table<model::Namespace> namespaces_;
  Table<model::PersistentVolumeClaim> volume_claims_;
  Table<model::PersistentVolume> volumes_;
  Table<model::StorageClass> storage_classes_;
  Table<model::CSINode> csi_nodes_;
  Table<model::VolumeAttachment> attachments_;
  Table<model::NodeOverlay> overlays_;
  Table<model::CapacityBuffer> buffers_;
  Table<model::PodTemplate> pod_templates_;
  Table<model::Deployment> deployments_;
  Table<model::ReplicaSet> replica_sets_;
  Table<model::StatefulSet> stateful_sets_;
  std::map<std::string, std::set<std::string>, std::less<>> pods_by_node_;
  std::map<std::string, std::set<std::string>, std::less<>> attachments_by_node_;
  std::map<std::string, std::set<std::string>, std::less<>> nodes_by_provider_;
  std::map<std::string, std::set<std::string>, std::less<>> claims_by_provider_;
  std::set<model::Kind> synced_;
  std::uint64_t demand_version_ = 0;
  std::set<std::string, std::less<>> busy_;
  std::map<std::string, Failure, std::less<>> failures_;
  std::map<std::string, base::Time, std::less<>> rests_;
  std::map<std::string, base::Time, std::less<>> nominated_;
  std::set<std::string, std::less<>> gone_uids_;  // removed objects, against late answers
  std::deque<std::string> gone_order_;
};

// "namespace/name", or the name of a cluster-scoped object: the key of a Table.
std::string table_key(const model::ObjectMeta& metadata);

}  // namespace control
