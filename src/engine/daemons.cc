#include "engine/daemons.h"

#include <algorithm>

#include "engine/relax.h"
#include "model/requirements.h"
#include "model/resources.h"

namespace engine {

namespace {

const model::NodeSelector* required_terms(const model::PodSpec& spec) {
  if (!spec.affinity || !spec.affinity->nodeAffinity) return nullptr;
  const auto& required =
      spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  return required ? &*required : nullptr;
}

// The terms of the DaemonSet replace those of its pod, which name the one node that the DaemonSet
// controller made it for (SCH-102).
const model::NodeSelector* terms_of(const DaemonInput& daemon, const model::PodSpec& spec) {
  const model::NodeSelector* of_set = required_terms(*daemon.daemon_set->spec.template_.spec);
  return of_set != nullptr ? of_set : required_terms(spec);
}

DaemonPod daemon_pod(const DaemonInput& daemon, States& states) {
  const model::PodTemplateSpec& pod_template = daemon.daemon_set->spec.template_;
  const model::PodSpec& spec = daemon.newest_pod ? *daemon.newest_pod->spec : *pod_template.spec;
  DaemonPod pod;
  pod.tolerations = spec.tolerations;
  pod.ports = host_ports_of(spec);
  pod.requests =
      daemon.newest_pod ? model::requests_of(*daemon.newest_pod) : model::requests_of(pod_template);
  model::Requirements selected = model::requirements_of(spec.nodeSelector);
  const model::NodeSelector* terms = terms_of(daemon, spec);
  if (terms == nullptr || terms->nodeSelectorTerms.empty()) {
    pod.alternatives.push_back(states.wanted(selected));
    return pod;
  }
  for (const model::NodeSelectorTerm& term : terms->nodeSelectorTerms) {
    model::Requirements both = selected;
    both.add(model::requirements_of(term.matchExpressions));
    pod.alternatives.push_back(states.wanted(both));
  }
  return pod;
}

bool is_tolerant(const DaemonPod& daemon, const std::vector<model::Taint>& taints) {
  return std::ranges::all_of(
      taints, [&](const auto& taint) { return model::tolerates(daemon.tolerations, taint); });
}

// Rows on which the daemon runs: one alternative must suit both the template and the type.
Rows rows_of(const DaemonPod& daemon, StateId state, States& states, TypeTable& types) {
  Rows rows = types.none();
  for (const Wanted& wanted : daemon.alternatives) {
    if (!wanted.accepts_any_host()) continue;
    if (states.narrow(state, wanted.state, Meeting::loose)) rows |= types.labelled(wanted.state);
  }
  return rows;
}

}  // namespace

std::vector<DaemonPod> daemon_pods(const Snapshot& snapshot, States& states) {
  std::vector<DaemonPod> pods;
  for (const DaemonInput& daemon : snapshot.daemons) {
    const model::PodSpec& spec =
        daemon.newest_pod ? *daemon.newest_pod->spec : *daemon.daemon_set->spec.template_.spec;
    if (snapshot.settings.ignore_dra_requests && uses_dra(spec)) continue;
    pods.push_back(daemon_pod(daemon, states));
  }
  return pods;
}

void tolerate_preferences(std::vector<DaemonPod>& daemons) {
  for (DaemonPod& daemon : daemons) {
    daemon.tolerations.push_back(toleration_of_preferences());
  }
}

std::vector<DaemonGroup> daemon_groups(const std::vector<DaemonPod>& daemons,
                                       const std::vector<model::Taint>& taints, StateId state,
                                       States& states, TypeTable& types) {
  std::vector<std::size_t> present;  // daemons that run on some row
  std::vector<Rows> rows;
  for (std::size_t daemon = 0; daemon < daemons.size(); ++daemon) {
    if (!is_tolerant(daemons[daemon], taints)) continue;
    present.push_back(daemon);
    rows.push_back(rows_of(daemons[daemon], state, states, types));
  }
  std::vector<DaemonGroup> groups = {{types.all(), {}, {}}};
  for (std::size_t index = 0; index < present.size(); ++index) {
    const DaemonPod& daemon = daemons[present[index]];
    std::vector<DaemonGroup> split;
    for (DaemonGroup& group : groups) {
      DaemonGroup with = group;
      with.rows &= rows[index];
      model::add(with.overhead, daemon.requests);
      with.ports.insert(with.ports.end(), daemon.ports.begin(), daemon.ports.end());
      group.rows.and_not(rows[index]);
      if (group.rows.any()) split.push_back(std::move(group));
      if (with.rows.any()) split.push_back(std::move(with));
    }
    groups = std::move(split);
  }
  return groups;
}

model::ResourceList least_of(const model::ResourceList& one, const model::ResourceList& other) {
  model::ResourceList least;
  for (const auto& [resource, quantity] : one) {
    auto found = other.find(resource);
    if (found != other.end()) least[resource] = std::min(quantity, found->second);
  }
  return least;
}

bool uses_dra(const model::PodSpec& spec) {
  auto claims = [](const model::Container& container) {
    return !container.resources.claims.empty();
  };
  return !spec.resourceClaims.empty() || std::ranges::any_of(spec.containers, claims) ||
         std::ranges::any_of(spec.initContainers, claims);
}

}  // namespace engine
