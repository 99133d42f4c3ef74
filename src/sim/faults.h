// Faults that are made on purpose, so that the controller is seen to live with them. A fault has a
// location, a name like "kube.patch.conflict" or "cloud.launch.fails_after", which stands where it
// can happen; the ports of faults_ports.h ask at each of theirs.
//
// Which locations are armed depends on the seed: in each run about half of those with a chance,
// so that some runs see much of one trouble and none of another. Each location draws from a stream
// of its own. After calm() nothing strikes any more.
//
// A Life is one run of the controller's process, from its start to its crash. What is under way when
// it ends never comes back: calls that have reached the server take effect there, and nobody learns
// their answer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sim/sim_cloud_weather.h"

namespace sim {

// The chances of locations. A pattern's "*" stands for any one part between the dots:
// "kube.*.fails_before". The first that fits counts.
using FaultChances = std::vector<std::pair<std::string, Chance>>;

bool matches_location(std::string_view pattern, std::string_view location);

class Faults {
 public:
  Faults(const base::Random& random, FaultChances chances);

  // Whether the fault of that location happens now.
  bool strikes(std::string_view location);

  // How long a fault of that location takes.
  base::Duration draw(std::string_view location, const Range& range);

  void calm() { is_calm_ = true; }

  // "kube.patch.conflict: 12 of 340", by name: the locations that were armed and passed.
  std::vector<std::string> report() const;
  std::uint64_t count() const { return count_; }  // of those that happened

 private:
  struct Location {
    base::Random random;
    Chance chance;  // 0 if not armed
    std::uint64_t passed = 0;
    std::uint64_t struck = 0;
  };
  Location& at(std::string_view name);

  const base::Random random_;  // only forked
  const FaultChances chances_;
  std::map<std::string, Location, std::less<>> locations_;
  std::uint64_t count_ = 0;
  bool is_calm_ = false;
};

struct Life {
  bool is_over = false;
  std::function<void()> on_crash;  // called once, from inside the controller: only make a note

  void crash() {
    if (is_over) return;
    is_over = true;
    if (on_crash) on_crash();
  }
};

}  // namespace sim
