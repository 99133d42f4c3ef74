#include "judge/decision.h"

#include <algorithm>

#include "model/labels.h"

namespace judge {
namespace {

bool has_true_label(const std::shared_ptr<const model::Node>& node, std::string_view key) {
  return node != nullptr && model::value_of(node->metadata.labels, key) == "true";
}

bool goes_away_by_itself(const model::Taint& taint) {
  const std::string& key = taint.key;
  if (key.starts_with("readiness.k8s.io/")) return true;
  if (key == "node.kubernetes.io/not-ready") {
    return taint.effect == "NoSchedule" || taint.effect == "NoExecute";
  }
  if (key == "karpenter.sh/unregistered") return taint.effect == "NoExecute";
  return taint.effect == "NoSchedule" && (key == "node.kubernetes.io/unreachable" ||
                                          key == "node.cloudprovider.kubernetes.io/uninitialized");
}

// What the node lacks or reports as zero is taken from its claim until it is initialised.
model::ResourceList completed(model::ResourceList of_node, const model::ResourceList& of_claim) {
  for (const auto& [resource, quantity] : of_claim) {
    auto found = of_node.find(resource);
    if (found == of_node.end() || found->second.is_zero()) of_node[resource] = quantity;
  }
  return of_node;
}

}  // namespace

bool NodeInput::is_registered() const {
  return claim == nullptr || has_true_label(node, model::kRegisteredLabel);
}

bool NodeInput::is_initialized() const {
  return claim == nullptr || has_true_label(node, model::kInitializedLabel);
}

const std::string& NodeInput::name() const {
  return is_registered() ? node->metadata.name : claim->metadata.name;
}

const model::Labels& NodeInput::labels() const {
  return is_registered() ? node->metadata.labels : claim->metadata.labels;
}

std::string NodeInput::hostname() const {
  std::string_view label = model::value_of(labels(), model::kHostnameLabel);
  return label.empty() ? name() : std::string(label);
}

std::vector<model::Taint> NodeInput::taints() const {
  const auto& all = is_registered() ? node->spec.taints : claim->spec.taints;
  if (is_initialized()) return all;
  std::vector<model::Taint> lasting;
  for (const model::Taint& taint : all) {
    bool is_of_startup = std::ranges::any_of(claim->spec.startupTaints, [&](const auto& startup) {
      return startup.key == taint.key && startup.effect == taint.effect;
    });
    if (!is_of_startup && !goes_away_by_itself(taint)) lasting.push_back(taint);
  }
  return lasting;
}

model::ResourceList NodeInput::capacity() const {
  model::ResourceList list;
  if (node == nullptr) {
    list = claim->status.capacity;
  } else if (is_initialized()) {
    list = node->status.capacity;
  } else {
    list = completed(node->status.capacity, claim->status.capacity);
  }
  list["nodes"] = base::Quantity::from_units(1);
  return list;
}

model::ResourceList NodeInput::allocatable() const {
  if (node == nullptr) return claim->status.allocatable;
  if (is_initialized()) return node->status.allocatable;
  return completed(node->status.allocatable, claim->status.allocatable);
}

}  // namespace judge
