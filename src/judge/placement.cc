#include "judge/placement.h"

#include <algorithm>
#include <utility>

#include "model/resources.h"

namespace judge {

void NodeView::add(std::shared_ptr<const model::Pod> pod) {
  model::add(requested_, model::requests_of(*pod));
  const auto& affinity = pod->spec->affinity;
  bool is_repelling =
      affinity && affinity->podAntiAffinity &&
      !affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty();
  if (is_repelling) repelling_pods_.push_back(pod);
  pods_.push_back(std::move(pod));
}

NodeView* ClusterView::find(std::string_view name) {
  auto found = std::ranges::lower_bound(nodes, name, std::less<>(), [](const NodeView& view) {
    return std::string_view(view.name());
  });
  return found != nodes.end() && found->name() == name ? &*found : nullptr;
}

ClusterView make_cluster(const std::vector<std::shared_ptr<const model::Node>>& nodes,
                         const std::vector<std::shared_ptr<const model::Pod>>& pods,
                         Surroundings surroundings) {
  ClusterView cluster;
  cluster.surroundings = std::move(surroundings);
  cluster.nodes.reserve(nodes.size());
  for (const auto& node : nodes) {
    cluster.nodes.emplace_back(node);
  }
  std::ranges::sort(cluster.nodes, std::less<>(), &NodeView::name);
  for (const auto& pod : pods) {
    if (pod->spec->nodeName.empty() || is_finished(*pod)) continue;
    if (NodeView* node = cluster.find(pod->spec->nodeName)) node->add(pod);
  }
  return cluster;
}

bool is_finished(const model::Pod& pod) {
  return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

}  // namespace judge
