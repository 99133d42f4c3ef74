// The scheduling view of a NodePool (SCH-094 to SCH-097): what a claim of it starts from.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/daemons.h"
#include "engine/limits.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "engine/types.h"
#include "engine/ways.h"

namespace engine {

struct Template {
  std::shared_ptr<const model::NodePool> pool;
  ClassId bin_class = 0;
  StateId state = 0;  // requirements, labels, and the keys of SCH-096
  TypeTable* types = nullptr;
  Rows rows;  // types that NodePool alone leaves (SCH-097)
  std::vector<DaemonGroup> daemons;
  Rooms* rooms = nullptr;  // room of the rows, less the daemons of their group
  PoolLimits limits;

  const std::string& name() const { return pool->metadata.name; }
  const std::vector<model::Taint>& taints() const { return pool->spec.template_.spec.taints; }
};

// A key whose `minValues` is not met, and how many values there are.
struct TooFewValues {
  std::string key;
  std::int32_t count = 0;
};

// The keys of the state that these rows leave with too few values, by key (SCH-170).
std::vector<TooFewValues> too_few_values(const model::Requirements& requirements, const Rows& rows,
                                         const TypeTable& types);

// What the NodePool itself demands of its nodes: requirements and labels, and with the keys of
// SCH-096 the labels that every node gets.
model::Requirements template_requirements(const model::NodePool& pool);

// The labels that every node of the NodePool has (SCH-094).
model::Labels template_labels(const model::NodePool& pool);

// NodePools in the order in which pods try them: by weight, then by name, both descending (SCH-091).
std::vector<const PoolInput*> in_order(const std::vector<PoolInput>& pools);

}  // namespace engine
