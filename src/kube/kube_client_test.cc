// The port over real HTTP, against the embedded API server.
#include "kube/kube_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>
#include <vector>

#include "apiserver/api_server.h"
#include "base/json.h"
#include "kube/paths.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/pod.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace kube {
namespace {

using base::Code;
using base::Result;
using model::Kind;
using model::Object;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::optional<std::string> no_environment(std::string_view) { return std::nullopt; }

base::Json json(std::string_view text) { return base::parse_json(text).value(); }

std::string words(const ports::Change& change) {
  if (change.type == ports::Change::Type::synced) return "synced";
  const char* what = change.type == ports::Change::Type::put ? "put " : "removed ";
  return what + change.object.metadata().name;
}

// Virtual time runs sixty times as fast as the wall clock, on which sockets live.
class KubeClientTest : public ::testing::Test {
 protected:
  KubeClientTest() {
    Result<int> port = server_->listen(0);
    EXPECT_TRUE(port);
    port_ = *port;
    Connection connection;
    connection.server = "http://127.0.0.1:" + std::to_string(port_);
    client_ = std::make_unique<ApiClient>(context_.get_executor(), clock_, connection,
                                          surroundings_with(no_environment), Rate{});
    kube_ = std::make_unique<KubeClient>(
        context_.get_executor(), *client_, clock_, base::Random(1), options_,
        [this](const Incident& incident) { incidents_.push_back(incident.text); });
  }

  template <class T>
  T run(ports::Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error, T value) {
      EXPECT_EQ(error, nullptr);
      result = std::move(value);
      clock_.stop();
    });
    clock_.run(60.0);
    return std::move(*result);
  }

  // Runs until the condition holds; fails after a virtual hour.
  template <class Condition>
  void until(Condition condition) {
    base::Time end = clock_.now() + std::chrono::hours(1);
    watch_for(condition, end);
    clock_.run(60.0);
    EXPECT_TRUE(condition());
  }
  template <class Condition>
  void watch_for(Condition condition, base::Time end) {
    clock_.at(clock_.now() + std::chrono::seconds(1), [this, condition, end] {
      if (condition() || clock_.now() > end) return clock_.stop();
      watch_for(condition, end);
    });
  }

  void make_node(const std::string& name) {
    base::Json node = json(R"({"apiVersion": "v1", "kind": "Node"})");
    node.as_object()["metadata"] = {{"name", name}};
    ASSERT_TRUE(store().create(store().resource_of(Kind::Node), "", node));
  }
  sim::Store& store() { return cluster_.store(); }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, base::Time(std::chrono::hours(24))};
  sim::Cluster cluster_{clock_, base::Random(1)};
  std::unique_ptr<apiserver::ApiServer> server_ =
      std::make_unique<apiserver::ApiServer>(context_, cluster_.store(), clock_);
  int port_ = 0;
  ReflectorOptions options_;
  std::vector<std::string> incidents_;
  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<KubeClient> kube_;
};

TEST_F(KubeClientTest, what_exists_comes_first_then_changes_as_they_happen) {
  make_node("a");
  make_node("b");
  std::vector<std::string> heard;
  kube_->watch(Kind::Node, [&](ports::Change change) { heard.push_back(words(change)); });
  until([&] { return heard.size() == 3; });
  EXPECT_THAT(heard, ElementsAre("put a", "put b", "synced"));
  make_node("c");
  ASSERT_TRUE(store().remove(store().resource_of(Kind::Node), "", "a", {}));
  until([&] { return heard.size() == 5; });
  EXPECT_THAT(heard, ElementsAre("put a", "put b", "synced", "put c", "removed a"));
  EXPECT_THAT(incidents_, ElementsAre());
}

// What happened while the server was away is found out by comparing.
TEST_F(KubeClientTest, a_server_that_comes_back_is_asked_what_was_missed) {
  make_node("a");
  make_node("b");
  std::vector<std::string> heard;
  kube_->watch(Kind::Node, [&](ports::Change change) { heard.push_back(words(change)); });
  until([&] { return heard.size() == 3; });
  server_.reset();
  make_node("c");
  ASSERT_TRUE(store().remove(store().resource_of(Kind::Node), "", "a", {}));
  until([&] { return !incidents_.empty(); });
  server_ = std::make_unique<apiserver::ApiServer>(context_, cluster_.store(), clock_);
  ASSERT_TRUE(server_->listen(port_));
  until([&] { return heard.size() == 5; });
  heard.erase(heard.begin(), heard.begin() + 3);
  EXPECT_THAT(heard, UnorderedElementsAre("put c", "removed a"));
}

TEST_F(KubeClientTest, objects_are_created_read_patched_and_deleted) {
  model::Node node;
  node.metadata.name = "a";
  Result<Object> created = run(kube_->create(Object(node)));
  ASSERT_TRUE(created) << created.error().message;
  std::string uid = created->metadata().uid;
  EXPECT_EQ(run(kube_->create(Object(node))).error().code, Code::already_exists);

  model::Reference reference{Kind::Node, "", "a"};
  Result<Object> patched =
      run(kube_->patch(reference, json(R"({"metadata": {"labels": {"x": "1"}}})"), "",
                       {uid, created->metadata().resourceVersion}));
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ(run(kube_->get(reference))->metadata().labels.at("x"), "1");

  Result<Object> stale =
      run(kube_->patch(reference, json(R"({"metadata": {"labels": {"x": "2"}}})"), "",
                       {uid, created->metadata().resourceVersion}));
  EXPECT_EQ(stale.error().code, Code::conflict) << stale.error().message;

  ports::Preconditions of_another{"00000000-0000-4000-8000-000000000000", ""};
  EXPECT_EQ(run(kube_->remove(reference, of_another, std::nullopt)).error().code, Code::not_found);
  EXPECT_TRUE(run(kube_->remove(reference, {uid, ""}, std::nullopt)));
  EXPECT_EQ(run(kube_->get(reference)).error().code, Code::not_found);
}

TEST_F(KubeClientTest, a_patch_for_an_object_made_anew_does_not_touch_it) {
  make_node("a");
  model::Reference reference{Kind::Node, "", "a"};
  Result<Object> patched =
      run(kube_->patch(reference, json(R"({"metadata": {"labels": {"x": "1"}}})"), "",
                       {"00000000-0000-4000-8000-000000000000", ""}));
  ASSERT_FALSE(patched);
  EXPECT_EQ(patched.error().code, Code::not_found) << patched.error().message;
  EXPECT_TRUE(run(kube_->get(reference))->metadata().labels.empty());
}

TEST_F(KubeClientTest, without_the_lease_no_write_leaves) {
  bool is_leader = false;
  client_->set_write_gate([&] { return is_leader; });
  model::Node node;
  node.metadata.name = "a";
  Result<Object> refused = run(kube_->create(Object(node)));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("lease"));
  EXPECT_EQ(run(kube_->get({Kind::Node, "", "a"})).error().code, Code::not_found);
  is_leader = true;
  EXPECT_TRUE(run(kube_->create(Object(node))));
}

TEST_F(KubeClientTest, an_eviction_that_a_budget_forbids_is_throttled) {
  ASSERT_TRUE(store().create(store().resource_of(Kind::Pod), "default", json(R"({
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {"nodeName": "a", "containers": [{"name": "web", "image": "web"}]}})")));
  model::Reference pod{Kind::Pod, "default", "web"};
  ASSERT_TRUE(run(kube_->patch(pod, json(R"({"status": {"phase": "Running"}})"), "status", {})));
  ASSERT_TRUE(store().create(store().resource_of(Kind::PodDisruptionBudget), "default", json(R"({
    "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
    "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}})")));
  Result<void> refused = run(kube_->evict(pod, "", std::nullopt));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::throttled) << refused.error().message;
  EXPECT_EQ(run(kube_->evict({Kind::Pod, "default", "none"}, "", std::nullopt)).error().code,
            Code::not_found);
}

TEST(Paths, follow_group_and_scope) {
  EXPECT_EQ(collection_path(Kind::Pod, ""), "/api/v1/pods");
  EXPECT_EQ(collection_path(Kind::Pod, "web"), "/api/v1/namespaces/web/pods");
  EXPECT_EQ(object_path({Kind::NodeClaim, "", "a"}, "status"),
            "/apis/karpenter.sh/v1/nodeclaims/a/status");
}

}  // namespace
}  // namespace kube
