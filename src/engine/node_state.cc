#include "engine/node_state.h"

#include <algorithm>

#include "base/check.h"
#include "model/labels.h"
#include "model/resources.h"

namespace engine {

namespace {

bool has_true_label(const model::Node& node, std::string_view key) {
  return model::value_of(node.metadata.labels, key) == "true";
}

// Entries that the Node lacks or reports as zero come from the claim: kubelets report extended
// resources as zero before the device plugin runs (SCH-118).
model::ResourceList filled(const model::ResourceList& from_node,
                           const model::ResourceList& from_claim) {
  model::ResourceList list = from_node;
  for (const auto& [resource, quantity] : from_claim) {
    base::Quantity& present = list[resource];
    if (present.is_zero()) present = quantity;
  }
  return list;
}

bool is_owned_by(const model::Pod& pod, std::string_view api_version, std::string_view kind) {
  return std::ranges::any_of(pod.metadata.ownerReferences, [&](const auto& owner) {
    return owner.apiVersion == api_version && owner.kind == kind;
  });
}

}  // namespace

bool NodeState::registered() const {
  if (!managed()) return true;
  return node != nullptr && has_true_label(*node, model::kRegisteredLabel);
}

bool NodeState::initialized() const {
  if (!managed()) return true;
  return node != nullptr && has_true_label(*node, model::kInitializedLabel);
}

bool NodeState::deleting() const {
  if (marked_for_deletion) return true;
  if (!managed()) return node != nullptr && node->metadata.deletionTimestamp.has_value();
  return claim->metadata.deletionTimestamp.has_value() ||
         model::is_true(claim->status.conditions, "InstanceTerminating");
}

const std::string& NodeState::name() const {
  base::check(node != nullptr || claim != nullptr, "a node state has a Node or a NodeClaim");
  return registered() ? node->metadata.name : claim->metadata.name;
}

const model::Labels& NodeState::labels() const {
  return registered() ? node->metadata.labels : claim->metadata.labels;
}

const model::Labels& NodeState::annotations() const {
  return registered() ? node->metadata.annotations : claim->metadata.annotations;
}

std::string NodeState::hostname() const {
  std::string_view label = model::value_of(labels(), model::kHostnameLabel);
  return label.empty() ? name() : std::string(label);
}

std::string NodeState::nodepool() const {
  return std::string(model::value_of(labels(), model::kNodePoolLabel));
}

std::vector<model::Taint> NodeState::taints() const {
  std::vector<model::Taint> all = registered() ? node->spec.taints : claim->spec.taints;
  if (initialized()) return all;
  std::erase_if(all, [&](const model::Taint& taint) {
    return is_ephemeral(taint) ||
           std::ranges::any_of(claim->spec.startupTaints, [&](const model::Taint& startup) {
             return startup.same_place(taint);
           });
  });
  return all;
}

model::ResourceList NodeState::capacity() const {
  model::ResourceList list;
  if (node == nullptr) {
    list = claim->status.capacity;
  } else if (initialized()) {
    list = node->status.capacity;
  } else {
    list = filled(node->status.capacity, claim->status.capacity);
  }
  list[std::string(model::kNodes)] = base::Quantity::from_units(1);
  return list;
}

model::ResourceList NodeState::allocatable() const {
  if (node == nullptr) return claim->status.allocatable;
  if (initialized()) return node->status.allocatable;
  return filled(node->status.allocatable, claim->status.allocatable);
}

model::ResourceList NodeState::requests() const {
  model::ResourceList sum;
  for (const auto& pod : pods) {
    model::add(sum, model::requests_of(*pod));
  }
  return sum;
}

model::ResourceList NodeState::daemon_requests() const {
  model::ResourceList sum;
  for (const auto& pod : pods) {
    if (is_daemon_pod(*pod)) model::add(sum, model::requests_of(*pod));
  }
  return sum;
}

bool is_ephemeral(const model::Taint& taint) {
  if (taint.key == model::kNotReadyTaint) {
    return taint.effect == "NoSchedule" || taint.effect == "NoExecute";
  }
  if (taint.key == model::kUnreachableTaint || taint.key == model::kCloudUninitializedTaint) {
    return taint.effect == "NoSchedule";
  }
  if (taint.key == model::kUnregisteredTaint) return taint.effect == "NoExecute";
  return taint.key.starts_with(model::kReadinessTaintPrefix);
}

bool is_daemon_pod(const model::Pod& pod) { return is_owned_by(pod, "apps/v1", "DaemonSet"); }

bool is_static_pod(const model::Pod& pod) { return is_owned_by(pod, "v1", "Node"); }

bool is_terminal(const model::Pod& pod) {
  return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

bool is_provisionable(const model::Pod& pod) {
  const model::Condition* scheduled = model::find_condition(pod.status.conditions, "PodScheduled");
  return scheduled != nullptr && scheduled->reason == "Unschedulable" &&
         pod.spec->nodeName.empty() && pod.status.nominatedNodeName.empty() &&
         !is_daemon_pod(pod) && !is_static_pod(pod);
}

}  // namespace engine
