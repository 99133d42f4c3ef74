#include "kube/election.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "apiserver/api_server.h"
#include "base/json.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace kube {
namespace {

using std::chrono::seconds;

std::optional<std::string> no_environment(std::string_view) { return std::nullopt; }

// A replica: it wins, keeps, and counts how often it won and lost.
struct Replica {
  Replica(boost::asio::io_context& context, sim::SimClock& clock, int port, std::string identity)
      : client(context.get_executor(), clock, to(port), surroundings_with(no_environment), Rate{}),
        election(client, clock, base::Random(identity.size()), options(identity),
                 [](const std::string&) {}) {
    boost::asio::co_spawn(context, live(), boost::asio::detached);
  }
  static Connection to(int port) {
    Connection connection;
    connection.server = "http://127.0.0.1:" + std::to_string(port);
    return connection;
  }
  static ElectionOptions options(const std::string& identity) {
    ElectionOptions result;
    result.namespace_ = "kube-system";
    result.identity = identity;
    return result;
  }
  ports::Task<> live() {
    co_await election.win();
    ++won;
    co_await election.keep();
    ++lost;
  }

  ApiClient client;
  Election election;
  int won = 0;
  int lost = 0;
};

class ElectionTest : public ::testing::Test {
 protected:
  ElectionTest() {
    port_ = server_->listen(0).value();
    first_ = std::make_unique<Replica>(context_, clock_, port_, "a_1");
  }
  void run_for(base::Duration time) {
    clock_.at(clock_.now() + time, [this] { clock_.stop(); });
    clock_.run(20.0);
  }
  base::Json lease() {
    return cluster_.store()
        .get(cluster_.store().resource_of(model::Kind::Lease), "kube-system",
             "karpenter-leader-election")
        ->json;
  }
  std::string holder() { return std::string(base::string_at(lease(), {"spec", "holderIdentity"})); }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, base::Time(std::chrono::hours(24))};
  sim::Cluster cluster_{clock_, base::Random(1)};
  std::unique_ptr<apiserver::ApiServer> server_ =
      std::make_unique<apiserver::ApiServer>(context_, cluster_.store(), clock_);
  int port_ = 0;
  std::unique_ptr<Replica> first_;
};

TEST_F(ElectionTest, LIF_286_one_of_two_holds_the_lease_and_renews_it) {
  run_for(seconds(5));
  Replica second(context_, clock_, port_, "b_2");
  run_for(seconds(60));
  EXPECT_EQ(first_->won, 1);
  EXPECT_EQ(first_->lost, 0);
  EXPECT_EQ(second.won, 0);
  EXPECT_TRUE(first_->election.holds());
  EXPECT_FALSE(second.election.holds());
  EXPECT_EQ(holder(), "a_1");
}

TEST_F(ElectionTest, LIF_288_a_released_lease_is_taken_at_once) {
  run_for(seconds(5));
  Replica second(context_, clock_, port_, "b_2");
  run_for(seconds(5));
  boost::asio::co_spawn(context_, first_->election.release(), boost::asio::detached);
  run_for(seconds(4));
  EXPECT_FALSE(first_->election.holds());
  EXPECT_TRUE(second.election.holds());
  EXPECT_EQ(holder(), "b_2");
}

// The server is away for the first: it stops before the second may begin.
TEST_F(ElectionTest, LIF_287_who_cannot_renew_stops_before_another_begins) {
  run_for(seconds(5));
  ASSERT_TRUE(first_->election.holds());
  server_.reset();
  run_for(seconds(9));
  run_for(seconds(4));
  EXPECT_FALSE(first_->election.holds());
  EXPECT_EQ(first_->lost, 1);
  server_ = std::make_unique<apiserver::ApiServer>(context_, cluster_.store(), clock_);
  ASSERT_TRUE(server_->listen(port_));
  Replica second(context_, clock_, port_, "b_2");
  run_for(seconds(10));
  EXPECT_FALSE(second.election.holds()) << "the lease's 15 s count from when it was seen";
  run_for(seconds(15));
  EXPECT_TRUE(second.election.holds());
}

}  // namespace
}  // namespace kube
