#include "app/real_clock.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace app {

namespace asio = boost::asio;

RealClock::RealClock(asio::io_context& context)
    : start_(std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now())),
      steady_start_(std::chrono::steady_clock::now()),
      timer_(context) {}

base::Time RealClock::now() const {
  return start_ + std::chrono::duration_cast<base::Duration>(std::chrono::steady_clock::now() -
                                                             steady_start_);
}

void RealClock::at(base::Time when, std::move_only_function<void()> handler) {
  auto [added, is_new] = timers_.emplace(std::pair{when, counter_++}, std::move(handler));
  if (added == timers_.begin()) arm();
}

// The timer stands for the first entry; setting it anew cancels the wait before.
void RealClock::arm() {
  if (timers_.empty()) return;
  timer_.expires_at(steady_start_ + (timers_.begin()->first.first - start_));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) fire();
  });
}

void RealClock::fire() {
  base::Time until = now();
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    std::move_only_function<void()> handler = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    handler();
  }
  arm();
}

ports::Task<> RealClock::wait_until(base::Time when) {
  auto begin = [this, when](auto handler) { at(when, std::move(handler)); };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(begin),
                                                                       asio::use_awaitable);
}

}  // namespace app
