// The only source of time. The real clock waits; the simulated one jumps.
#pragma once

#include <functional>

#include "base/time.h"
#include "ports/task.h"

namespace ports {

class Clock {
 public:
  virtual ~Clock() = default;

  virtual base::Time now() const = 0;

  // Calls the handler once at `when` or soon after it (at once if it has passed), from the event
  // loop. Handlers of one moment run in the order in which they were asked for.
  virtual void at(base::Time when, std::move_only_function<void()> handler) = 0;

  // Resumes the caller at `when` or soon after.
  virtual Task<> wait_until(base::Time when) = 0;
};

}  // namespace ports
