#include "sim/sim_clock.h"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace sim {

base::Time SimClock::Pace::limit() const {
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - wall_start;
  return virtual_start + std::chrono::duration_cast<base::Duration>(elapsed * speed);
}

std::chrono::nanoseconds SimClock::Pace::wall_until(base::Time when) const {
  std::chrono::duration<double> ahead = when - limit();
  return std::chrono::ceil<std::chrono::nanoseconds>(ahead / speed);
}

SimClock::SimClock(boost::asio::io_context& context, base::Time start)
    : context_(context), now_(start) {}

base::Time SimClock::now() const {
  if (!is_waiting_) return now_;
  base::Time limit = pace_->limit();
  if (!timers_.empty()) limit = std::min(limit, timers_.begin()->first.first);
  return std::max(now_, limit);
}

void SimClock::at(base::Time when, std::move_only_function<void()> handler) {
  add(when, std::move(handler));
}

SimClock::Key SimClock::add(base::Time when, std::move_only_function<void()> handler) {
  Key key{std::max(when, now()), counter_++};
  timers_.emplace(key, std::move(handler));
  return key;
}

ports::Task<> SimClock::wait_until(base::Time when) {
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [this, when](auto handler) { start_wait(when, std::move(handler)); },
      boost::asio::use_awaitable);
}

template <class Handler>
void SimClock::start_wait(base::Time when, Handler handler) {
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  Key key = add(when, [slot, waiting = std::move(handler)]() mutable {
    if (slot.is_connected()) slot.clear();
    std::move(waiting)();
  });
  if (!slot.is_connected()) return;
  slot.assign([this, key](boost::asio::cancellation_type) {
    auto timer = timers_.extract(key);
    if (timer) at(now(), std::move(timer.mapped()));
  });
}

void SimClock::run(std::optional<double> speed) {
  base::check(!speed || *speed > 0, "the speed is above 0");
  stopped_ = false;
  pace_.reset();
  if (speed) pace_ = Pace{*speed, std::chrono::steady_clock::now(), now_};
  while (!stopped_) {
    run_ready();
    if (stopped_) break;
    bool is_due = !timers_.empty() && (!pace_ || timers_.begin()->first.first <= pace_->limit());
    if (is_due) {
      fire_next();
    } else if (!pace_ || !wait_for_wall_or_request()) {
      break;
    }
  }
}

void SimClock::stop() {
  stopped_ = true;
  context_.stop();
}

void SimClock::run_ready() {
  context_.restart();
  context_.poll();
}

void SimClock::fire_next() {
  auto timer = timers_.extract(timers_.begin());
  now_ = std::max(now_, timer.key().first);
  timer.mapped()();
}

// False if there is no timer and nothing else that could ever happen.
bool SimClock::wait_for_wall_or_request() {
  is_waiting_ = true;
  context_.restart();
  bool has_timers = !timers_.empty();
  std::size_t handlers_run = 0;
  if (has_timers) {
    auto keep_waiting = boost::asio::make_work_guard(context_);
    handlers_run = context_.run_one_for(pace_->wall_until(timers_.begin()->first.first));
  } else {
    handlers_run = context_.run_one();
  }
  bool goes_on = handlers_run > 0 || has_timers;
  if (goes_on) now_ = now();
  is_waiting_ = false;
  return goes_on;
}

}  // namespace sim
