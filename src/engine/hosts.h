// Hostnames as numbers. Each bin has one; that of a claim is a placeholder (SCH-159).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

using HostId = std::uint32_t;

inline constexpr HostId kNoHost = 0xffffffff;  // of a claim that holds nothing yet

// hostname-placeholder-0001
std::string placeholder(std::size_t number);

class Hosts {
 public:
  // The host of this name; nodes of one hostname share it.
  HostId intern(std::string_view hostname);
  // The same, for an existing node on which pods may be placed.
  HostId add_node(std::string_view hostname);
  // The host of a claim, by the number of its placeholder.
  HostId add_claim(std::size_t number);

  std::size_t size() const { return hosts_.size(); }
  std::string name(HostId host) const;
  // Whether pods may be placed there: some hosts are known only for the pods that they have.
  bool is_bin(HostId host) const { return hosts_[host].is_bin; }

 private:
  struct Host {
    std::string name;        // of a node
    std::size_t number = 0;  // of a claim
    bool is_bin = false;
  };

  std::vector<Host> hosts_;
  boost::unordered_flat_map<std::string, HostId> by_name_;
};

}  // namespace engine
