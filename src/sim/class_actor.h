// The controller of EC2NodeClasses in the simulated cluster: writes the status of each class as the
// account has it (account.h), for every generation of its spec, and says once for each generation
// what of it looks wrong. Launches tell which state of the class they used (AWL-161).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/ec2.h"
#include "ports/clock.h"
#include "sim/sim_cloud.h"
#include "sim/store.h"

namespace sim {

class ClassActor {
 public:
  // The class's name and a sentence about it, for people.
  using Warn = std::function<void(const std::string& node_class, const std::string& warning)>;

  // Begins with the classes that exist and follows the store for as long as it lives.
  ClassActor(Store& store, ports::Clock& clock, std::vector<catalog::Zone> zones, Warn warn);

  // Annotations of the claim's class at its launch: hash, version of the hash, instance profile; none
  // if the class does not exist. Requires: the cloud does not outlive the actor's store.
  void serve(SimCloud& cloud) const;

 private:
  void on_event(const WatchEvent& event);
  void look_at(const Stored& stored);

  Store& store_;
  ports::Clock& clock_;
  const Resource& resource_;
  const std::vector<catalog::Zone> zones_;
  const Warn warn_;
  std::map<std::string, std::int64_t> warned_;  // UID to the generation that was last looked at
  std::shared_ptr<void> watch_;
};

}  // namespace sim
