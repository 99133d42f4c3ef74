// Claims that are being planned, and the order in which pods try them (SCH-142).
//
// Claims stand in one list per number of pods; the lists are scanned by ascending number, each from
// front to end. A new claim goes to the end of the list for one pod; a claim that receives a pod
// moves to the front of the list for its new number. So each claim has a key, (pods, stamp), where
// stamps grow for claims that are appended and sink for those that move to a front.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "engine/amounts.h"
#include "engine/bin_tree.h"
#include "engine/ports.h"
#include "engine/reservations.h"
#include "engine/templates.h"
#include "engine/ways.h"

namespace engine {

struct Claim {
  Template* made_from = nullptr;
  ClassId bin_class = 0;  // its state, among others
  Rows rows;              // types it may yet become
  Amounts requests;       // of its pods, without daemons (SCH-108)
  HostPorts ports;        // of its pods
  HostId host = kNoHost;
  std::size_t placeholder = 0;  // n of hostname-placeholder-<n> (SCH-159)
  bool min_values_relaxed = false;
  ReservationIds reservations;  // that it holds
  std::vector<std::size_t> pods;
  // Per tracked column the row that has most room of it, of those that are left.
  std::array<std::uint32_t, Summary::kColumns> largest{};
  Topology::HostBits closed{};  // rules that close it
};

class Claims {
 public:
  std::size_t size() const { return claims_.size(); }
  Claim& operator[](std::size_t claim) { return claims_[claim]; }
  auto begin() { return claims_.begin(); }
  auto end() { return claims_.end(); }

  // Open claims in the order of the scan.
  const BinTree& tree() const { return tree_; }

  // Adds a claim that holds its first pod. Returns its number.
  std::size_t open(Claim claim, const Summary& summary);
  // Moves a claim that has just received a pod.
  void received(std::size_t claim, const Summary& summary);

 private:
  std::deque<Claim> claims_;
  BinTree tree_;
  std::int64_t last_stamp_ = 0;
  std::int64_t first_stamp_ = 0;
};

}  // namespace engine
