#include "sim/actors_queue.h"

namespace sim {

base::Duration draw(base::Random& random, const Latency& latency) {
  return base::Duration(random.between(latency.least.count(), latency.most.count()));
}

Alarm::Alarm(ports::Clock& clock, std::function<void()> ring)
    : clock_(clock), state_(std::make_shared<State>(State{std::move(ring), std::nullopt})) {}

void Alarm::set(base::Time when) {
  if (state_->due && *state_->due <= when) return;
  state_->due = when;
  clock_.at(when, [this_clock = &clock_, weak = std::weak_ptr<State>(state_)] {
    std::shared_ptr<State> state = weak.lock();
    // A call that was overtaken by an earlier one finds nothing due.
    if (state == nullptr || !state->due || *state->due > this_clock->now()) return;
    state->due.reset();
    state->ring();
  });
}

}  // namespace sim
