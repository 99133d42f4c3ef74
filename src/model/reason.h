// Why something was refused or done, as a value. The engine makes reasons without making text; the
// text for people is made once, for what is reported.
#pragma once

#include <string>
#include <vector>

#include "base/quantity.h"
#include "model/scalars.h"

namespace model {

struct Reason {
  enum class Code {
    none,
    ignored,            // the pod itself is not valid for planning (SCH-030)
    avoids_karpenter,   // the pod asks not to be on managed capacity (SCH-031)
    dra,                // dynamic resource allocation is not supported (SCH-316)
    no_nodepools,       // no NodePool takes part (SCH-090)
    no_types_left,      // every template was dropped (SCH-098)
    taint,              // a taint is not tolerated
    requirements,       // labels do not go together
    volumes,            // volume topology or attach limits
    host_port,          // a host port is taken
    resources,          // too little cpu, memory …
    limits,             // the NodePool's limits leave no type (SCH-127)
    node_limit,         // the NodePool's limit of nodes is reached (SCH-128)
    instance_types,     // no instance type meets all criteria (SCH-175)
    min_values,         // too little diversity of types (SCH-172)
    topology,           // spread or affinity
    reserved_offering,  // a reservation must be waited for (SCH-186)
    several,            // one reason per template, in `parts`
  };

  Code code = Code::none;
  std::string nodepool;       // where it was refused, if one is meant
  std::string text;           // what exactly: see to_string()
  std::vector<Reason> parts;  // for `several`, in the order of the templates

  // The error as users read it (SCH-157, SCH-178). `text` follows a phrase of the code's own:
  // "incompatible requirements, <text>", "did not tolerate taint <text>", "ignoring pod, <text>".
  // For instance_types, min_values, topology and reserved_offering `text` is all there is, as
  // it begins with the criterion that failed (SCH-175, SCH-214).
  std::string to_string() const;
};

}  // namespace model
