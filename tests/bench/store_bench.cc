// What a cluster of 10,000 nodes and 100,000 running pods takes in the memory of the simulated API
// server, in MiB: the objects with all that kubelets write into them, the history of changes, and a
// client that watches pods and nodes. It runs in a process of its own and is its peak resident set.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/check.h"
#include "bench/apart.h"
#include "model/instance_type.h"
#include "model/resources.h"
#include "sim/actors_node_object.h"
#include "sim/actors_objects.h"
#include "sim/actors_pod_status.h"
#include "sim/actors_pods.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"
#include "sim/sim_kube.h"

namespace {

constexpr int kNodes = 10'000;
constexpr int kOwners = 1'000;  // of the pods
constexpr double kMostMebibytes = 1024;

class BigCluster {
 public:
  void fill(int pods) {
    for (model::Kind kind : {model::Kind::Node, model::Kind::Pod}) {
      kube_.watch(kind, [this](ports::Change change) {
        if (change.object) seen_[model::reference_to(change.object)] = change.object;
      });
    }
    for (int node = 0; node < kNodes; ++node) {
      add_node(node);
      if (node % 100 == 0) turn();
    }
    for (int owner = 0; owner < kOwners; ++owner) {
      sim::StoredPtr set = add_owner(owner);
      for (int pod = 0; pod < pods / kOwners; ++pod)
        add_pod(*set);
      turn();
    }
    base::check(std::cmp_equal(seen_.size(), pods + kNodes), "everything was seen");
  }

 private:
  static std::string node_name(int number) {
    return fmt::format("ip-10-{}-{}-{}.ec2.internal", number / 62'500, number / 250 % 250,
                       number % 250);
  }

  void add_node(int number) {
    sim::RunningInstance instance;
    instance.zone = fmt::format("us-east-1{}", "abc"[number % 3]);
    instance.instance_id = fmt::format("i-0{:016x}", number);
    instance.providerID = fmt::format("aws:///{}/{}", instance.zone, instance.instance_id);
    instance.host_name = node_name(number);
    instance.type = type_;
    auto created = store_.create(store_.resource_of(model::Kind::Node), "",
                                 sim::node_object(instance, nullptr, {}, random_, clock_.now()));
    base::check(created.has_value(), "a kubelet's node is valid");
  }

  sim::StoredPtr add_owner(int number) {
    base::Json set = base::parse_json(fmt::format(R"({{"metadata": {{"name": "web-{0}"}}, "spec":
        {{"selector": {{"matchLabels": {{"app": "web-{0}"}}}}, "template": {{"metadata": {{"labels":
          {{"app": "web-{0}", "pod-template-hash": "6d4c8f5b9"}}}}, "spec": {{"containers": [
            {{"name": "web", "image": "registry.example/web:{0}", "env": [{{"name": "PORT",
              "value": "8080"}}], "ports": [{{"containerPort": 8080}}], "resources": {{"requests":
              {{"cpu": "250m", "memory": "512Mi"}}, "limits": {{"memory": "512Mi"}}}}}}],
            "topologySpreadConstraints": [{{"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway",
              "topologyKey": "topology.kubernetes.io/zone", "labelSelector": {{"matchLabels":
              {{"app": "web-{0}"}}}}}}]}}}}}}}})",
                                                  number))
                         .value();
    return store_.create(store_.resource_of(model::Kind::ReplicaSet), "default", std::move(set))
        .value();
  }

  void add_pod(const sim::Stored& owner) {
    auto pod =
        store_
            .create(store_.resource_of(model::Kind::Pod), "default", sim::pod_from_template(owner))
            .value();
    sim::ObjectKey key = sim::key_of(pod->object.metadata());
    base::check(store_.bind(key.name_space, key.name, node_name(pods_++ % kNodes)).has_value(),
                "a new pod can be bound");
    const auto& spec = *pod->object.as<model::Pod>().spec;
    sim::edit_status(store_, model::Kind::Pod, key, [&](boost::json::object& status) {
      sim::set_creating(status, spec, "10.0.0.1", clock_.now());
    });
    sim::edit_status(store_, model::Kind::Pod, key, [&](boost::json::object& status) {
      sim::set_running(status, spec, "10.0.0.1", "10.244.12.34", clock_.now());
    });
  }

  // Lets the event loop run, as it does in a program.
  void turn() {
    clock_.at(clock_.now() + std::chrono::milliseconds(100), [this] { clock_.stop(); });
    clock_.run(std::nullopt);
  }

  static std::shared_ptr<const model::InstanceType> make_type() {
    model::InstanceType type;
    type.name = "m5.large";
    type.capacity = {{std::string(model::kCpu), *base::Quantity::parse("8")},
                     {std::string(model::kMemory), *base::Quantity::parse("32Gi")},
                     {std::string(model::kPods), base::Quantity::from_units(58)}};
    return std::make_shared<const model::InstanceType>(std::move(type));
  }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  base::Random random_{1};
  sim::Cluster cluster_{clock_, base::Random(2)};
  sim::Store& store_ = cluster_.store();
  sim::SimKube kube_{store_, clock_, base::Random(3)};
  std::shared_ptr<const model::InstanceType> type_ = make_type();
  std::map<model::Reference, model::Object> seen_;
  int pods_ = 0;
};

void memory(benchmark::State& state) {
  for (auto _ : state) {
    std::optional<double> peak = bench::run_apart([&] {
      BigCluster cluster;
      cluster.fill(static_cast<int>(state.range(0)));
      return bench::peak_bytes() / (1 << 20);
    });
    if (!peak) return state.SkipWithError("the process died");
    if (*peak > kMostMebibytes) state.SkipWithError("more than 1 GiB");
    state.counters["value"] = *peak;
  }
  state.SetLabel("MiB");
}

BENCHMARK(memory)->Name("apiserver/memory")->Arg(100'000)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
