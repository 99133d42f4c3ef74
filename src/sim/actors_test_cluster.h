// A cluster of nothing but the API server and its actors, for their tests: objects are given as JSON
// text, time moves only when it is told to.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/cluster.h"
#include "model/instance_type.h"
#include "model/labels.h"
#include "model/resources.h"
#include "sim/actors.h"
#include "sim/actors_pods.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace sim {

class TestCluster {
 public:
  explicit TestCluster(std::uint64_t seed = 1, const ActorOptions& options = {})
      : clock(context_, *base::parse_time("2026-01-01T00:00:00Z")),
        cluster_(clock, base::Random(seed)),
        store(cluster_.store()),
        actors(store, clock, base::Random(seed + 1), options) {}

  boost::asio::io_context::executor_type executor() { return context_.get_executor(); }

  static base::Json parsed(std::string_view json) {
    base::Result<base::Json> value = base::parse_json(json);
    EXPECT_TRUE(value) << json;
    return value ? *value : base::Json();
  }

  StoredPtr create(model::Kind kind, std::string_view json) {
    base::Result<StoredPtr> created = store.create(store.resource_of(kind), "", parsed(json));
    EXPECT_TRUE(created) << (created ? "" : created.error().message);
    return created ? *created : nullptr;
  }

  void patch(model::Kind kind, const std::string& name, std::string_view json,
             std::string subresource = "") {
    WriteOptions options;
    options.subresource = std::move(subresource);
    auto patched = store.patch(store.resource_of(kind), "default", name, PatchType::merge,
                               parsed(json), options);
    EXPECT_TRUE(patched) << (patched ? "" : patched.error().message);
  }

  void remove(model::Kind kind, const std::string& name, DeleteOptions options = {}) {
    auto removed = store.remove(store.resource_of(kind), "default", name, options);
    EXPECT_TRUE(removed) << (removed ? "" : removed.error().message);
  }

  static std::shared_ptr<const model::InstanceType> type(std::string name, std::string_view cpu,
                                                         std::string_view memory, int pods = 30) {
    model::InstanceType result;
    result.name = std::move(name);
    result.capacity = {{std::string(model::kCpu), *base::Quantity::parse(cpu)},
                       {std::string(model::kMemory), *base::Quantity::parse(memory)},
                       {std::string(model::kPods), base::Quantity::from_units(pods)}};
    return std::make_shared<const model::InstanceType>(std::move(result));
  }

  // A ready node that no NodeClaim asked for.
  void add_node(std::string_view name, std::string_view cpu = "2", std::string_view memory = "8Gi",
                const model::Labels& labels = {}) {
    actors.kubelet().add_unmanaged_node(name, type("m5.large", cpu, memory), labels);
  }

  // A Deployment of pods that ask for that much cpu and 1Gi.
  void deploy(std::string_view name, int replicas, std::string_view cpu = "500m",
              std::string_view strategy = "{}") {
    create(model::Kind::Deployment, fmt::format(R"({{"metadata": {{"name": "{0}"}},
               "spec": {{"replicas": {1}, "selector": {{"matchLabels": {{"app": "{0}"}}}},
                 "strategy": {3},
                 "template": {{"metadata": {{"labels": {{"app": "{0}"}}}}, "spec": {{"containers": [
                   {{"name": "app", "image": "app:1",
                     "resources": {{"requests": {{"cpu": "{2}", "memory": "1Gi"}}}}}}]}}}}}}}})",
                                                name, replicas, cpu, strategy));
  }

  void scale(const std::string& deployment, int replicas) {
    patch(model::Kind::Deployment, deployment,
          fmt::format(R"({{"spec": {{"replicas": {}}}}})", replicas));
  }

  void run_for(base::Duration duration) {
    clock.at(clock.now() + duration, [this] { clock.stop(); });
    clock.run(std::nullopt);
  }

  std::vector<std::shared_ptr<const model::Pod>> pods(std::string_view phase = "") const {
    std::vector<std::shared_ptr<const model::Pod>> found = list<model::Pod>(store, "default");
    std::erase_if(found,
                  [&](const auto& pod) { return !phase.empty() && pod->status.phase != phase; });
    return found;
  }

  std::vector<std::shared_ptr<const model::Pod>> ready_pods() const {
    auto found = pods();
    std::erase_if(found, [](const auto& pod) { return !is_active(*pod) || !is_ready(*pod); });
    return found;
  }

  std::shared_ptr<const model::Pod> pod(const std::string& name) const {
    return find<model::Pod>(store, {"default", name});
  }
  std::shared_ptr<const model::Deployment> deployment(const std::string& name) const {
    return find<model::Deployment>(store, {"default", name});
  }
  std::shared_ptr<const model::Node> node(const std::string& name) const {
    return find<model::Node>(store, {"", name});
  }

  // "Normal Scheduled Successfully assigned default/web to a", one for each Event, in the order of
  // their first time, then of their names.
  std::vector<std::string> events(std::string_view reason = "") const {
    auto found = list<model::Event>(store, "default");
    std::ranges::sort(found, std::less<>(), [](const auto& event) {
      return std::pair(event->firstTimestamp, event->metadata.name);
    });
    std::vector<std::string> lines;
    for (const auto& event : found) {
      if (!reason.empty() && event->reason != reason) continue;
      lines.push_back(fmt::format("{} {} {}", event->type, event->reason, event->message));
    }
    return lines;
  }

 private:
  boost::asio::io_context context_;

 public:
  SimClock clock;

 private:
  Cluster cluster_;

 public:
  Store& store;
  Actors actors;
};

}  // namespace sim
