// What every actor of the simulated cluster is given.
#pragma once

#include "ports/clock.h"
#include "sim/actors_events.h"
#include "sim/store.h"

namespace sim {

// Refers to things that outlive the actors.
struct ActorContext {
  Store& store;
  ports::Clock& clock;
  Events& events;
};

}  // namespace sim
