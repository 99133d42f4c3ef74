#include "sim/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/timerfd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class SimClockTest : public ::testing::Test {
 protected:
  boost::asio::io_context context_;
  base::Time start_{std::chrono::hours(24 * 365)};
  SimClock clock_{context_, start_};
};

TEST_F(SimClockTest, timers_of_one_moment_run_in_the_order_in_which_they_were_set) {
  std::vector<int> order;
  clock_.at(start_ + seconds(2), [&] { order.push_back(3); });
  clock_.at(start_ + seconds(1), [&] { order.push_back(1); });
  clock_.at(start_ + seconds(1), [&] { order.push_back(2); });
  clock_.run(std::nullopt);
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock_.now(), start_ + seconds(2));
}

TEST_F(SimClockTest, a_moment_that_has_passed_is_now) {
  base::Time ran_at{};
  clock_.at(start_ - hours(1), [&] { ran_at = clock_.now(); });
  clock_.run(std::nullopt);
  EXPECT_EQ(ran_at, start_);
}

TEST_F(SimClockTest, all_that_is_ready_runs_before_time_jumps) {
  std::vector<base::Time> times;
  clock_.at(start_ + seconds(1),
            [&] { boost::asio::post(context_, [&] { times.push_back(clock_.now()); }); });
  clock_.at(start_ + seconds(9), [&] { times.push_back(clock_.now()); });
  clock_.run(std::nullopt);
  EXPECT_THAT(times, ElementsAre(start_ + seconds(1), start_ + seconds(9)));
}

TEST_F(SimClockTest, stop_ends_the_run_and_a_second_run_goes_on) {
  int count = 0;
  clock_.at(start_ + seconds(1), [&] {
    ++count;
    clock_.stop();
  });
  clock_.at(start_ + seconds(2), [&] { ++count; });
  clock_.run(std::nullopt);
  EXPECT_EQ(count, 1);
  clock_.run(std::nullopt);
  EXPECT_EQ(count, 2);
}

TEST_F(SimClockTest, coroutines_wait_and_races_end_with_the_first) {
  base::Time ended_at{};
  boost::asio::co_spawn(
      context_,
      [](SimClock& clock, base::Time& ended) -> ports::Task<> {
        using namespace boost::asio::experimental::awaitable_operators;
        base::Time start = clock.now();
        co_await (clock.wait_until(start + seconds(3)) || clock.wait_until(start + hours(5)));
        ended = clock.now();
      }(clock_, ended_at),
      boost::asio::detached);
  clock_.run(std::nullopt);
  EXPECT_EQ(ended_at, start_ + seconds(3));
  EXPECT_EQ(clock_.now(), start_ + seconds(3)) << "the loser's timer is gone";
}

TEST_F(SimClockTest, a_speed_holds_virtual_time_to_the_wall_clock) {
  // Something from outside: a descriptor that becomes readable 50 ms after the run began.
  boost::asio::posix::stream_descriptor request(context_,
                                                timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  std::vector<std::string> order;
  base::Time request_at{};
  clock_.at(start_, [&] {
    itimerspec when{};
    when.it_value.tv_nsec = std::chrono::nanoseconds(milliseconds(50)).count();
    timerfd_settime(request.native_handle(), 0, &when, nullptr);
  });
  clock_.at(start_ + seconds(1), [&] { order.push_back("after 10 ms"); });
  clock_.at(start_ + hours(1), [&] { order.push_back("after 36 s"); });
  request.async_wait(request.wait_read, [&](boost::system::error_code) {
    order.push_back("request");
    request_at = clock_.now();
    clock_.stop();
  });
  clock_.run(100.0);
  EXPECT_THAT(order, ElementsAre("after 10 ms", "request"));
  EXPECT_GE(request_at, start_ + seconds(5)) << "a request enters at the time the wall allows";
  EXPECT_LT(request_at, start_ + hours(1)) << "but not beyond the next timer";
}

}  // namespace
}  // namespace sim
