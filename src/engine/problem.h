// A snapshot made ready for solving: pods as shapes, NodePools as templates with tables of their
// types, existing nodes with what is left of them. All that depends on the snapshot alone is worked
// out here, once; the solve then only changes nodes and claims.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/amounts.h"
#include "engine/bin_tree.h"
#include "engine/daemons.h"
#include "engine/label_rules.h"
#include "engine/ports.h"
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

// An existing node during the solve (scheduling.md section 11).
struct ExistingNode {
  std::size_t index = 0;  // into Snapshot::nodes
  ClassId bin_class = 0;  // its labels as they were narrowed, among others
  std::string hostname;
  HostId host = kNoHost;
  Topology::HostBits closed{};  // rules that close it
  Amounts available;            // SCH-117
  HostPorts ports;
  AttachedVolumes attached;
  std::map<std::string, std::size_t> attach_limits;  // by driver
  std::vector<std::size_t> pods;                     // received
};

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
  LabelRules rules;
  Volumes volumes;
  States states;
  Tolerance tolerance;
  Shapes shapes;
  Topology topology;
  Reservations reservations;
  BinClasses node_classes;
  BinClasses claim_classes;
  AmountScale scale;
  std::vector<std::size_t> tracked_columns;  // that trees of bins know of, those asked for most
  std::vector<std::size_t> shape_of;         // per pod of the snapshot
  std::deque<TypeTable> tables;              // one per list of types
  std::vector<Template> templates;           // in the order in which pods try them
  std::vector<std::string> dropped_pools;
  std::vector<ExistingNode> nodes;        // in the order in which pods try them (SCH-115)
  bool may_tolerate_preferences = false;  // relaxation has its last step (SCH-147)

 private:
  void make_templates(const std::vector<DaemonPod>& daemons);
  TypeTable& table_of(const model::InstanceTypes& types);
  void make_nodes(const std::vector<DaemonPod>& daemons);
  void make_columns();
  void choose_tracked_columns();
  void make_topology();

  std::vector<model::ResourceList> available_;  // of the nodes, until they are put into columns
};

}  // namespace engine
