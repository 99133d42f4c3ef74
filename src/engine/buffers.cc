#include "engine/buffers.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <limits>

#include "model/labels.h"
#include "model/resources.h"

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

void fill_in_requests(std::vector<model::Container>& containers) {
  for (model::Container& container : containers) {
    for (const auto& [resource, quantity] : container.resources.limits)
      container.resources.requests.emplace(resource, quantity);
  }
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

constexpr std::string_view kReadyForProvisioning = "ReadyForProvisioning";
constexpr std::string_view kFailed = "ResolutionFailed";

void set_condition(const model::CapacityBuffer& buffer, std::vector<model::Condition>& conditions,
                   std::string_view type, bool is_true, std::string_view reason,
                   std::string message, std::optional<base::Time> now) {
  auto known = std::ranges::find(conditions, type, &model::Condition::type);
  if (known == conditions.end()) {
    model::Condition fresh;
    fresh.type = type;
    known = conditions.insert(conditions.end(), std::move(fresh));
  }
  std::string_view status = is_true ? "True" : "False";
  if (known->status != status) known->lastTransitionTime = now;
  known->status = status;
  known->reason = reason;
  known->message = std::move(message);
  known->observedGeneration = buffer.metadata.generation;
}

struct Unresolved {
  std::string_view reason;
  std::string message;
};

// What the buffer refers to, or why that cannot be told.
std::expected<BufferTarget, Unresolved> target_of(const model::CapacityBuffer& buffer,
                                                  const FindBufferTarget& find) {
  const model::CapacityBufferSpec& spec = buffer.spec;
  const std::string& name_space = buffer.metadata.namespace_;
  auto failed = [](std::string_view reason, std::string message) {
    return std::unexpected(Unresolved{reason, std::move(message)});
  };
  if (spec.podTemplateRef && spec.scalableRef) {
    return failed(kFailed, "podTemplateRef and scalableRef are both set");
  }
  if (spec.podTemplateRef) {
    auto target = find("PodTemplate", name_space, spec.podTemplateRef->name);
    if (target) return *std::move(target);
    return failed("PodTemplateNotFound",
                  fmt::format("PodTemplate \"{}\" not found", spec.podTemplateRef->name));
  }
  if (!spec.scalableRef) return failed(kFailed, "neither podTemplateRef nor scalableRef is set");
  const model::ScalableReference& reference = *spec.scalableRef;
  bool is_supported = (reference.apiGroup.empty() || reference.apiGroup == "apps") &&
                      (reference.kind == "Deployment" || reference.kind == "StatefulSet" ||
                       reference.kind == "ReplicaSet");
  if (!is_supported) {
    return failed(kFailed, fmt::format("scalableRef cannot be a {} of API group \"{}\"",
                                       reference.kind, std::string_view(reference.apiGroup)));
  }
  auto target = find(reference.kind, name_space, reference.name);
  if (target) return *std::move(target);
  return failed("ScalableRefNotFound",
                fmt::format("{} \"{}\" not found", reference.kind, reference.name));
}

}  // namespace

bool is_ours(const model::CapacityBuffer& buffer) {
  return buffer.spec.provisioningStrategy.value_or(std::string(model::kActiveCapacityStrategy)) ==
         model::kActiveCapacityStrategy;
}

ResolvedBuffer resolve(const model::CapacityBuffer& buffer, const FindBufferTarget& find,
                       std::optional<base::Time> now) {
  ResolvedBuffer resolved{buffer.status, {}};
  model::CapacityBufferStatus& status = resolved.status;
  auto target = target_of(buffer, find);
  if (!target) {
    set_condition(buffer, status.conditions, kReadyForProvisioning, false, target.error().reason,
                  std::move(target.error().message), now);
    return resolved;
  }
  std::optional<std::int64_t> workload;
  if (buffer.spec.scalableRef) workload = target->replicas.value_or(1);
  std::int64_t count =
      desired_replicas(buffer.spec, workload, model::requests_of(target->pod_template));
  if (count > kMostBufferPods) {
    set_condition(
        buffer, status.conditions, kReadyForProvisioning, false, kFailed,
        fmt::format("{} pods are more than the {} that can be planned", count, kMostBufferPods),
        now);
    return resolved;
  }
  status.podTemplateRef = buffer.spec.podTemplateRef;
  status.podTemplateGeneration = target->generation;
  status.provisioningStrategy = buffer.spec.provisioningStrategy;
  status.replicas = static_cast<std::int32_t>(std::max<std::int64_t>(count, 0));
  set_condition(buffer, status.conditions, kReadyForProvisioning, true, "Resolved", "", now);
  resolved.pod_template = std::move(target->pod_template);
  return resolved;
}

void show_provisioning(model::CapacityBuffer& buffer, std::optional<bool> fits,
                       std::optional<base::Time> now) {
  auto set = [&](bool is_true, std::string_view reason, std::string message) {
    set_condition(buffer, buffer.status.conditions, "Provisioning", is_true, reason,
                  std::move(message), now);
  };
  if (!model::is_true(buffer.status.conditions, kReadyForProvisioning)) {
    set(false, "NotReadyForProvisioning", "the buffer is not ready for provisioning");
  } else if (buffer.status.replicas.value_or(0) == 0) {
    set(false, "BufferEmpty", "the buffer asks for no pods");
  } else if (fits) {
    set(*fits, *fits ? "FitsExistingCapacity" : "RequiresNewCapacity",
        *fits ? "all pods of the buffer fit onto existing nodes"
              : "pods of the buffer need nodes that do not exist yet");
  }
}

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
  bool is_ready = model::is_true(buffer.status.conditions, kReadyForProvisioning);
  if (!is_ours(buffer) || !is_ready) return pods;
  base::Shared<model::PodSpec> spec = made_from.spec;
  forget_volumes(spec.edit());
  fill_in_requests(spec.edit().initContainers);
  fill_in_requests(spec.edit().containers);
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

bool is_virtual(const model::Pod& pod) {
  return pod.metadata.resourceVersion.empty() && annotation(pod, kFakePodAnnotation) == "true";
}

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
