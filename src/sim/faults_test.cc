#include "sim/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/node_pool.h"
#include "sim/faults_ports.h"
#include "sim/sim_clock.h"

namespace sim {
namespace {

using base::Result;
using ports::Change;
using ports::Task;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Chance kAlways{1'000'000};

// Faults whose locations are all armed.
Faults armed(const FaultChances& chances) {
  for (std::uint64_t seed = 1;; ++seed) {
    Faults faults(base::Random(seed), chances);
    bool all = true;
    for (const auto& [location, chance] : chances)
      all = all && faults.strikes(location);
    if (all) return faults;
  }
}

// A cluster of one kind whose watch the test feeds; calls take two seconds and count.
class FakeKube final : public ports::Kube {
 public:
  explicit FakeKube(ports::Clock& clock) : clock_(clock) {}

  void watch(model::Kind, std::function<void(Change)> sink) override { send = std::move(sink); }
  Task<Result<model::Object>> get(model::Reference) override {
    co_await clock_.wait_until(clock_.now() + seconds(2));
    ++calls;
    co_return model::Object();
  }
  Task<Result<model::Object>> create(model::Object object) override { co_return object; }
  Task<Result<model::Object>> patch(model::Reference, base::Json, std::string,
                                    ports::Preconditions) override {
    ++calls;
    co_return model::Object();
  }
  Task<Result<void>> remove(model::Reference, ports::Preconditions,
                            std::optional<std::int64_t>) override {
    co_return Result<void>();
  }
  Task<Result<void>> evict(model::Reference, std::string, std::optional<std::int64_t>) override {
    co_return Result<void>();
  }

  std::function<void(Change)> send;
  int calls = 0;

 private:
  ports::Clock& clock_;
};

Change pool_change(Change::Type type, std::string name, std::string uid = "1") {
  model::NodePool pool;
  pool.metadata.name = std::move(name);
  pool.metadata.uid = std::move(uid);
  return {type, model::Kind::NodePool, model::Object(std::move(pool))};
}

std::string text(const Change& change) {
  if (change.type == Change::Type::synced) return "synced";
  const model::ObjectMeta& metadata = change.object.metadata();
  return (change.type == Change::Type::put ? "+" : "-") + metadata.name + metadata.uid;
}

struct Stage {
  explicit Stage(const FaultChances& chances) : faults(armed(chances)) {}

  void pass(base::Duration duration) {
    clock.at(clock.now() + duration, [this] { clock.stop(); });
    clock.run(std::nullopt);
  }
  void watch() {
    kube.watch(model::Kind::NodePool,
               [this](const Change& change) { seen.push_back(text(change)); });
  }
  // Starts the call and keeps what it answers.
  void patch() {
    auto run = [this]() -> Task<> {
      answer = co_await kube.patch({model::Kind::NodePool, "", "a"}, {}, "", {});
    };
    boost::asio::co_spawn(context, run, boost::asio::detached);
  }

  boost::asio::io_context context;
  SimClock clock{context, base::Time{}};
  Faults faults;
  Life life;
  Gate gate{clock, faults, life};
  FakeKube inner{clock};
  FaultyKube kube{inner, gate};
  std::vector<std::string> seen;
  std::optional<Result<model::Object>> answer;
};

TEST(Faults, patterns_name_locations_part_by_part) {
  EXPECT_TRUE(matches_location("kube.patch.slow", "kube.patch.slow"));
  EXPECT_TRUE(matches_location("kube.*.slow", "kube.patch.slow"));
  EXPECT_FALSE(matches_location("kube.*", "kube.patch.slow"));
  EXPECT_FALSE(matches_location("kube.*.slow", "kube.slow"));
  EXPECT_FALSE(matches_location("cloud.*.slow", "kube.patch.slow"));
}

TEST(Faults, one_seed_strikes_the_same_wherever_else_is_asked) {
  const FaultChances chances{{"a.*", {300'000}}};
  Faults one(base::Random(3), chances);
  Faults two(base::Random(3), chances);
  std::vector<bool> first;
  std::vector<bool> second;
  for (int i = 0; i < 50; ++i) {
    first.push_back(one.strikes("a.x"));
    (void)two.strikes("a.y");
    second.push_back(two.strikes("a.x"));
  }
  EXPECT_EQ(first, second);
}

TEST(Faults, about_half_of_the_locations_are_armed_in_a_run) {
  int armed_in = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Faults faults(base::Random(seed), {{"a.b", kAlways}});
    armed_in += faults.strikes("a.b") ? 1 : 0;
    EXPECT_FALSE(faults.strikes("without.a.chance"));
  }
  EXPECT_GT(armed_in, 70);
  EXPECT_LT(armed_in, 130);
}

TEST(Faults, nothing_strikes_after_the_calm) {
  Faults faults = armed({{"a.b", kAlways}});
  EXPECT_TRUE(faults.strikes("a.b"));
  EXPECT_THAT(faults.report(), ElementsAre("a.b: 2 of 2"));
  faults.calm();
  EXPECT_FALSE(faults.strikes("a.b"));
}

TEST(FaultyKube, a_call_that_fails_before_has_no_effect) {
  Stage stage({{"kube.patch.fails_before", kAlways}});
  stage.patch();
  stage.pass(seconds(30));
  ASSERT_TRUE(stage.answer);
  EXPECT_EQ(stage.answer->error().code, base::Code::unavailable);
  EXPECT_EQ(stage.inner.calls, 0);
}

TEST(FaultyKube, a_call_that_fails_after_has_its_effect) {
  Stage stage({{"kube.patch.fails_after", kAlways}});
  stage.patch();
  stage.pass(seconds(30));
  ASSERT_TRUE(stage.answer);
  EXPECT_EQ(stage.answer->error().code, base::Code::timed_out);
  EXPECT_EQ(stage.inner.calls, 1);
}

TEST(FaultyKube, a_conflict_is_made_up) {
  Stage stage({{"kube.patch.conflict", kAlways}});
  stage.patch();
  stage.pass(seconds(30));
  ASSERT_TRUE(stage.answer);
  EXPECT_EQ(stage.answer->error().code, base::Code::conflict);
  EXPECT_EQ(stage.inner.calls, 0);
}

TEST(FaultyKube, a_crash_before_the_call_leaves_no_trace) {
  Stage stage({{"crash.kube.patch.before", kAlways}});
  int crashes = 0;
  stage.life.on_crash = [&] { ++crashes; };
  stage.patch();
  stage.pass(seconds(30));
  EXPECT_EQ(crashes, 1);
  EXPECT_FALSE(stage.answer) << "nobody is there to be answered";
  EXPECT_EQ(stage.inner.calls, 0);
}

TEST(FaultyKube, a_crash_after_the_call_loses_the_answer_only) {
  Stage stage({{"crash.kube.patch.after", kAlways}});
  stage.patch();
  stage.pass(seconds(30));
  EXPECT_TRUE(stage.life.is_over);
  EXPECT_FALSE(stage.answer);
  EXPECT_EQ(stage.inner.calls, 1);
}

TEST(FaultyKube, a_call_that_was_under_way_at_the_crash_is_never_answered) {
  Stage stage({});
  bool answered = false;
  auto run = [&]() -> Task<> {
    (void)co_await stage.kube.get({model::Kind::NodePool, "", "a"});
    answered = true;
  };
  boost::asio::co_spawn(stage.context, run, boost::asio::detached);
  stage.clock.at(stage.clock.now() + seconds(1), [&] { stage.life.crash(); });
  stage.pass(seconds(30));
  EXPECT_EQ(stage.inner.calls, 1) << "the server had it";
  EXPECT_FALSE(answered);
}

TEST(FaultyKube, a_broken_watch_is_healed_by_a_listing) {
  Stage stage({{"watch.NodePool.lost", kAlways}});
  stage.watch();
  stage.inner.send(pool_change(Change::Type::put, "a"));
  stage.inner.send(pool_change(Change::Type::put, "b"));
  stage.inner.send(pool_change(Change::Type::put, "c"));
  stage.inner.send({Change::Type::synced, model::Kind::NodePool, {}});
  EXPECT_THAT(stage.seen, ElementsAre("+a1", "+b1", "+c1", "synced"));
  stage.seen.clear();
  // All of this happens while the watch is broken.
  stage.inner.send(pool_change(Change::Type::removed, "a"));
  stage.inner.send(pool_change(Change::Type::removed, "b"));
  stage.inner.send(pool_change(Change::Type::put, "b", "2"));
  stage.inner.send(pool_change(Change::Type::put, "d"));
  stage.inner.send(pool_change(Change::Type::removed, "d"));
  EXPECT_THAT(stage.seen, IsEmpty());
  stage.pass(seconds(31));
  EXPECT_THAT(stage.seen, ElementsAre("-a1", "-b1", "+b2", "+c1"));
}

TEST(FaultyKube, what_is_late_comes_in_order) {
  Stage stage({{"watch.NodePool.late", kAlways}});
  stage.watch();
  stage.inner.send({Change::Type::synced, model::Kind::NodePool, {}});
  stage.seen.clear();
  stage.inner.send(pool_change(Change::Type::put, "a"));
  stage.inner.send(pool_change(Change::Type::removed, "a"));
  stage.inner.send(pool_change(Change::Type::put, "a", "2"));
  EXPECT_THAT(stage.seen, IsEmpty());
  stage.pass(seconds(31));
  EXPECT_THAT(stage.seen, ElementsAre("+a1", "-a1", "+a2"));
}

TEST(FaultyKube, an_event_may_come_twice) {
  Stage stage({{"watch.NodePool.repeated", kAlways}});
  stage.watch();
  stage.inner.send({Change::Type::synced, model::Kind::NodePool, {}});
  stage.inner.send(pool_change(Change::Type::put, "a"));
  EXPECT_THAT(stage.seen, ElementsAre("synced", "+a1", "+a1"));
}

TEST(FaultyClock, timers_of_a_life_end_with_it) {
  Stage stage({});
  FaultyClock clock(stage.clock, stage.gate);
  int fired = 0;
  clock.at(stage.clock.now() + seconds(1), [&] { ++fired; });
  clock.at(stage.clock.now() + seconds(3), [&] { ++fired; });
  stage.clock.at(stage.clock.now() + seconds(2), [&] { stage.life.crash(); });
  stage.pass(seconds(10));
  EXPECT_EQ(fired, 1);
}

}  // namespace
}  // namespace sim
