// Host ports: which of them pods take on a machine, and when two cannot share one (SCH-263).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/pod.h"

namespace engine {

struct HostPort {
  std::string ip;  // never empty: 0.0.0.0 stands for every address
  std::int32_t port = 0;
  std::string protocol;

  bool operator==(const HostPort&) const = default;
};

using HostPorts = std::vector<HostPort>;

// The host ports of the ordinary containers.
HostPorts host_ports_of(const model::PodSpec& spec);

// Whether a port of one is taken by a port of the other.
bool conflict(const HostPorts& some, const HostPorts& others);

}  // namespace engine
