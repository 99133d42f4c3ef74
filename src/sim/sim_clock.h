// Virtual time: an ordered map of timers keyed by (time, counter). The loop runs all that is ready,
// then jumps to the next timer. With a speed it may not run ahead of start + speed × wall time, so
// that a person can watch and interfere; without one it runs as fast as it can.
#pragma once

#include <boost/asio/io_context.hpp>
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

  base::Time now() const override { return now_; }
  void at(base::Time when, std::move_only_function<void()> handler) override;
  ports::Task<> wait_until(base::Time when) override;

  // Runs until stop() is called or nothing is left to happen. speed: virtual seconds per wall
  // second, or nullopt for as fast as possible.
  void run(std::optional<double> speed);
  void stop();

 private:
  boost::asio::io_context& context_;
  base::Time now_;
  std::uint64_t counter_ = 0;
  bool stopped_ = false;
  std::map<std::pair<base::Time, std::uint64_t>, std::move_only_function<void()>> timers_;
};

}  // namespace sim
