// An existing node during the solve (scheduling.md section 11).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/amounts.h"
#include "engine/ports.h"
#include "engine/topology.h"
#include "engine/volumes.h"
#include "engine/ways.h"

namespace engine {

struct ExistingNode {
  std::size_t index = 0;  // into Snapshot::nodes
  ClassId bin_class = 0;  // its labels as they were narrowed, among others
  std::string hostname;
  HostId host = kNoHost;
  bool is_settling = false;
  Topology::HostBits closed{};  // rules that close it
  Amounts available;            // SCH-117; any negative amount closes it to everybody
  HostPorts ports;
  AttachedVolumes attached;
  std::map<std::string, std::size_t> attach_limits;  // by driver
  std::vector<std::size_t> pods;                     // received
};

}  // namespace engine
