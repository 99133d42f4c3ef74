// The wall clock, for a controller of a real cluster. It begins at the system's time and then follows the
// machine's steady clock, so that a step of the system's time neither fires timers early nor lets a lease
// look younger than it is.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "ports/clock.h"

namespace app {

class RealClock final : public ports::Clock {
 public:
  explicit RealClock(boost::asio::io_context& context);

  base::Time now() const override;
  void at(base::Time when, std::move_only_function<void()> handler) override;
  ports::Task<> wait_until(base::Time when) override;

 private:
  void arm();
  void fire();

  base::Time start_;
  std::chrono::steady_clock::time_point steady_start_;
  boost::asio::steady_timer timer_;
  std::uint64_t counter_ = 0;
  // By time, then by the order of asking.
  std::map<std::pair<base::Time, std::uint64_t>, std::move_only_function<void()>> timers_;
};

}  // namespace app
