#include "engine/domains.h"

#include <map>
#include <set>

namespace engine {

namespace {

using model::Requirement;

// NodePool requirements and the labels that the user wrote; labels that every node of the pool gets
// besides are no source of domains.
Requirement pool_requirement(const model::NodePool& pool, std::string_view key) {
  const model::NodeClaimTemplate& node_template = pool.spec.template_;
  model::Requirements all = model::requirements_of(node_template.spec.requirements);
  all.add(model::requirements_of(node_template.metadata.labels));
  return all.get(key);
}

void add_listed(const Requirement& requirement, std::set<std::string>& values) {
  if (requirement.is_complement()) return;
  values.insert(requirement.values().begin(), requirement.values().end());
}

// The values that any of the types lists.
std::set<std::string> listed(const CompiledTypes& types, std::string_view key) {
  std::set<std::string> values;
  std::size_t number = types.key_number(key);
  if (number == CompiledTypes::kNoKey) return values;
  for (const CompiledTypes::Key::Listed& value : types.key(number).listed)
    values.emplace(value.value);
  return values;
}

}  // namespace

std::vector<Domain> offered_domains(const Snapshot& snapshot,
                                    const std::vector<CompiledTypesPointer>& types,
                                    std::string_view key) {
  std::map<std::string, std::vector<std::vector<model::Taint>>> lists;
  const CompiledTypes* last_types = nullptr;
  std::set<std::string> of_types;
  for (std::size_t index = 0; index < snapshot.pools.size(); ++index) {
    const PoolInput& input = snapshot.pools[index];
    if (input.types.empty()) continue;
    // NodePools mostly share their types.
    if (last_types != types[index].get()) of_types = listed(*types[index], key);
    last_types = types[index].get();
    Requirement of_pool = pool_requirement(*input.pool, key);
    std::set<std::string> values;
    add_listed(of_pool, values);
    for (const std::string& value : of_types) {
      if (of_pool.has(value)) values.insert(value);
    }
    for (const std::string& value : values) {
      lists[value].push_back(input.pool->spec.template_.spec.taints);
    }
  }
  std::vector<Domain> domains;
  for (auto& [value, taint_lists] : lists) {
    domains.push_back({value, std::move(taint_lists)});
  }
  return domains;
}

}  // namespace engine
