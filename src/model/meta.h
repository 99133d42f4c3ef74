// What every Kubernetes object carries: metadata, label selectors, conditions, references.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "model/scalars.h"

namespace model {

struct OwnerReference {
  std::string apiVersion;
  std::string kind;
  std::string name;
  std::string uid;
  std::optional<bool> controller;
  std::optional<bool> blockOwnerDeletion;
};
DESCRIBED(OwnerReference);

using Labels = base::Map<std::string>;

struct ObjectMeta {
  std::string name;
  std::string generateName;
  std::string namespace_;  // empty for cluster-scoped kinds
  std::string uid;
  std::string resourceVersion;
  std::int64_t generation = 0;
  std::optional<base::Time> creationTimestamp;
  std::optional<base::Time> deletionTimestamp;
  std::optional<std::int64_t> deletionGracePeriodSeconds;
  Labels labels;
  Labels annotations;
  std::vector<OwnerReference> ownerReferences;
  std::vector<std::string> finalizers;
};
DESCRIBED(ObjectMeta);

bool has_finalizer(const ObjectMeta& metadata, std::string_view finalizer);

// The value of a label or annotation, or "" if it is not there.
std::string_view value_of(const Labels& labels, std::string_view key);

// The owner that controls the object (controller: true), or nullptr.
const OwnerReference* controller_of(const ObjectMeta& metadata);

struct Condition {
  std::string type;
  std::string status;  // True, False, Unknown
  std::string reason;
  std::string message;
  std::optional<base::Time> lastTransitionTime;
  std::int64_t observedGeneration = 0;
};
DESCRIBED(Condition);

// The condition of a type, or nullptr.
const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);

// True if the condition is there with status "True".
bool is_true(const std::vector<Condition>& conditions, std::string_view type);

struct LabelSelectorRequirement {
  std::string key;
  std::string operator_;  // In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;

  bool operator==(const LabelSelectorRequirement&) const = default;
};
DESCRIBED(LabelSelectorRequirement);

struct LabelSelector {
  Labels matchLabels;
  std::vector<LabelSelectorRequirement> matchExpressions;

  bool operator==(const LabelSelector&) const = default;
};
DESCRIBED(LabelSelector);

// An empty selector matches everything. An operator that does not exist matches nothing.
bool matches(const LabelSelector& selector, const Labels& labels);

// A reference to an object, as events carry it.
struct ObjectReference {
  std::string kind;
  std::string namespace_;
  std::string name;
  std::string uid;
  std::string apiVersion;
  std::string resourceVersion;
  std::string fieldPath;
};
DESCRIBED(ObjectReference);

}  // namespace model
