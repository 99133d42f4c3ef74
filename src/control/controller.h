// The controller as a whole: what the watches say drops into an inbox; at its own pace it takes the
// inbox into the world, asks each loop for its decision, and starts what was decided. One thread,
// one look at a time; what takes long happens in between, as actions.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "control/act.h"
#include "control/buffers.h"
#include "control/collect.h"
#include "control/disrupt.h"
#include "control/journal.h"
#include "control/overlays.h"
#include "control/pools.h"
#include "control/provision.h"
#include "control/upkeep.h"
#include "control/world.h"

namespace control {

class Controller {
 public:
  Controller(Ports ports, Settings settings, Journal& journal);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Begins to watch and to decide.
  void start();

  const World& world() const { return world_; }
  const Metrics& metrics() const { return performer_.metrics(); }

 private:
  void receive(ports::Change change);
  void receive(ports::InstanceNotice notice);
  void look_at(base::Time when);
  void look();
  void carry_out(Decision decision, std::optional<base::Time>& wake);

  Ports ports_;
  Journal& journal_;
  World world_;
  Performer performer_;
  Overlays overlays_;
  Buffers buffers_;
  Provisioner provisioner_;
  Disrupter disrupter_;
  Pools pools_;
  Collector collector_;
  Upkeep upkeep_;
  std::vector<ports::Change> inbox_;
  std::optional<base::Time> next_look_;
};

}  // namespace control
