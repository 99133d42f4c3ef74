// What kube-scheduler checks before it puts a pod on a node, one plain predicate a filter plugin,
// with kube-scheduler's own words for the refusals. Nothing here is shared with the engine: these
// rules stand a second time, so that a mistake there cannot hide.
//
// Not known to the model, hence not checked: sizes and access modes of volumes, and volumes that
// are to be bound to a PersistentVolume made by hand.
//
// A plugin says everything that it has against the node at once; kube-scheduler itself asks no
// further plugin after the first that refuses (first_refusal).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "judge/placement.h"
#include "model/meta.h"
#include "model/node.h"
#include "model/pod.h"

namespace judge {

struct Verdict {
  std::string_view plugin;           // "NodeResourcesFit"
  std::vector<std::string> reasons;  // why not; empty if the plugin has nothing against it
  // Whether the node could pass if pods were taken off it. Requires: reasons are given.
  bool preemption_may_help = false;

  bool allows() const { return reasons.empty(); }
};

struct FilterPlugin {
  std::string_view name;
  Verdict (*check)(const Placement& placement);
};

// In the order in which kube-scheduler asks them.
std::span<const FilterPlugin> filter_plugins();

// The verdict of every plugin, in that order.
std::vector<Verdict> filters(const Placement& placement);

// The verdict of the first plugin that refuses, or one that allows.
Verdict first_refusal(const Placement& placement);

// The filter plugins.
Verdict node_unschedulable(const Placement& placement);
Verdict node_name(const Placement& placement);
Verdict taint_toleration(const Placement& placement);
Verdict node_affinity(const Placement& placement);
Verdict node_ports(const Placement& placement);
Verdict node_resources_fit(const Placement& placement);
Verdict node_volume_limits(const Placement& placement);
Verdict volume_binding(const Placement& placement);
Verdict volume_zone(const Placement& placement);
Verdict pod_topology_spread(const Placement& placement);
Verdict inter_pod_affinity(const Placement& placement);

// What kube-scheduler has against the pod before it looks at any node: a claim of its volumes is
// missing, lost, being deleted, or should have been bound. Its message then gives this text once,
// without a number of nodes.
std::optional<std::string> pod_refusal(const model::Pod& pod, const ClusterView& cluster);

// Parts of them that others need as well.

// Whether a toleration of the list accepts the taint. Lt and Gt compare the taint's value with the
// toleration's as integers.
bool tolerated(const std::vector<model::Toleration>& tolerations, const model::Taint& taint);

// Whether the node is one that the pod's nodeSelector and required node affinity ask for. Terms are
// alternatives; within a term all expressions and fields must match; an empty term matches no node.
bool selects(const model::PodSpec& pod, const model::Node& node);

// One node selector term.
bool matches(const model::NodeSelectorTerm& term, const model::Node& node);

}  // namespace judge
