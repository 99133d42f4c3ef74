// Pods by namespace and labels, as far as any selector looks at labels: what topology groups see of
// a pod. Labels that nobody asks for, such as those that number the pods of a StatefulSet, do not
// make two pods differ.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/pod.h"

namespace engine {

using LabelsId = std::uint32_t;
using LabelSetId = std::uint32_t;

class LabelClasses {
 public:
  // Makes the keys count that the pod's own constraints select by. Requires: of all pods that have
  // constraints, before the first is interned.
  void take_keys(const model::PodSpec& spec);
  // The same of the one kind of constraint by which pods that are bound already matter (SCH-199).
  // Requires: there is required anti-affinity.
  void take_required_anti_affinity(const model::PodSpec& spec);

  // Requires: the pod outlives this.
  LabelsId intern(const model::Pod& pod);

  // The same in two steps, of which the first may come before all keys are known: pods whose
  // labels are all equal, and the class of those. Requires: the pod outlives this.
  LabelSetId intern_set(const model::Pod& pod);
  LabelsId of_set(LabelSetId set);

  // One pod of the class.
  const model::Pod& example(LabelsId id) const { return *examples_[id]; }
  std::size_t size() const { return examples_.size(); }

 private:
  bool are_alike(const model::Pod& one, const model::Pod& other) const;

  std::set<std::string, std::less<>> keys_;
  std::vector<const model::Pod*> examples_;
  boost::unordered_flat_map<std::size_t, std::vector<LabelsId>> by_hash_;

  struct LabelSet {
    const model::Pod* example = nullptr;
    std::optional<LabelsId> labels;
  };
  std::vector<LabelSet> sets_;
  boost::unordered_flat_map<std::size_t, std::vector<LabelSetId>> sets_by_hash_;
};

}  // namespace engine
