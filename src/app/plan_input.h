// What `joiner plan` is given: the objects of a cluster, as `kubectl get -o json` prints them or as
// people write them.
//
// What a manifest has not been given yet counts as given: a namespace ("default"), requests where
// only limits stand, a uid. Of objects that come twice the first counts. Retired kinds are converted.
// To keep long lists small, only what planning reads of a pod is kept, and equal specs of one owner
// are stored once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/json.h"
#include "engine/snapshot.h"
#include "model/capacity_buffer.h"
#include "model/cluster.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_overlay.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/validate.h"
#include "model/volume.h"
#include "model/workload.h"

namespace app {

// Why an object cannot be planned with.
struct BadObject {
  std::string who;  // "Deployment shop/web"
  std::vector<model::Fault> faults;
};

// A line for each fault: "Deployment shop/web: spec.replicas: expected an integer, found a string".
std::string to_string(const BadObject& bad);

// What makes pods: a Deployment, ReplicaSet, StatefulSet or Job.
struct Workload {
  std::string kind;
  std::string api_version;
  model::ObjectMeta metadata;
  std::int64_t pods = 0;  // as many as it is to have
  model::PodTemplateSpec pod_template;
  std::vector<base::Json> claim_templates;  // of a StatefulSet, for the volumes of each pod
};

// Any kind of node class, as far as NodePools look at it.
struct NodeClassState {
  model::NodeClassReference reference;
  bool is_ready = true;
};

class PlanInput {
 public:
  std::vector<std::shared_ptr<const model::Pod>> pods;
  std::vector<std::shared_ptr<const model::Node>> nodes;
  std::vector<std::shared_ptr<const model::NodeClaim>> claims;
  std::vector<std::shared_ptr<const model::NodePool>> pools;
  std::vector<NodeClassState> classes;
  std::vector<Workload> workloads;
  std::vector<std::shared_ptr<const model::DaemonSet>> daemon_sets;
  std::vector<std::shared_ptr<const model::Namespace>> namespaces;
  std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> volume_claims;
  std::vector<std::shared_ptr<const model::PersistentVolume>> volumes;
  std::vector<std::shared_ptr<const model::StorageClass>> storage_classes;
  std::vector<std::shared_ptr<const model::CSINode>> csi_nodes;
  std::vector<std::shared_ptr<const model::NodeOverlay>> overlays;
  std::vector<std::shared_ptr<const model::CapacityBuffer>> buffers;
  std::vector<std::shared_ptr<const model::PodTemplate>> pod_templates;
  // Of Services and of what controls pods, for default spread constraints.
  std::vector<engine::WorkloadSelector> selectors;

  std::map<std::string, std::size_t> skipped;  // objects of kinds that planning does not read
  std::vector<std::string> warnings;           // "NodePool default: unknown field spec.wieght"
  std::size_t objects = 0;                     // that were given, skipped ones too
  std::size_t repeated = 0;                    // of them, those that were there already

  // Takes one object, or each of a List.
  std::expected<void, BadObject> add(const base::Json& document);

  // The same for a pod that is read already.
  std::expected<void, BadObject> add(model::Pod pod);

 private:
  using Added = std::expected<void, BadObject>;
  struct Subject;  // the object that is being added

  Added add_object(const Subject& subject);
  Added add_retired(const Subject& subject);
  Added add_pool(const Subject& subject);
  Added add_class(const Subject& subject);
  Added add_workload(const Subject& subject);
  Added add_selector(const Subject& subject);
  template <class T>
  Added add_to(std::vector<std::shared_ptr<const T>>& list, const Subject& subject);
  template <class T>
  Added add_judged(std::vector<std::shared_ptr<const T>>& list, const Subject& subject);
  void note_unknown(const Subject& subject, const std::vector<std::string>& fields);
  bool is_new(std::string_view kind, const model::ObjectMeta& metadata);

  std::unordered_set<std::uint64_t> seen_;  // hashes of kind, namespace and name
  // The latest specs of each owner.
  std::map<std::string, std::vector<base::Shared<model::PodSpec>>, std::less<>> specs_;
};

}  // namespace app
