#include "engine/bound_pods.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace engine {

namespace {

bool repels(const model::PodSpec& spec) {
  return spec.affinity && spec.affinity->podAntiAffinity &&
         !spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty();
}

bool has_host_ports(const model::PodSpec& spec) {
  return std::ranges::any_of(
      spec.containers, [](const model::Container& container) { return !container.ports.empty(); });
}

// Asks the processor for memory that will be read soon, so that it need not wait for each piece in
// turn. There may be nothing at `begin`, or less than `bytes`: nothing is read here.
void fetch(const void* begin, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  auto address = reinterpret_cast<std::uintptr_t>(begin);
  for (std::size_t offset = 0; offset < bytes; offset += kLine)
    __builtin_prefetch(reinterpret_cast<const void*>(address + offset));
}

void fetch_all(const std::vector<std::shared_ptr<const model::Pod>>& pods) {
  for (const auto& pod : pods)
    fetch(pod.get(), sizeof(model::Pod));
  for (const auto& pod : pods) {
    fetch(&*pod->spec, sizeof(model::PodSpec));
    fetch(pod->metadata.labels.begin().get_ptr(), 2 * sizeof(model::Labels::value_type));
  }
  for (const auto& pod : pods) {
    const std::vector<model::Container>& containers = pod->spec->containers;
    if (!containers.empty()) fetch(containers.data(), sizeof(model::Container));
  }
}

}  // namespace

BoundPods bound_pods(const Snapshot& snapshot, RequestTable& requests, LabelClasses& labels) {
  BoundPods bound;
  bound.reserve(snapshot.nodes.size() + snapshot.leaving.size());
  for (const auto* nodes : {&snapshot.nodes, &snapshot.leaving}) {
    bool stays = nodes == &snapshot.nodes;
    for (const NodeState& node : *nodes) {
      std::vector<BoundPod>& of_node = bound.emplace_back();
      of_node.reserve(node.pods.size());
      fetch_all(node.pods);
      for (const auto& pod : node.pods) {
        BoundPod& made = of_node.emplace_back();
        made.repels = repels(*pod->spec);
        if (made.repels) labels.take_required_anti_affinity(*pod->spec);
        made.is_terminating = pod->metadata.deletionTimestamp.has_value();
        made.labels = labels.intern_set(*pod);
        if (!stays) continue;
        made.requests = requests.intern(*pod);
        made.is_daemon = is_daemon_pod(*pod);
        made.has_host_ports = has_host_ports(*pod->spec);
      }
    }
  }
  return bound;
}

}  // namespace engine
