#include "model/meta.h"

#include <algorithm>

namespace model {
namespace {

constexpr std::string_view kMetaNotKept[] = {"selfLink", "managedFields"};
// Pods, nodes and deployments each add one time to the common shape.
constexpr std::string_view kConditionNotKept[] = {"lastProbeTime", "lastHeartbeatTime",
                                                  "lastUpdateTime"};

bool matches(const LabelSelectorRequirement& requirement, const Labels& labels) {
  auto found = labels.find(requirement.key);
  bool is_there = found != labels.end();
  bool is_listed =
      is_there && std::ranges::find(requirement.values, found->second) != requirement.values.end();
  if (requirement.operator_ == "In") return is_listed;
  if (requirement.operator_ == "NotIn") return !is_listed;
  if (requirement.operator_ == "Exists") return is_there;
  if (requirement.operator_ == "DoesNotExist") return !is_there;
  return false;
}

}  // namespace

FIELDS_WITH(OwnerReference, .always({"apiVersion", "kind", "name", "uid"}), apiVersion, kind, name,
            uid, controller, blockOwnerDeletion);

FIELDS_WITH(ObjectMeta, .not_keeping(kMetaNotKept), name, generateName, namespace_, uid,
            resourceVersion, generation, creationTimestamp, deletionTimestamp,
            deletionGracePeriodSeconds, labels, annotations, ownerReferences, finalizers);

// Custom resources require reason and message, which may be empty (API-023, API-025).
FIELDS_WITH(Condition,
            .always({"type", "status", "reason", "message"}).not_keeping(kConditionNotKept), type,
            status, observedGeneration, lastTransitionTime, reason, message);

FIELDS_WITH(LabelSelectorRequirement, .always({"key", "operator"}), key, operator_, values);
FIELDS(LabelSelector, matchLabels, matchExpressions);

FIELDS(ObjectReference, kind, namespace_, name, uid, apiVersion, resourceVersion, fieldPath);

bool has_finalizer(const ObjectMeta& metadata, std::string_view finalizer) {
  return std::ranges::find(metadata.finalizers, finalizer) != metadata.finalizers.end();
}

std::string_view value_of(const Labels& labels, std::string_view key) {
  auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

const OwnerReference* controller_of(const ObjectMeta& metadata) {
  auto found = std::ranges::find_if(metadata.ownerReferences, [](const OwnerReference& owner) {
    return owner.controller.value_or(false);
  });
  return found == metadata.ownerReferences.end() ? nullptr : &*found;
}

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  auto found = std::ranges::find(conditions, type, &Condition::type);
  return found == conditions.end() ? nullptr : &*found;
}

bool is_true(const std::vector<Condition>& conditions, std::string_view type) {
  const Condition* condition = find_condition(conditions, type);
  return condition != nullptr && condition->status == "True";
}

bool matches(const LabelSelector& selector, const Labels& labels) {
  for (const auto& [key, value] : selector.matchLabels) {
    auto found = labels.find(key);
    if (found == labels.end() || found->second != value) return false;
  }
  return std::ranges::all_of(selector.matchExpressions,
                             [&](const auto& requirement) { return matches(requirement, labels); });
}

}  // namespace model
