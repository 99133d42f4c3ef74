// The whole controller in a simulated cluster where everything goes wrong that can: whatever
// happens, and in whatever order answers come, it does nothing that it must not do; and once the
// weather is good again, every pod runs and nothing is left over.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "catalog/ec2.h"
#include "control/restless_ports_test.h"
#include "model/conditions.h"
#include "model/labels.h"
#include "sim/actors.h"
#include "sim/actors_pods.h"
#include "sim/class_actor.h"
#include "sim/cluster.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// What happens, `after` the thing before.
struct Happening {
  enum class Kind { scale, delete_claim, delete_node, notice, restart, weather, sold_out, restock };
  base::Duration after{};
  Kind kind = Kind::scale;
  int which = 0;
};

std::ostream& operator<<(std::ostream& out, const Happening& happening) {
  static constexpr const char* kNames[] = {"scale",   "delete claim", "delete node", "notice",
                                           "restart", "weather",      "sold out",    "restock"};
  return out << std::chrono::duration_cast<seconds>(happening.after).count() << "s later "
             << kNames[static_cast<std::size_t>(happening.kind)] << " " << happening.which;
}

struct PoolOptions {
  std::string consolidate_after = "30s";
  std::string budget = "1";
  std::string grace_period;  // "" for none
  std::string expire_after = "Never";
};

// A dozen types are enough, and quick to plan with.
const model::InstanceTypes& types() {
  static const model::InstanceTypes few = [] {
    model::InstanceTypes all = catalog::load_ec2().value();
    std::erase_if(all, [](const auto& type) {
      return !type->name.starts_with("m5.") && !type->name.starts_with("c6g.") &&
             !type->name.starts_with("t3.");
    });
    return all;
  }();
  return few;
}

class RestlessWorld {
 public:
  RestlessWorld(std::uint64_t seed, const PoolOptions& pool)
      : clock_(context_, *base::parse_time("2026-01-01T00:00:00Z")),
        random_(seed),
        cluster_(clock_, random_.fork("cluster")),
        cloud_(clock_, types(), seed),
        actors_(cluster_.store(), clock_, random_.fork("actors")),
        class_actor_(cluster_.store(), clock_, catalog::ec2_zones().value(), {}),
        watchman_(cluster_.store(), cloud_, clock_) {
    actors_.serve(cloud_);
    class_actor_.serve(cloud_);
    create_class_and_pool(pool);
    create_foreign_things();
    deploy("web", 3, "500m");
    deploy("db", 2, "1");
    create(model::Kind::PodDisruptionBudget, R"({"metadata": {"name": "db", "namespace": "default"},
      "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "db"}}}})");
    begin_life();
  }

  void run_for(base::Duration duration) {
    clock_.at(clock_.now() + duration, [this] { clock_.stop(); });
    clock_.run(std::nullopt);
  }

  void happen(const Happening& happening) {
    run_for(happening.after);
    auto which = static_cast<std::size_t>(happening.which);
    switch (happening.kind) {
      case Happening::Kind::scale: scale(which % 2 == 0 ? "web" : "db", which % 7); break;
      case Happening::Kind::delete_claim: remove_some(model::Kind::NodeClaim, which); break;
      case Happening::Kind::delete_node: remove_some(model::Kind::Node, which); break;
      case Happening::Kind::notice: notify(which); break;
      case Happening::Kind::restart: begin_life(); break;
      case Happening::Kind::weather: weather_ = weather_of(happening.which); break;
      case Happening::Kind::sold_out:
        cloud_.exhaust({types()[which % types().size()]->name, "", ""});
        break;
      case Happening::Kind::restock: cloud_.restock(); break;
    }
  }

  void clear_up() {
    weather_ = {};
    cloud_.restock();
  }

  const std::vector<std::string>& complaints() const { return watchman_.complaints; }
  std::size_t launches() const { return watchman_.launches; }

  // What should not be so when all is done and nothing happens any more.
  std::vector<std::string> left_over() {
    std::vector<std::string> found;
    for (const auto& pod : sim::list<model::Pod>(cluster_.store(), "default")) {
      if (pod->spec->nodeName.empty()) found.push_back("waiting: " + pod->metadata.name);
    }
    std::set<std::string> machines;
    for (const sim::StoredPtr& stored : all(model::Kind::NodeClaim)) {
      const auto& claim = stored->object.as<model::NodeClaim>();
      machines.insert(claim.status.providerID);
      if (claim.metadata.name == "foreign-claim") continue;
      if (claim.metadata.deletionTimestamp) found.push_back("deleting: " + claim.metadata.name);
      if (!model::is_true(claim.status.conditions, model::kInitialized)) {
        found.push_back("not initialized: " + claim.metadata.name);
      }
    }
    for (const sim::RunningInstance& instance : cloud_.running()) {
      if (!machines.contains(instance.providerID))
        found.push_back("orphan: " + instance.providerID);
    }
    for (const auto& [id, notice] : notices_)
      found.push_back("unanswered: " + id);
    for (const char* foreign : {"foreign-node", "foreign-claim"}) {
      if (!is_there(foreign)) found.push_back(std::string("lost: ") + foreign);
    }
    return found;
  }

 private:
  void begin_life() {
    if (!lives_.empty()) lives_.back()->end();
    watchman_.begin_life();
    Life::Place place{context_, clock_, cluster_.store(), cloud_, watchman_, weather_, notices_};
    lives_.push_back(std::make_unique<Life>(
        place, random_.fork("life " + std::to_string(lives_.size())), Settings{}));
  }

  // Even numbers lose nothing but come late; the others lose more or less of everything.
  static Weather weather_of(int number) {
    if (number % 2 == 0) return {0, 0, 10 * (number % 7)};
    return {10 + number % 20, 10 + number % 15, 20};
  }

  void create(model::Kind kind, std::string_view json) {
    auto created = cluster_.store().create(cluster_.store().resource_of(kind), "",
                                           base::parse_json(json).value());
    ASSERT_TRUE(created) << created.error().message;
  }

  void create_class_and_pool(const PoolOptions& options) {
    create(model::Kind::EC2NodeClass, R"({"metadata": {"name": "default"}, "spec": {"role": "nodes",
      "amiSelectorTerms": [{"alias": "al2023@latest"}],
      "subnetSelectorTerms": [{"tags": {"joiner": "yes"}}],
      "securityGroupSelectorTerms": [{"tags": {"joiner": "yes"}}]}})");
    std::string grace =
        options.grace_period.empty()
            ? ""
            : fmt::format(R"("terminationGracePeriod": "{}",)", options.grace_period);
    create(model::Kind::NodePool,
           fmt::format(R"({{"metadata": {{"name": "default"}}, "spec": {{
             "disruption": {{"consolidationPolicy": "WhenEmpty", "consolidateAfter": "{}",
                            "budgets": [{{"nodes": "{}"}}]}},
             "template": {{"spec": {{{} "expireAfter": "{}",
               "requirements": [{{"key": "karpenter.sh/capacity-type", "operator": "In",
                                 "values": ["spot", "on-demand"]}}],
               "nodeClassRef": {{"group": "karpenter.k8s.aws", "kind": "EC2NodeClass",
                                "name": "default"}}}}}}}}}})",
                       options.consolidate_after, options.budget, grace, options.expire_after));
  }

  void create_foreign_things() {
    auto small =
        std::ranges::find_if(types(), [](const auto& type) { return type->name == "t3.medium"; });
    ASSERT_NE(small, types().end());
    actors_.kubelet().add_unmanaged_node("foreign-node", *small);
    create(model::Kind::NodeClaim, R"({"metadata": {"name": "foreign-claim",
      "finalizers": ["karpenter.sh/termination"]}, "spec": {"requirements": [],
      "nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "default"}}})");
  }

  void deploy(std::string_view name, int replicas, std::string_view cpu) {
    create(model::Kind::Deployment,
           fmt::format(R"({{"metadata": {{"name": "{0}", "namespace": "default"}},
             "spec": {{"replicas": {1}, "selector": {{"matchLabels": {{"app": "{0}"}}}},
               "template": {{"metadata": {{"labels": {{"app": "{0}"}}}}, "spec": {{"containers": [
                 {{"name": "app", "image": "app:1",
                   "resources": {{"requests": {{"cpu": "{2}", "memory": "1Gi"}}}}}}]}}}}}}}})",
                       name, replicas, cpu));
  }

  void scale(const std::string& deployment, std::size_t replicas) {
    sim::Store& store = cluster_.store();
    (void)store.patch(
        store.resource_of(model::Kind::Deployment), "default", deployment, sim::PatchType::merge,
        base::parse_json(fmt::format(R"({{"spec": {{"replicas": {}}}}})", replicas)).value());
  }

  std::vector<sim::StoredPtr> all(model::Kind kind) {
    return cluster_.store().list(cluster_.store().resource_of(kind)).items;
  }

  bool is_there(std::string_view name) {
    auto has_it = [&](model::Kind kind) {
      return std::ranges::any_of(all(kind), [&](const sim::StoredPtr& stored) {
        return stored->object.metadata().name == name;
      });
    };
    return has_it(model::Kind::Node) || has_it(model::Kind::NodeClaim);
  }

  void remove_some(model::Kind kind, std::size_t which) {
    std::vector<sim::StoredPtr> objects = all(kind);
    std::erase_if(objects, [](const sim::StoredPtr& stored) {
      return stored->object.metadata().name.starts_with("foreign");
    });
    if (objects.empty()) return;
    const model::ObjectMeta& metadata = objects[which % objects.size()]->object.metadata();
    (void)cluster_.store().remove(cluster_.store().resource_of(kind), "", metadata.name);
  }

  void notify(std::size_t which) {
    std::vector<sim::RunningInstance> running = cloud_.running();
    if (running.empty()) return;
    using enum ports::InstanceNotice::Kind;
    constexpr ports::InstanceNotice::Kind kinds[] = {spot_interrupted, rebalance_recommendation,
                                                     instance_stopped, scheduled_change};
    std::string id = "notice-" + std::to_string(notices_sent_++);
    notices_[id] = {id,
                    kinds[which % 4],
                    {running[which % running.size()].instance_id, "i-of-another-cluster"},
                    clock_.now()};
    lives_.back()->deliver(notices_[id]);
  }

  boost::asio::io_context context_;
  sim::SimClock clock_;
  base::Random random_;
  sim::Cluster cluster_;
  sim::SimCloud cloud_;
  sim::Actors actors_;
  sim::ClassActor class_actor_;
  Watchman watchman_;
  Weather weather_;
  Notices notices_;
  int notices_sent_ = 0;
  std::vector<std::unique_ptr<Life>> lives_;
};

rc::Gen<Happening> happenings() {
  return rc::gen::exec([] {
    Happening happening;
    happening.after = seconds(*rc::gen::inRange(0, 90));
    happening.kind = static_cast<Happening::Kind>(*rc::gen::inRange(0, 8));
    happening.which = *rc::gen::inRange(0, 100);
    return happening;
  });
}

PoolOptions random_pool() {
  PoolOptions options;
  options.consolidate_after = *rc::gen::element<std::string>("0s", "30s", "Never");
  options.budget = *rc::gen::element<std::string>("0", "1", "2", "100%");
  options.grace_period = *rc::gen::element<std::string>("", "", "2m");
  options.expire_after = *rc::gen::element<std::string>("Never", "Never", "7m");
  return options;
}

RC_GTEST_PROP(Restless, nothing_forbidden_and_all_is_well_in_the_end, ()) {
  auto seed = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  PoolOptions pool = random_pool();
  auto script = *rc::gen::scale(0.3, rc::gen::container<std::vector<Happening>>(happenings()));
  RestlessWorld world(seed, pool);
  for (const Happening& happening : script)
    world.happen(happening);
  world.clear_up();
  world.run_for(minutes(25));
  RC_ASSERT(world.complaints() == std::vector<std::string>());
  // What is there in the beginning needs a machine; scaled down it may fit on the foreign one.
  bool is_scaled = std::ranges::count(script, Happening::Kind::scale, &Happening::kind) > 0;
  if (!is_scaled) RC_ASSERT(world.launches() > 0u);
  bool is_at_rest = pool.expire_after == "Never";  // else some machine is always being replaced
  if (is_at_rest) RC_ASSERT(world.left_over() == std::vector<std::string>());
}

}  // namespace
}  // namespace control
