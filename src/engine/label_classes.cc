#include "engine/label_classes.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

namespace engine {

namespace {

void take(const std::optional<model::LabelSelector>& selector,
          std::set<std::string, std::less<>>& keys) {
  if (!selector) return;
  for (const auto& [key, value] : selector->matchLabels) {
    if (!keys.contains(key)) keys.insert(key);
  }
  for (const auto& expression : selector->matchExpressions) {
    if (!keys.contains(expression.key)) keys.insert(expression.key);
  }
}

void take(const std::optional<model::PodAffinity>& affinity,
          std::set<std::string, std::less<>>& keys) {
  if (!affinity) return;
  for (const auto& term : affinity->requiredDuringSchedulingIgnoredDuringExecution) {
    take(term.labelSelector, keys);
  }
  for (const auto& term : affinity->preferredDuringSchedulingIgnoredDuringExecution) {
    take(term.podAffinityTerm.labelSelector, keys);
  }
}

}  // namespace

void LabelClasses::take_keys(const model::PodSpec& spec) {
  for (const auto& constraint : spec.topologySpreadConstraints) {
    take(constraint.labelSelector, keys_);
    keys_.insert(constraint.matchLabelKeys.begin(), constraint.matchLabelKeys.end());
  }
  if (!spec.affinity) return;
  take(spec.affinity->podAffinity, keys_);
  take(spec.affinity->podAntiAffinity, keys_);
}

void LabelClasses::take_required_anti_affinity(const model::PodSpec& spec) {
  for (const auto& term :
       spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution) {
    take(term.labelSelector, keys_);
  }
}

LabelsId LabelClasses::intern(const model::Pod& pod) {
  const model::Labels& labels = pod.metadata.labels;
  std::size_t hash = std::hash<std::string>()(pod.metadata.namespace_);
  for (const auto& [key, value] : labels) {
    if (keys_.contains(key)) boost::hash_combine(hash, std::hash<std::string>()(value));
  }
  std::vector<LabelsId>& same_hash = by_hash_[hash];
  for (LabelsId candidate : same_hash) {
    if (are_alike(*examples_[candidate], pod)) return candidate;
  }
  auto id = static_cast<LabelsId>(examples_.size());
  examples_.push_back(&pod);
  same_hash.push_back(id);
  return id;
}

LabelSetId LabelClasses::intern_set(const model::Pod& pod) {
  std::size_t hash = std::hash<std::string>()(pod.metadata.namespace_);
  for (const auto& [key, value] : pod.metadata.labels)
    boost::hash_combine(hash, std::hash<std::string>()(value));
  std::vector<LabelSetId>& same_hash = sets_by_hash_[hash];
  for (LabelSetId candidate : same_hash) {
    const model::ObjectMeta& known = sets_[candidate].example->metadata;
    bool is_same =
        known.namespace_ == pod.metadata.namespace_ && known.labels == pod.metadata.labels;
    if (is_same) return candidate;
  }
  auto id = static_cast<LabelSetId>(sets_.size());
  sets_.push_back({&pod, std::nullopt});
  same_hash.push_back(id);
  return id;
}

LabelsId LabelClasses::of_set(LabelSetId id) {
  LabelSet& set = sets_[id];
  if (!set.labels) set.labels = intern(*set.example);
  return *set.labels;
}

bool LabelClasses::are_alike(const model::Pod& one, const model::Pod& other) const {
  if (one.metadata.namespace_ != other.metadata.namespace_) return false;
  const model::Labels& some = one.metadata.labels;
  const model::Labels& others = other.metadata.labels;
  return std::ranges::all_of(keys_, [&](const std::string& key) {
    auto first = some.find(key);
    auto second = others.find(key);
    bool is_there = first != some.end();
    if (is_there != (second != others.end())) return false;
    return !is_there || first->second == second->second;
  });
}

}  // namespace engine
