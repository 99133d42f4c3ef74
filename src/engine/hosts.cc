#include "engine/hosts.h"

#include <fmt/format.h>

namespace engine {

std::string placeholder(std::size_t number) {
  return fmt::format("hostname-placeholder-{:04}", number);
}

HostId Hosts::intern(std::string_view hostname) {
  auto [place, is_new] = by_name_.try_emplace(std::string(hostname), size());
  if (is_new) hosts_.push_back({std::string(hostname), 0, false});
  return place->second;
}

HostId Hosts::add_node(std::string_view hostname) {
  HostId host = intern(hostname);
  hosts_[host].is_bin = true;
  return host;
}

HostId Hosts::add_claim(std::size_t number) {
  hosts_.push_back({"", number, true});
  return static_cast<HostId>(hosts_.size() - 1);
}

std::string Hosts::name(HostId host) const {
  const Host& found = hosts_[host];
  return found.number == 0 ? found.name : placeholder(found.number);
}

}  // namespace engine
