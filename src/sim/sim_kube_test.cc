#include "sim/sim_kube.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "model/cluster.h"
#include "model/node.h"
#include "model/pod.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace sim {
namespace {

using base::Code;
using model::Kind;
using ports::Change;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

class SimKubeTest : public ::testing::Test {
 protected:
  template <class T>
  T run(ports::Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(
        context_,
        [](ports::Task<T> inner, std::optional<T>& out) -> ports::Task<> {
          out.emplace(co_await std::move(inner));
        }(std::move(task), result),
        boost::asio::detached);
    clock_.run(std::nullopt);
    return std::move(*result);
  }

  static model::Node node(std::string name) {
    model::Node result;
    result.metadata.name = std::move(name);
    return result;
  }
  void store_node(const std::string& name) {
    Store& store = cluster_.store();
    ASSERT_TRUE(
        store.create(store.resource_of(Kind::Node), "", model::to_json(model::Object(node(name)))));
  }

  boost::asio::io_context context_;
  SimClock clock_{context_, base::Time(std::chrono::hours(24))};
  Cluster cluster_{clock_, base::Random(1)};
  SimKube kube_{cluster_.store(), clock_, base::Random(2)};
};

TEST_F(SimKubeTest, a_request_takes_a_little_time) {
  base::Time start = clock_.now();
  auto created = run(kube_.create(model::Object(node("a"))));
  ASSERT_TRUE(created);
  EXPECT_FALSE(created->metadata().uid.empty());
  EXPECT_GE(clock_.now() - start, milliseconds(1));
  EXPECT_LE(clock_.now() - start, milliseconds(5));
}

TEST_F(SimKubeTest, a_watch_delivers_what_is_there_then_synced_then_changes_in_order) {
  store_node("a");
  store_node("b");
  std::vector<std::string> seen;
  kube_.watch(Kind::Node, [&](const Change& change) {
    if (change.type == Change::Type::synced) {
      seen.push_back("synced");
    } else {
      std::string mark = change.type == Change::Type::put ? "+" : "-";
      seen.push_back(mark + change.object.metadata().name);
    }
  });
  for (int count = 0; count < 20; ++count)
    store_node("n" + std::to_string(count));
  Store& store = cluster_.store();
  ASSERT_TRUE(store.remove(store.resource_of(Kind::Node), "", "a"));
  clock_.run(std::nullopt);
  ASSERT_EQ(seen.size(), 24U);
  EXPECT_THAT(std::vector(seen.begin(), seen.begin() + 4),
              ElementsAre("+a", "+b", "synced", "+n0"));
  EXPECT_EQ(seen[22], "+n19");
  EXPECT_EQ(seen[23], "-a");
}

TEST_F(SimKubeTest, preconditions_tell_a_changed_object_from_another_one) {
  auto created = run(kube_.create(model::Object(node("a"))));
  ASSERT_TRUE(created);
  model::Reference reference = model::reference_to(*created);
  base::Json patch = {{"metadata", {{"labels", {{"x", "y"}}}}}};
  ports::Preconditions current{created->metadata().uid, created->metadata().resourceVersion};
  EXPECT_TRUE(run(kube_.patch(reference, patch, "", current)));
  patch = {{"metadata", {{"labels", {{"x", "z"}}}}}};
  auto stale = run(kube_.patch(reference, patch, "", current));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Code::conflict);
  ports::Preconditions other{"another-uid", ""};
  auto gone = run(kube_.patch(reference, patch, "", other));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::not_found);
}

TEST_F(SimKubeTest, deleting_twice_succeeds_while_a_finalizer_holds) {
  model::Node held = node("held");
  held.metadata.finalizers = {"example.com/wait"};
  ASSERT_TRUE(run(kube_.create(model::Object(held))));
  model::Reference reference{Kind::Node, "", "held"};
  EXPECT_TRUE(run(kube_.remove(reference, {}, std::nullopt)));
  EXPECT_TRUE(run(kube_.remove(reference, {}, std::nullopt)));
  auto found = run(kube_.get(reference));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->metadata().deletionTimestamp);
}

TEST_F(SimKubeTest, the_same_seed_gives_the_same_times) {
  auto arrivals = [] {
    boost::asio::io_context context;
    SimClock clock(context, {});
    Cluster cluster(clock, base::Random(5));
    SimKube kube(cluster.store(), clock, base::Random(6));
    std::vector<base::Time> times;
    kube.watch(Kind::Namespace, [&](const Change&) { times.push_back(clock.now()); });
    clock.run(std::nullopt);
    return times;
  };
  EXPECT_EQ(arrivals().size(), 5U) << "four namespaces and the mark that they are all";
  EXPECT_EQ(arrivals(), arrivals());
}

}  // namespace
}  // namespace sim
