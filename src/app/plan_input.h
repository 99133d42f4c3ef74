// What `joiner plan` is given: objects of a cluster, as `kubectl get -o json` prints them, and the
// machines that may be launched. Together they make the snapshot that the engine plans on.
//
// What a manifest has not been given yet counts as given: a NodePool without conditions is ready,
// an unbound pod without conditions is unschedulable. Where conditions exist they decide.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/snapshot.h"
#include "model/cluster.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/volume.h"
#include "model/workload.h"

namespace app {

struct PlanInput {
  std::vector<std::shared_ptr<const model::Pod>> pods;
  std::vector<std::shared_ptr<const model::Node>> nodes;
  std::vector<std::shared_ptr<const model::NodeClaim>> claims;
  std::vector<std::shared_ptr<const model::NodePool>> pools;
  std::vector<std::shared_ptr<const model::DaemonSet>> daemon_sets;
  std::vector<std::shared_ptr<const model::Namespace>> namespaces;
  std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> volume_claims;
  std::vector<std::shared_ptr<const model::PersistentVolume>> volumes;
  std::vector<std::shared_ptr<const model::StorageClass>> storage_classes;
  std::vector<std::shared_ptr<const model::CSINode>> csi_nodes;
  std::map<std::string, std::size_t> skipped;  // objects of kinds that planning does not read

  // Takes one object, or each of a v1 List. Error: invalid, with the object named.
  base::Result<void> add(const base::Json& document);
};

// All that the input says; pods of nodes that are being deleted are planned like pending ones.
// `types` are offered to every NodePool.
engine::Snapshot snapshot_of(const PlanInput& input, const model::InstanceTypes& types,
                             engine::Settings settings);

}  // namespace app
