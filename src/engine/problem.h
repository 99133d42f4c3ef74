// A snapshot made ready for solving: pods as shapes, NodePools as templates with tables of their
// types, existing nodes with what is left of them. All that depends on the snapshot alone is worked
// out here, once; the solve then only changes nodes and claims.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/amounts.h"
#include "engine/asked_keys.h"
#include "engine/bin_tree.h"
#include "engine/bound_pods.h"
#include "engine/compiled_types.h"
#include "engine/daemons.h"
#include "engine/existing_node.h"
#include "engine/label_classes.h"
#include "engine/label_rules.h"
#include "engine/requests.h"
#include "engine/reservations.h"
#include "engine/shapes.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "engine/templates.h"
#include "engine/tolerance.h"
#include "engine/topology.h"
#include "engine/types.h"
#include "engine/volumes.h"
#include "engine/ways.h"

namespace engine {

struct Problem {
  explicit Problem(const Snapshot& snapshot);
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  // Makes a shape of the pod. Error: not_found, if its volumes cannot be looked up (SCH-042).
  // Requires: before prepare().
  base::Result<void> add_pod(std::size_t pod);
  // Builds templates, nodes and topology groups, and puts all amounts into columns. Requires: all pods are added.
  void prepare();

  const Snapshot& snapshot;
  std::vector<CompiledTypesPointer> types;  // per NodePool of the snapshot
  LabelRules rules;
  Volumes volumes;
  States states;
  Tolerance tolerance;
  RequestTable requests;
  LabelClasses labels;
  Shapes shapes;
  Topology topology;
  Reservations reservations;
  BinClasses node_classes;
  BinClasses claim_classes;
  AmountScale scale;
  std::vector<std::size_t> tracked_columns;  // that trees of bins know of, those asked for most
  std::vector<std::size_t> shape_of;         // per pod of the snapshot
  std::deque<TypeTable> tables;              // one per list of types
  std::deque<Rooms> rooms;                   // templates of the same daemons share them
  std::vector<Template> templates;           // in the order in which pods try them
  std::vector<std::string> dropped_pools;
  std::vector<ExistingNode> nodes;        // in the order in which pods try them (SCH-115)
  bool may_tolerate_preferences = false;  // relaxation has its last step (SCH-147)

 private:
  void take_keys(const std::vector<DaemonPod>& daemons);
  void make_templates(const std::vector<DaemonPod>& daemons);
  TypeTable& table_of(const CompiledTypesPointer& compiled);
  void choose_columns(const std::vector<DaemonPod>& daemons);
  void choose_tracked_columns();
  void fill_templates();
  void make_topology();

  // problem_nodes.cc
  void sort_nodes();
  void describe_nodes();
  void fill_nodes(const std::vector<DaemonPod>& daemons);
  Amounts daemon_overhead(const std::vector<DaemonPod>& daemons, const ExistingNode& node);

  AskedKeys asked_keys_;
  BoundPods bound_;
};

}  // namespace engine
