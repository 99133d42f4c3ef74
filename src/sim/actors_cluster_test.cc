// Disruption budgets, garbage collection, node taints, events, and the cluster as a whole.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "catalog/ec2.h"
#include "model/pdb.h"
#include "sim/actors_test_cluster.h"

namespace sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

void protect(TestCluster& cluster, std::string_view budget) {
  cluster.create(model::Kind::PodDisruptionBudget,
                 fmt::format(R"({{"metadata": {{"name": "web", "namespace": "default"}},
                     "spec": {{"selector": {{"matchLabels": {{"app": "web"}}}}, {}}}}})",
                             budget));
}

model::PodDisruptionBudgetStatus budget_status(const TestCluster& cluster) {
  return find<model::PodDisruptionBudget>(cluster.store, {"default", "web"})->status;
}

// expected, desired, healthy, allowed
std::vector<std::int32_t> numbers(const model::PodDisruptionBudgetStatus& status) {
  return {status.expectedPods, status.desiredHealthy, status.currentHealthy,
          status.disruptionsAllowed};
}

TEST(DisruptionBudget, counts_what_may_go) {
  struct Case {
    const char* budget;
    std::vector<std::int32_t> expected;
  };
  for (const Case& each : std::vector<Case>{{R"("minAvailable": 3)", {5, 3, 5, 2}},
                                            {R"("minAvailable": "50%")", {5, 3, 5, 2}},
                                            {R"("maxUnavailable": 1)", {5, 4, 5, 1}},
                                            {R"("maxUnavailable": "30%")", {5, 3, 5, 2}},
                                            {R"("maxUnavailable": 0)", {5, 5, 5, 0}},
                                            {R"("minAvailable": 9)", {5, 9, 5, 0}}}) {
    TestCluster cluster;
    cluster.add_node("a", "8", "32Gi");
    cluster.deploy("web", 5);
    protect(cluster, each.budget);
    cluster.run_for(seconds(10));
    EXPECT_THAT(numbers(budget_status(cluster)), each.expected) << each.budget;
  }
}

TEST(DisruptionBudget, counts_what_owners_want_not_what_is_there) {
  TestCluster cluster;
  cluster.add_node("a", "2");
  cluster.deploy("web", 4, "1");  // two of them find no room
  protect(cluster, R"("maxUnavailable": 1)");
  cluster.run_for(seconds(10));
  EXPECT_THAT(numbers(budget_status(cluster)), ElementsAre(4, 3, 2, 0));
  EXPECT_EQ(budget_status(cluster).conditions.at(0).reason, "InsufficientPods");
}

TEST(DisruptionBudget, an_eviction_waits_until_the_replacement_is_ready) {
  TestCluster cluster;
  cluster.add_node("a", "8", "32Gi");
  cluster.deploy("web", 2);
  protect(cluster, R"("maxUnavailable": 1)");
  cluster.run_for(seconds(10));
  auto pods = cluster.pods();
  ASSERT_TRUE(cluster.store.evict("default", pods[0]->metadata.name));
  auto second = cluster.store.evict("default", pods[1]->metadata.name);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Code::throttled);
  cluster.run_for(milliseconds(100));
  EXPECT_FALSE(cluster.store.evict("default", pods[1]->metadata.name));
  cluster.run_for(seconds(10));
  EXPECT_TRUE(cluster.store.evict("default", pods[1]->metadata.name));
}

TEST(DisruptionBudget, pods_of_a_daemon_set_have_no_scale) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::DaemonSet, R"({"metadata": {"name": "web", "namespace": "default"},
      "spec": {"selector": {"matchLabels": {"app": "web"}},
      "template": {"metadata": {"labels": {"app": "web"}},
                   "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}})");
  protect(cluster, R"("maxUnavailable": 1)");
  cluster.run_for(seconds(10));
  EXPECT_EQ(budget_status(cluster).disruptionsAllowed, 0);
  EXPECT_EQ(budget_status(cluster).conditions.at(0).reason, "SyncFailed");
}

DeleteOptions by(Propagation propagation) {
  DeleteOptions options;
  options.propagation = propagation;
  return options;
}

TEST(GarbageCollector, foreground_waits_for_what_is_owned) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  cluster.remove(model::Kind::Deployment, "web", by(Propagation::foreground));
  cluster.run_for(milliseconds(150));
  ASSERT_NE(cluster.deployment("web"), nullptr);
  EXPECT_TRUE(cluster.deployment("web")->metadata.deletionTimestamp);
  EXPECT_THAT(cluster.pods(), Not(IsEmpty())) << "they are ending";
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.deployment("web"), nullptr);
  EXPECT_THAT(cluster.pods(), IsEmpty());
}

TEST(GarbageCollector, orphans_stay) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  cluster.remove(model::Kind::Deployment, "web", by(Propagation::orphan));
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.deployment("web"), nullptr);
  auto sets = list<model::ReplicaSet>(cluster.store);
  ASSERT_THAT(sets, SizeIs(1));
  EXPECT_THAT(sets[0]->metadata.ownerReferences, IsEmpty());
  EXPECT_THAT(cluster.ready_pods(), SizeIs(2));
}

TEST(GarbageCollector, one_of_two_owners_is_enough) {
  TestCluster cluster;
  auto config = [&](std::string_view name, std::string_view owners) {
    auto created = cluster.store.create(
        *cluster.store.find_kind("v1", "ConfigMap"), "default",
        TestCluster::parsed(fmt::format(
            R"({{"metadata": {{"name": "{}", "ownerReferences": {}}}}})", name, owners)));
    EXPECT_TRUE(created);
    return std::string(base::string_at((*created)->json, {"metadata", "uid"}));
  };
  std::string first = config("first", "[]");
  std::string second = config("second", "[]");
  config("both", fmt::format(R"([{{"apiVersion": "v1", "kind": "ConfigMap", "name": "first",
                                   "uid": "{}"}},
                                 {{"apiVersion": "v1", "kind": "ConfigMap", "name": "second",
                                   "uid": "{}"}}])",
                             first, second));
  const Resource& configs = *cluster.store.find_kind("v1", "ConfigMap");
  ASSERT_TRUE(cluster.store.remove(configs, "default", "first"));
  cluster.run_for(seconds(1));
  StoredPtr both = cluster.store.get(configs, "default", "both");
  ASSERT_NE(both, nullptr);
  EXPECT_THAT(both->json.at("metadata").at("ownerReferences").as_array(), SizeIs(1));
  ASSERT_TRUE(cluster.store.remove(configs, "default", "second"));
  cluster.run_for(seconds(1));
  EXPECT_EQ(cluster.store.get(configs, "default", "both"), nullptr);
}

TEST(GarbageCollector, an_owner_of_the_same_name_is_not_the_owner) {
  TestCluster cluster;
  cluster.deploy("web", 1);
  cluster.run_for(seconds(1));
  std::string old_set = list<model::ReplicaSet>(cluster.store)[0]->metadata.uid;
  cluster.remove(model::Kind::Deployment, "web");
  cluster.deploy("web", 1);
  cluster.run_for(seconds(1));
  auto sets = list<model::ReplicaSet>(cluster.store);
  ASSERT_THAT(sets, SizeIs(1));
  EXPECT_NE(sets[0]->metadata.uid, old_set);
}

TEST(NodeLifecycle, cordon_sets_the_taint_and_uncordon_removes_it) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.patch(model::Kind::Node, "a", R"({"spec": {"unschedulable": true}})");
  cluster.run_for(milliseconds(100));
  ASSERT_THAT(cluster.node("a")->spec.taints, SizeIs(1));
  EXPECT_EQ(cluster.node("a")->spec.taints[0].key, model::kUnschedulableTaint);
  cluster.patch(model::Kind::Node, "a", R"({"spec": {"unschedulable": null}})");
  cluster.run_for(milliseconds(100));
  EXPECT_THAT(cluster.node("a")->spec.taints, IsEmpty());
}

TEST(NodeLifecycle, NoExecute_evicts_by_toleration) {
  TestCluster cluster;
  cluster.add_node("a");
  auto make = [&](std::string_view name, std::string_view tolerations) {
    cluster.create(model::Kind::Pod,
                   fmt::format(R"({{"metadata": {{"name": "{}", "namespace": "default"}}, "spec": {{
                       "tolerations": {}, "containers": [{{"name": "a", "image": "a:1"}}]}}}})",
                               name, tolerations));
  };
  make("none", "[]");
  make("a-minute", R"([{"key": "broken", "operator": "Exists", "tolerationSeconds": 60}])");
  make("for-ever", R"([{"key": "broken", "operator": "Exists"}])");
  cluster.run_for(seconds(10));
  cluster.patch(model::Kind::Node, "a",
                R"({"spec": {"taints": [{"key": "broken", "effect": "NoExecute"}]}})");
  cluster.run_for(seconds(5));
  EXPECT_EQ(cluster.pod("none"), nullptr);
  EXPECT_NE(cluster.pod("a-minute"), nullptr);
  cluster.run_for(seconds(60));
  EXPECT_EQ(cluster.pod("a-minute"), nullptr);
  EXPECT_NE(cluster.pod("for-ever"), nullptr);
  EXPECT_THAT(cluster.events("TaintManagerEviction"), SizeIs(2));
}

TEST(NodeLifecycle, pods_of_a_node_that_is_gone_are_collected) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.add_node("b");
  cluster.deploy("web", 2);
  cluster.run_for(seconds(10));
  ASSERT_TRUE(cluster.store.remove(cluster.store.resource_of(model::Kind::Node), "", "a"));
  cluster.run_for(seconds(60));
  ASSERT_THAT(cluster.ready_pods(), SizeIs(2));
  for (const auto& pod : cluster.ready_pods()) {
    EXPECT_EQ(pod->spec->nodeName, "b");
  }
}

TEST(Events, repeats_are_counted_and_old_ones_go) {
  TestCluster cluster;
  cluster.add_node("a");
  StoredPtr node = find(cluster.store, model::Kind::Node, {"", "a"});
  Events& events = cluster.actors.events();
  for (int minute = 0; minute < 3; ++minute) {
    events.warning("test", node->object, "Shaky", "it shakes");
    cluster.run_for(minutes(1));
  }
  events.warning("test", node->object, "Shaky", "it shakes more");
  auto shaky = [&] {
    auto found = list<model::Event>(cluster.store, "default");
    std::erase_if(found, [](const auto& event) { return event->reason != "Shaky"; });
    return found;
  };
  ASSERT_THAT(shaky(), SizeIs(2));
  EXPECT_EQ(shaky()[0]->count, 3);
  EXPECT_EQ(*shaky()[0]->lastTimestamp - *shaky()[0]->firstTimestamp, minutes(2));
  EXPECT_EQ(shaky()[0]->involvedObject.uid, node->object.metadata().uid);
  cluster.run_for(minutes(59) + seconds(1));  // an hour after the last repeat
  EXPECT_THAT(shaky(), SizeIs(1));
  cluster.run_for(minutes(2));
  EXPECT_THAT(shaky(), IsEmpty());
}

TEST(Actors, a_deleted_namespace_empties) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.create(model::Kind::Namespace, R"({"metadata": {"name": "team"}})");
  ASSERT_TRUE(cluster.store.create(cluster.store.resource_of(model::Kind::Deployment), "team",
                                   TestCluster::parsed(R"({"metadata": {"name": "web"}, "spec": {
          "selector": {"matchLabels": {"app": "web"}},
          "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
            {"name": "app", "image": "app:1"}]}}}})")));
  cluster.run_for(seconds(10));
  ASSERT_THAT(list<model::Pod>(cluster.store, "team"), SizeIs(1));
  const Resource& namespaces = cluster.store.resource_of(model::Kind::Namespace);
  ASSERT_TRUE(cluster.store.remove(namespaces, "", "team"));
  cluster.run_for(seconds(10));
  EXPECT_EQ(cluster.store.get(namespaces, "", "team"), nullptr);
}

TEST(Actors, an_instance_of_the_cloud_joins_runs_pods_and_leaves) {
  TestCluster cluster;
  SimCloud cloud(cluster.clock, catalog::load_ec2().value(), 1, {});
  cluster.actors.serve(cloud);
  StoredPtr stored = cluster.create(model::Kind::NodeClaim, R"({"metadata": {"name": "pool-abcde",
      "labels": {"karpenter.sh/nodepool": "pool"}}, "spec": {
      "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
      "requirements": [{"key": "node.kubernetes.io/instance-type", "operator": "In",
                        "values": ["r5.large"]}]}})");
  const auto& claim = stored->object.as<model::NodeClaim>();
  boost::asio::co_spawn(cluster.executor(), cloud.launch(claim),
                        [](std::exception_ptr, auto launched) {
                          EXPECT_TRUE(launched) << (launched ? "" : launched.error().message);
                        });
  cluster.deploy("web", 1);
  cluster.run_for(seconds(60));
  auto nodes = list<model::Node>(cluster.store);
  ASSERT_THAT(nodes, SizeIs(1));
  const model::Node& node = *nodes[0];
  EXPECT_EQ(model::value_of(node.metadata.labels, model::kInstanceTypeLabel), "r5.large");
  model::ResourceList present = cloud.running().at(0).type->allocatable();
  for (auto entry = present.begin(); entry != present.end();) {
    entry = entry->second.is_zero() ? present.erase(entry) : std::next(entry);
  }
  EXPECT_EQ(node.status.allocatable, present);  // a machine without GPUs does not name them
  EXPECT_TRUE(model::is_true(node.status.conditions, "Ready"));
  EXPECT_THAT(cluster.ready_pods(), IsEmpty()) << "the node is not registered";
  cluster.patch(model::Kind::Node, node.metadata.name, R"({"spec": {"taints": null}})");
  cluster.run_for(seconds(15));
  EXPECT_THAT(cluster.ready_pods(), SizeIs(1));

  boost::asio::co_spawn(cluster.executor(), cloud.terminate(node.spec.providerID),
                        [](std::exception_ptr, auto asked) { EXPECT_TRUE(asked); });
  cluster.run_for(minutes(3));
  EXPECT_THAT(list<model::Node>(cluster.store), IsEmpty());
  EXPECT_THAT(cluster.ready_pods(), IsEmpty());
}

// All that a day in a small cluster does, as one list of events.
std::vector<std::string> history(std::uint64_t seed) {
  TestCluster cluster(seed);
  for (const char* name : {"a", "b", "c"})
    cluster.add_node(name);
  cluster.deploy("web", 3);
  protect(cluster, R"("maxUnavailable": 1)");
  cluster.run_for(seconds(20));
  cluster.scale("web", 8);
  cluster.run_for(seconds(20));
  cluster.patch(model::Kind::Deployment, "web", R"({"spec": {"template": {"spec": {"containers":
      [{"name": "app", "image": "app:2"}]}}}})");
  cluster.run_for(minutes(2));
  cluster.scale("web", 1);
  cluster.run_for(minutes(2));
  std::vector<std::string> lines = cluster.events();
  lines.push_back(fmt::format("version {}", cluster.store.version()));
  return lines;
}

TEST(Actors, the_same_seed_gives_the_same_history) {
  std::vector<std::string> first = history(1);
  EXPECT_THAT(first, Contains("Normal Pulling Pulling image \"app:2\""));
  EXPECT_EQ(first, history(1));
  EXPECT_NE(first, history(2));
}

TEST(Actors, an_idle_cluster_does_nothing) {
  TestCluster cluster;
  cluster.add_node("a");
  cluster.deploy("web", 3);
  cluster.run_for(hours(2));
  std::uint64_t before = cluster.store.version();
  cluster.run_for(hours(720));
  EXPECT_EQ(cluster.store.version(), before);
  EXPECT_THAT(cluster.events(), IsEmpty());
}

}  // namespace
}  // namespace sim
