#include "engine/templates.h"

#include <algorithm>
#include <tuple>

#include "model/labels.h"

namespace engine {

std::vector<TooFewValues> too_few_values(const model::Requirements& requirements, const Rows& rows,
                                         const TypeTable& types) {
  std::vector<TooFewValues> violations;
  for (const auto& [key, requirement] : requirements) {
    if (!requirement.min_values()) continue;
    auto count = static_cast<std::int32_t>(types.count_values(rows, key));
    if (count < *requirement.min_values()) violations.push_back({key, count});
  }
  return violations;
}

model::Labels template_labels(const model::NodePool& pool) {
  const model::NodeClaimTemplate& node_template = pool.spec.template_;
  const model::NodeClassReference& node_class = node_template.spec.nodeClassRef;
  model::Labels labels = node_template.metadata.labels;
  labels[std::string(model::kNodePoolLabel)] = pool.metadata.name;
  labels[model::node_class_label(node_class.group, node_class.kind)] = node_class.name;
  return labels;
}

model::Requirements template_requirements(const model::NodePool& pool) {
  model::Requirements requirements = model::requirements_of(pool.spec.template_.spec.requirements);
  requirements.add(model::requirements_of(template_labels(pool)));
  for (std::string_view key : {model::kRegisteredLabel, model::kInitializedLabel}) {
    requirements.add({key, model::Operator::In, {"true"}});
  }
  return requirements;
}

std::vector<const PoolInput*> in_order(const std::vector<PoolInput>& pools) {
  std::vector<const PoolInput*> order;
  for (const PoolInput& pool : pools) {
    order.push_back(&pool);
  }
  auto rank = [](const PoolInput* input) {
    return std::tuple(input->pool->spec.weight.value_or(0),
                      std::string_view(input->pool->metadata.name));
  };
  std::ranges::sort(order, std::greater<>(), rank);
  return order;
}

}  // namespace engine
