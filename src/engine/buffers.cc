#include "engine/buffers.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/labels.h"

namespace engine {

namespace {

// A share of the workload, at least one pod where there is any share at all.
std::int64_t share_of(std::int64_t workload, std::int64_t percentage) {
  if (percentage == 0) return 0;
  return std::max<std::int64_t>((workload * percentage + 99) / 100, 1);
}

// How often the pod fits into the limits; nullopt if they name nothing that it asks for.
std::optional<std::int64_t> limit_count(const model::ResourceList& limits,
                                        const model::ResourceList& requests) {
  std::optional<std::int64_t> least;
  for (const auto& [resource, limit] : limits) {
    auto request = requests.find(resource);
    if (request == requests.end() || request->second.milli_value() <= 0) continue;
    std::int64_t count =
        std::max<std::int64_t>(limit.milli_value() / request->second.milli_value(), 0);
    least = std::min(least.value_or(count), count);
  }
  return least;
}

void forget_volumes(model::PodSpec& spec) {
  std::erase_if(spec.volumes, [](const model::Volume& volume) {
    return volume.persistentVolumeClaim || volume.ephemeral;
  });
}

std::string annotation(const model::Pod& pod, std::string_view name) {
  auto found = pod.metadata.annotations.find(name);
  return found == pod.metadata.annotations.end() ? "" : found->second;
}

}  // namespace

std::int64_t desired_replicas(const model::CapacityBufferSpec& spec,
                              std::optional<std::int64_t> workload,
                              const model::ResourceList& requests) {
  std::optional<std::int64_t> wanted;
  if (spec.replicas) wanted = *spec.replicas;
  if (spec.percentage && workload.value_or(0) > 0) {
    wanted = std::max(wanted.value_or(0), share_of(*workload, *spec.percentage));
  }
  std::optional<std::int64_t> most = limit_count(spec.limits, requests);
  if (!wanted) return most.value_or(0);
  return std::min(*wanted, most.value_or(*wanted));
}

std::vector<std::shared_ptr<const model::Pod>> virtual_pods(
    const model::CapacityBuffer& buffer, const model::PodTemplateSpec& made_from) {
  std::vector<std::shared_ptr<const model::Pod>> pods;
  bool is_ours = buffer.spec.provisioningStrategy.value_or(
                     std::string(model::kActiveCapacityStrategy)) == model::kActiveCapacityStrategy;
  bool is_ready = model::is_true(buffer.status.conditions, "ReadyForProvisioning");
  if (!is_ours || !is_ready) return pods;
  base::Shared<model::PodSpec> spec = made_from.spec;
  forget_volumes(spec.edit());
  spec.edit().nodeName.clear();
  spec.edit().priority = std::numeric_limits<std::int32_t>::min();
  for (std::int32_t number = 1; number <= buffer.status.replicas.value_or(0); ++number) {
    model::Pod pod;
    pod.metadata.namespace_ = buffer.metadata.namespace_;
    pod.metadata.name = fmt::format("capacity-buffer-{}-{}", buffer.metadata.name, number);
    pod.metadata.uid = fmt::format("{}-{}", buffer.metadata.uid, number);
    pod.metadata.creationTimestamp = buffer.metadata.creationTimestamp;
    pod.metadata.labels = made_from.metadata.labels;
    model::Labels& annotations = pod.metadata.annotations;
    annotations[std::string(kFakePodAnnotation)] = "true";
    annotations[std::string(kBufferNameAnnotation)] = buffer.metadata.name;
    annotations[std::string(kBufferNamespaceAnnotation)] = buffer.metadata.namespace_;
    pod.spec = spec;
    pod.status.phase = "Pending";
    pod.status.conditions.push_back(
        {"PodScheduled", "False", "Unschedulable", "", std::nullopt, 0});
    pods.push_back(std::make_shared<const model::Pod>(std::move(pod)));
  }
  return pods;
}

bool is_virtual(const model::Pod& pod) { return annotation(pod, kFakePodAnnotation) == "true"; }

std::optional<BufferKey> buffer_of(const model::Pod& pod) {
  std::string name = annotation(pod, kBufferNameAnnotation);
  std::string name_space = annotation(pod, kBufferNamespaceAnnotation);
  if (!is_virtual(pod) || name.empty() || name_space.empty()) return std::nullopt;
  return BufferKey(std::move(name_space), std::move(name));
}

std::map<BufferKey, bool> fitting_buffers(const Snapshot& snapshot, const Plan& plan) {
  std::map<BufferKey, bool> fits;
  auto note = [&](std::size_t pod, bool is_fitting) {
    auto buffer = buffer_of(*snapshot.pods[pod]);
    if (!buffer) return;
    auto place = fits.try_emplace(*std::move(buffer), true).first;
    place->second = place->second && is_fitting;
  };
  for (const PlacedOnNode& node : plan.existing) {
    for (std::size_t pod : node.pods)
      note(pod, true);
  }
  for (const PlannedClaim& claim : plan.claims) {
    for (std::size_t pod : claim.pods)
      note(pod, false);
  }
  for (const Refusal& refusal : plan.refusals)
    note(refusal.pod, false);
  return fits;
}

std::map<std::size_t, std::size_t> virtual_pods_by_node(const Snapshot& snapshot,
                                                        const Plan& plan) {
  std::map<std::size_t, std::size_t> counts;
  for (const PlacedOnNode& node : plan.existing) {
    auto count = static_cast<std::size_t>(std::ranges::count_if(
        node.pods, [&](std::size_t pod) { return is_virtual(*snapshot.pods[pod]); }));
    if (count > 0) counts.emplace(node.node, count);
  }
  return counts;
}

}  // namespace engine
