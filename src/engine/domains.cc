#include "engine/domains.h"

#include <algorithm>
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

}  // namespace

std::vector<Domain> offered_domains(const Snapshot& snapshot, std::string_view key) {
  std::map<std::string, std::vector<std::vector<model::Taint>>> lists;
  for (const PoolInput& input : snapshot.pools) {
    if (input.types.empty()) continue;
    Requirement of_pool = pool_requirement(*input.pool, key);
    std::set<std::string> values;
    add_listed(of_pool, values);
    for (const auto& type : input.types) {
      const Requirement* of_type = type->requirements.find(key);
      if (of_type != nullptr) add_listed(of_pool.intersection(*of_type), values);
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

bool is_open_to(const Domain& domain, const std::vector<model::Toleration>& tolerations) {
  return std::ranges::any_of(domain.taint_lists, [&](const std::vector<model::Taint>& taints) {
    return std::ranges::all_of(
        taints, [&](const model::Taint& taint) { return model::tolerates(tolerations, taint); });
  });
}

}  // namespace engine
