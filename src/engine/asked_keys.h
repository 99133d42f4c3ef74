// The label keys that anybody asks for. Nodes carry many labels more; leaving those out makes nodes
// that differ only in them alike.
#pragma once

#include <set>
#include <string>

#include "model/pod.h"
#include "model/requirements.h"

namespace engine {

class AskedKeys {
 public:
  // All keys that the spec may come to ask for: selectors, affinity terms of every kind, topology
  // keys.
  void take(const model::PodSpec& spec);
  void take(const model::Requirements& requirements);
  // The keys by which a pod that runs keeps others away (SCH-198).
  void take_required_anti_affinity(const model::PodSpec& spec);

  // The labels as far as they are asked for, each as In{value} (SCH-116).
  model::Requirements of(const model::Labels& labels) const;

 private:
  void take_key(std::string_view key);

  std::set<std::string, std::less<>> keys_;  // normalised (SCH-048)
};

}  // namespace engine
