#include "app/plan_pods.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "app/plan_input.h"
#include "engine/buffers.h"
#include "model/kinds.h"
#include "model/labels.h"

namespace app {

namespace {

constexpr std::string_view kTemplateHash = "pod-template-hash";

void reduce(std::vector<model::Container>& containers) {
  for (model::Container& container : containers) {
    container.image = {};
    container.command = {};
    container.args = {};
    std::erase_if(container.ports,
                  [](const model::ContainerPort& port) { return port.hostPort == 0; });
    auto& requests = container.resources.requests;
    for (const auto& [resource, quantity] : container.resources.limits) {
      requests.emplace(resource, quantity);
    }
    container.resources.limits = {};
    container.ports.shrink_to_fit();
    requests.shrink_to_fit();
  }
  containers.shrink_to_fit();
}

void reduce(std::vector<model::ContainerStatus>& statuses) {
  std::erase_if(statuses, [](const model::ContainerStatus& status) {
    return !status.resources && status.allocatedResources.empty();
  });
  for (model::ContainerStatus& status : statuses) {
    status.image = {};
    status.state.reset();
  }
  statuses.shrink_to_fit();
}

// "web-5d4f8c" of a pod with the template hash 5d4f8c belongs to the Deployment "web".
std::string_view deployment_of(const model::OwnerReference& owner, const model::Labels& labels) {
  std::string_view hash = model::value_of(labels, kTemplateHash);
  std::string_view name = owner.name;
  if (owner.kind != "ReplicaSet" || hash.empty() || !name.ends_with(hash)) return {};
  name.remove_suffix(hash.size());
  if (!name.ends_with('-')) return {};
  name.remove_suffix(1);
  return name;
}

std::string key_of(std::string_view kind, std::string_view name_space, std::string_view name) {
  return fmt::format("{} {}/{}", kind, name_space, name);
}

// Workloads that have pods, as keys. A ReplicaSet's Deployment has its pods.
std::set<std::string> owners_of_pods(const PlanInput& input) {
  std::set<std::string> owners;
  for (const auto& pod : input.pods) {
    const model::OwnerReference* owner = model::controller_of(pod->metadata);
    if (owner == nullptr) continue;
    const std::string& name_space = pod->metadata.namespace_;
    owners.insert(key_of(owner->kind, name_space, owner->name));
    std::string_view deployment = deployment_of(*owner, pod->metadata.labels);
    if (!deployment.empty()) owners.insert(key_of("Deployment", name_space, deployment));
  }
  for (const Workload& workload : input.workloads) {
    const model::OwnerReference* owner = model::controller_of(workload.metadata);
    const std::string& name_space = workload.metadata.namespace_;
    if (owner != nullptr &&
        owners.contains(key_of(workload.kind, name_space, workload.metadata.name))) {
      owners.insert(key_of(owner->kind, name_space, owner->name));
    }
  }
  return owners;
}

model::Pod pod_of(const Workload& workload) {
  model::Pod pod;
  pod.metadata = workload.pod_template.metadata;
  pod.metadata.annotations = {};
  pod.metadata.namespace_ = workload.metadata.namespace_;
  pod.metadata.creationTimestamp = workload.metadata.creationTimestamp;
  model::OwnerReference& owner = pod.metadata.ownerReferences.emplace_back();
  owner.apiVersion = workload.api_version;
  owner.kind = workload.kind;
  owner.name = workload.metadata.name;
  owner.uid = workload.metadata.uid;
  owner.controller = true;
  pod.spec = workload.pod_template.spec;
  return pod;
}

class PodMaker {
 public:
  explicit PodMaker(const PlanInput& input) {
    for (const auto& claim : input.volume_claims) {
      claims_.emplace(claim->metadata.namespace_, claim->metadata.name);
    }
  }

  void add(const Workload& workload) {
    const model::Pod blank = pod_of(workload);
    const std::size_t width = std::to_string(workload.pods - 1).size();
    for (std::int64_t index = 0; index < workload.pods; ++index) {
      model::Pod pod = blank;
      pod.metadata.name = fmt::format("{}-{:0{}}", workload.metadata.name, index, width);
      pod.metadata.uid = pod.metadata.name;
      if (!uids_.insert(pod.metadata.uid).second) {
        pod.metadata.uid = pod.metadata.namespace_ + "/" + pod.metadata.name;
      }
      claim_ephemeral_volumes(pod);
      claim_volumes(workload, index, pod);
      made_.pods.push_back(std::make_shared<const model::Pod>(std::move(pod)));
    }
  }

  MadePods take() { return std::move(made_); }

 private:
  // What a StatefulSet does: the claim outlives the pod, so it may be there already.
  void claim_volumes(const Workload& workload, std::int64_t index, model::Pod& pod) {
    for (const base::Json& claim : workload.claim_templates) {
      model::Volume volume;
      volume.name = base::string_at(claim, {"metadata", "name"});
      volume.persistentVolumeClaim.emplace().claimName =
          fmt::format("{}-{}-{}", volume.name, workload.metadata.name, index);
      make_claim(pod.metadata.namespace_, volume.persistentVolumeClaim->claimName, claim);
      std::vector<model::Volume>& volumes = pod.spec.edit().volumes;
      std::erase_if(volumes, [&](const model::Volume& other) { return other.name == volume.name; });
      volumes.push_back(std::move(volume));
    }
  }

  void claim_ephemeral_volumes(const model::Pod& pod) {
    for (const model::Volume& volume : pod.spec->volumes) {
      if (!volume.ephemeral) continue;
      const base::Json* claim = base::find_path(*volume.ephemeral, {"volumeClaimTemplate"});
      if (claim == nullptr) continue;
      make_claim(pod.metadata.namespace_, pod.metadata.name + "-" + volume.name, *claim);
    }
  }

  // A template that cannot be read makes no claim, and the pod is then refused for lack of it.
  void make_claim(const std::string& name_space, const std::string& name,
                  const base::Json& claim_template) {
    if (!claims_.emplace(name_space, name).second) return;
    auto claim = base::from_json<model::PersistentVolumeClaim>(claim_template);
    if (!claim) return;
    claim->metadata.namespace_ = name_space;
    claim->metadata.name = name;
    made_.claims.push_back(std::make_shared<const model::PersistentVolumeClaim>(*std::move(claim)));
  }

  std::set<std::pair<std::string, std::string>> claims_;
  std::set<std::string> uids_;
  MadePods made_;
};

std::optional<engine::BufferTarget> buffer_target(const PlanInput& input, std::string_view kind,
                                                  std::string_view name_space,
                                                  std::string_view name) {
  auto is_meant = [&](const model::ObjectMeta& metadata) {
    return metadata.namespace_ == name_space && metadata.name == name;
  };
  if (kind == "PodTemplate") {
    auto found = std::ranges::find_if(input.pod_templates,
                                      [&](const auto& made) { return is_meant(made->metadata); });
    if (found == input.pod_templates.end()) return std::nullopt;
    return engine::BufferTarget{(*found)->template_, std::nullopt, (*found)->metadata.generation};
  }
  auto found = std::ranges::find_if(input.workloads, [&](const Workload& workload) {
    return workload.kind == kind && is_meant(workload.metadata);
  });
  if (found == input.workloads.end()) return std::nullopt;
  return engine::BufferTarget{found->pod_template, found->pods, std::nullopt};
}

}  // namespace

void reduce(model::PodSpec& spec) {
  reduce(spec.initContainers);
  reduce(spec.containers);
  std::erase_if(spec.volumes, [](const model::Volume& volume) {
    return !volume.persistentVolumeClaim && !volume.ephemeral;
  });
  spec.volumes.shrink_to_fit();
  spec.tolerations.shrink_to_fit();
}

void reduce(model::Pod& pod) {
  model::ObjectMeta& metadata = pod.metadata;
  if (metadata.uid.empty()) metadata.uid = metadata.namespace_ + "/" + metadata.name;
  metadata.generateName = {};
  metadata.resourceVersion = {};
  metadata.labels.shrink_to_fit();
  for (auto annotation = metadata.annotations.begin(); annotation != metadata.annotations.end();) {
    // What a pod says of buffers is not read: those of buffers are made here.
    const std::string& key = annotation->first;
    bool is_read = key.starts_with(model::kKarpenterGroup) &&
                   !key.starts_with("karpenter.sh/capacity-buffer-");
    annotation = is_read ? annotation + 1 : metadata.annotations.erase(annotation);
  }
  metadata.annotations.shrink_to_fit();
  reduce(pod.spec.edit());
  model::PodStatus& status = pod.status;
  // A pod without a node that has conditions is judged by them, so one at least stays.
  const bool is_bound = !pod.spec->nodeName.empty();
  std::erase_if(status.conditions, [&](const model::Condition& condition) {
    bool is_last = !is_bound && &condition == &status.conditions.front();
    return !is_last && (is_bound || condition.type != "PodScheduled") &&
           condition.type != "PodResizePending";
  });
  status.conditions.shrink_to_fit();
  for (model::Condition& condition : status.conditions) {
    condition.message = {};
  }
  status.message = {};
  status.hostIP = {};
  status.podIP = {};
  reduce(status.containerStatuses);
  reduce(status.initContainerStatuses);
}

BufferPods pods_of_buffers(const PlanInput& input) {
  BufferPods made;
  auto find = [&](std::string_view kind, std::string_view name_space, std::string_view name) {
    return buffer_target(input, kind, name_space, name);
  };
  for (const auto& given : input.buffers) {
    std::string who = given->metadata.namespace_ + "/" + given->metadata.name;
    if (!engine::is_ours(*given)) {
      made.notes.push_back(fmt::format("CapacityBuffer {} takes no part: its strategy is {}", who,
                                       *given->spec.provisioningStrategy));
      continue;
    }
    model::CapacityBuffer buffer = *given;
    if (buffer.metadata.uid.empty()) buffer.metadata.uid = "buffer " + who;
    engine::ResolvedBuffer resolved = engine::resolve(buffer, find, std::nullopt);
    buffer.status = std::move(resolved.status);
    const model::Condition* ready =
        model::find_condition(buffer.status.conditions, "ReadyForProvisioning");
    if (ready->status != "True") {
      made.notes.push_back(fmt::format("CapacityBuffer {} takes no part: {}", who, ready->message));
      continue;
    }
    auto pods = engine::virtual_pods(buffer, resolved.pod_template);
    made.pods.insert(made.pods.end(), pods.begin(), pods.end());
  }
  return made;
}

MadePods pods_of_workloads(const PlanInput& input) {
  std::set<std::string> have_pods = owners_of_pods(input);
  std::set<std::string> given;
  for (const Workload& workload : input.workloads) {
    given.insert(key_of(workload.kind, workload.metadata.namespace_, workload.metadata.name));
  }
  PodMaker maker(input);
  for (const Workload& workload : input.workloads) {
    const std::string& name_space = workload.metadata.namespace_;
    const model::OwnerReference* owner = model::controller_of(workload.metadata);
    bool is_made_by_owner =
        owner != nullptr && given.contains(key_of(owner->kind, name_space, owner->name));
    bool has_pods = have_pods.contains(key_of(workload.kind, name_space, workload.metadata.name));
    if (!is_made_by_owner && !has_pods) maker.add(workload);
  }
  return maker.take();
}

std::string owner_of(const model::Pod& pod) {
  if (auto buffer = engine::buffer_of(pod)) {
    return fmt::format("buffer {}/{}", buffer->first, buffer->second);
  }
  const model::OwnerReference* owner = model::controller_of(pod.metadata);
  std::string kind = owner == nullptr ? "Pod" : owner->kind;
  std::string_view name = owner == nullptr ? pod.metadata.name : owner->name;
  if (owner != nullptr) {
    std::string_view deployment = deployment_of(*owner, pod.metadata.labels);
    if (!deployment.empty()) {
      kind = "Deployment";
      name = deployment;
    }
  }
  std::ranges::transform(kind, kind.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return fmt::format("{} {}/{}", kind, pod.metadata.namespace_, name);
}

}  // namespace app
