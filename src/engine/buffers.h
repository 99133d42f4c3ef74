// CapacityBuffers (scheduling.md section 25): room that is kept free, planned for as pods that exist
// in memory alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/pack.h"
#include "engine/snapshot.h"
#include "model/capacity_buffer.h"
#include "model/pod.h"

namespace engine {

inline constexpr std::string_view kFakePodAnnotation = "karpenter.sh/capacity-buffer-fake-pod";
inline constexpr std::string_view kBufferNameAnnotation = "karpenter.sh/capacity-buffer-name";
inline constexpr std::string_view kBufferNamespaceAnnotation =
    "karpenter.sh/capacity-buffer-namespace";

// A buffer that asks for more cannot be resolved.
inline constexpr std::int64_t kMostBufferPods = 100'000;

// Whether the buffer's strategy leaves it to Joiner (API-171).
bool is_ours(const model::CapacityBuffer& buffer);

// What a buffer makes its pods from.
struct BufferTarget {
  model::PodTemplateSpec pod_template;
  std::optional<std::int64_t> replicas;    // of a workload; 1 if it does not say (API-164)
  std::optional<std::int64_t> generation;  // of a PodTemplate
};

// Finds a PodTemplate, Deployment, StatefulSet or ReplicaSet; nullopt if there is none.
using FindBufferTarget = std::function<std::optional<BufferTarget>(
    std::string_view kind, std::string_view name_space, std::string_view name)>;

struct ResolvedBuffer {
  model::CapacityBufferStatus
      status;  // the one to come; unchanged but for a condition if not ready
  model::PodTemplateSpec pod_template;  // empty if not ready
};

// What becomes of a buffer's status, condition ReadyForProvisioning included (SCH-305 to SCH-307).
// `now` is the time of a transition.
ResolvedBuffer resolve(const model::CapacityBuffer& buffer, const FindBufferTarget& find,
                       std::optional<base::Time> now);

// Sets condition Provisioning (SCH-312). `fits` is what fitting_buffers() says of the buffer,
// nullopt if the pass saw none of its pods.
void show_provisioning(model::CapacityBuffer& buffer, std::optional<bool> fits,
                       std::optional<base::Time> now);

// How many pods the buffer asks for (SCH-306). `workload` are the replicas of the workload that it
// refers to, nullopt if it refers to a PodTemplate; `requests` are those of one pod.
std::int64_t desired_replicas(const model::CapacityBufferSpec& spec,
                              std::optional<std::int64_t> workload,
                              const model::ResourceList& requests);

// The pods of a buffer that is ready, as many as its status says (SCH-308); none if it is not ready,
// or left to another autoscaler by its strategy. Limits stand in for missing requests, as they do in
// pods that are created.
std::vector<std::shared_ptr<const model::Pod>> virtual_pods(
    const model::CapacityBuffer& buffer, const model::PodTemplateSpec& made_from);

// A pod that an API server has stored exists, whatever its annotations say.
bool is_virtual(const model::Pod& pod);

// Namespace and name.
using BufferKey = std::pair<std::string, std::string>;

// The buffer that a virtual pod belongs to; nullopt if it does not say (SCH-313).
std::optional<BufferKey> buffer_of(const model::Pod& pod);

// Of each buffer of which the plan saw a pod, whether all of them fit onto existing nodes (SCH-312).
std::map<BufferKey, bool> fitting_buffers(const Snapshot& snapshot, const Plan& plan);

// How many virtual pods were placed on each node that received any, by index (SCH-311).
std::map<std::size_t, std::size_t> virtual_pods_by_node(const Snapshot& snapshot, const Plan& plan);

}  // namespace engine
