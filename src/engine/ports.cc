#include "engine/ports.h"

#include <algorithm>

namespace engine {

namespace {

bool is_every_address(const std::string& ip) { return ip == "0.0.0.0" || ip == "::"; }

bool conflict(const HostPort& one, const HostPort& other) {
  return one.port == other.port && one.protocol == other.protocol &&
         (one.ip == other.ip || is_every_address(one.ip) || is_every_address(other.ip));
}

}  // namespace

HostPorts host_ports_of(const model::PodSpec& spec) {
  HostPorts ports;
  for (const model::Container& container : spec.containers) {
    for (const model::ContainerPort& port : container.ports) {
      if (port.hostPort == 0) continue;
      ports.push_back({port.hostIP.empty() ? "0.0.0.0" : port.hostIP, port.hostPort,
                       port.protocol.empty() ? "TCP" : port.protocol});
    }
  }
  return ports;
}

bool conflict(const HostPorts& some, const HostPorts& others) {
  return std::ranges::any_of(some, [&](const HostPort& one) {
    return std::ranges::any_of(others, [&](const HostPort& other) { return conflict(one, other); });
  });
}

}  // namespace engine
