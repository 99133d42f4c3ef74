// Virtual time: an ordered map of timers keyed by (time, counter). The loop runs all that is ready,
// then jumps to the next timer. With a speed it may not run ahead of start + speed × wall time, so
// that a person can watch and interfere; without one it runs as fast as it can.
//
// What enters from outside (a request on a socket) happens at the virtual time that the wall clock
// allows at that moment. This is the one place of the room that looks at the wall clock, and with a
// speed only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "ports/clock.h"

namespace sim {

class SimClock final : public ports::Clock {
 public:
  SimClock(boost::asio::io_context& context, base::Time start);

  base::Time now() const override;
  void at(base::Time when, std::move_only_function<void()> handler) override;
  // May be cancelled through Asio's cancellation slots, so that waits can be raced.
  ports::Task<> wait_until(base::Time when) override;

  // Runs until stop() is called or nothing is left to happen. speed: virtual seconds per wall
  // second (above 0), or nullopt for as fast as possible. May be called again.
  void run(std::optional<double> speed);
  // To be called from the loop: run() returns as soon as the present handler has returned.
  void stop();

 private:
  using Key = std::pair<base::Time, std::uint64_t>;

  // How far virtual time may have come at a speed.
  struct Pace {
    double speed = 1;
    std::chrono::steady_clock::time_point wall_start;
    base::Time virtual_start;

    base::Time limit() const;
    std::chrono::nanoseconds wall_until(base::Time when) const;
  };

  Key add(base::Time when, std::move_only_function<void()> handler);
  template <class Handler>
  void start_wait(base::Time when, Handler handler);
  void run_ready();
  void fire_next();
  bool wait_for_wall_or_request();

  boost::asio::io_context& context_;
  base::Time now_;
  std::uint64_t counter_ = 0;
  bool stopped_ = false;
  bool is_waiting_ = false;  // on the wall clock: now() moves by itself
  std::optional<Pace> pace_;
  std::map<Key, std::move_only_function<void()>> timers_;
};

}  // namespace sim
