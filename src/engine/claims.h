// Claims that are being planned, and the order in which pods try them (SCH-142).
//
// Claims stand in one list per number of pods; the lists are scanned by ascending number, each from
// front to end. A new claim goes to the end of the list for one pod; a claim that receives a pod
// moves to the front of the list for its new number. So each claim has a key, (pods, stamp), where
// stamps grow for claims that are appended and sink for those that move to a front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <tuple>
#include <vector>

#include "engine/amounts.h"
#include "engine/ports.h"
#include "engine/templates.h"

namespace engine {

struct Claim {
  Template* made_from = nullptr;
  StateId state = 0;
  Rows rows;             // types it may yet become
  Amounts requests;      // of its pods, without daemons (SCH-108)
  HostPorts ports;       // of its pods
  std::size_t host = 0;  // n of hostname-placeholder-<n> (SCH-159)
  bool min_values_relaxed = false;
  std::vector<std::size_t> pods;
};

class Claims {
 public:
  using Key = std::tuple<std::size_t, std::int64_t, std::size_t>;  // pods, stamp, claim

  std::size_t size() const { return claims_.size(); }
  Claim& operator[](std::size_t claim) { return claims_[claim]; }
  auto begin() { return claims_.begin(); }
  auto end() { return claims_.end(); }

  // Keys in the order of the scan.
  const std::set<Key>& in_order() const { return order_; }

  // Adds a claim that holds its first pod.
  void open(Claim claim);
  // Moves a claim that has just received a pod.
  void received(std::size_t claim);

 private:
  std::deque<Claim> claims_;
  std::vector<Key> key_of_;
  std::set<Key> order_;
  std::int64_t last_stamp_ = 0;
  std::int64_t first_stamp_ = 0;
};

}  // namespace engine
