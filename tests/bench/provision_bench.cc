// From the last unschedulable pod to the call that launches the last of its machines, on the whole
// EC2 catalogue. Kubernetes and the cloud answer at once and time is virtual, so the batch window
// costs nothing: what is measured is what Joiner itself adds to it.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>

#include "base/patch.h"
#include "catalog/ec2.h"
#include "control/controller.h"
#include "model/node_class.h"
#include "sim/sim_clock.h"

namespace {

using ports::Task;

// An API server that stores what it is given and tells its watchers at once.
class PlainKube final : public ports::Kube {
 public:
  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override {
    sinks_[kind] = std::move(sink);
    sinks_[kind]({ports::Change::Type::synced, kind, {}});
  }

  model::Object put(model::Kind kind, base::Json object) {
    object.as_object()["metadata"].as_object()["resourceVersion"] = fmt::format("{}", ++version_);
    model::Object read = model::read_object(kind, object).value();
    objects_[model::reference_to(read)] = std::move(object);
    if (auto sink = sinks_.find(kind); sink != sinks_.end()) {
      sink->second({ports::Change::Type::put, kind, read});
    }
    return read;
  }

  Task<base::Result<model::Object>> get(model::Reference reference) override {
    co_return model::read_object(reference.kind, objects_.at(reference));
  }
  Task<base::Result<model::Object>> create(model::Object object) override {
    base::Json json = model::to_json(object);
    boost::json::object& metadata = json.as_object()["metadata"].as_object();
    metadata["uid"] = fmt::format("uid-{}", version_);
    if (!metadata.contains("name")) metadata["name"] = fmt::format("claim-{}", version_);
    co_return put(object.kind(), std::move(json));
  }
  Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch, std::string,
                                          ports::Preconditions) override {
    base::Json changed = objects_.at(reference);
    base::apply_merge_patch(changed, patch);
    co_return put(reference.kind, std::move(changed));
  }
  Task<base::Result<void>> remove(model::Reference, ports::Preconditions,
                                  std::optional<std::int64_t>) override {
    co_return base::Result<void>();
  }
  Task<base::Result<void>> evict(model::Reference, std::string,
                                 std::optional<std::int64_t>) override {
    co_return base::Result<void>();
  }

 private:
  std::map<model::Kind, std::function<void(ports::Change)>> sinks_;
  std::map<model::Reference, base::Json> objects_;
  std::uint64_t version_ = 0;
};

// A cloud that sells the catalogue and notes when it was last asked to launch.
class PlainCloud final : public ports::Cloud {
 public:
  explicit PlainCloud(model::InstanceTypes types) : types_(std::move(types)) {}

  std::size_t launches = 0;
  std::chrono::steady_clock::time_point last_launch;

  Task<base::Result<model::InstanceTypes>> instance_types(const model::NodePool&) override {
    co_return types_;
  }
  Task<base::Result<ports::Launched>> launch(const model::NodeClaim&) override {
    ++launches;
    last_launch = std::chrono::steady_clock::now();
    ports::Launched launched;
    launched.providerID = fmt::format("aws:///us-east-1a/i-{}", launches);
    co_return launched;
  }
  Task<base::Result<void>> terminate(std::string) override { co_return base::Result<void>(); }
  Task<base::Result<ports::Instance>> describe(std::string) override {
    co_return base::fail(base::Code::not_found, "no such instance");
  }
  Task<base::Result<std::vector<ports::Instance>>> list() override {
    co_return std::vector<ports::Instance>();
  }

 private:
  model::InstanceTypes types_;
};

base::Json pending_pod(int number) {
  static constexpr const char* kCpu[] = {"100m", "250m", "500m", "1", "1500m"};
  static constexpr const char* kMemory[] = {"128Mi", "512Mi", "1Gi", "2Gi"};
  return base::parse_json(fmt::format(R"({{"metadata": {{"name": "web-{0}", "namespace": "default",
               "uid": "pod-{0}", "creationTimestamp": "2026-01-01T00:00:00Z"}},
             "spec": {{"containers": [{{"name": "web", "image": "web",
               "resources": {{"requests": {{"cpu": "{1}", "memory": "{2}"}}}}}}]}},
             "status": {{"phase": "Pending", "conditions": [{{"type": "PodScheduled",
               "status": "False", "reason": "Unschedulable"}}]}}}})",
                                      number, kCpu[number % 5], kMemory[number % 4]))
      .value();
}

void provision(benchmark::State& state) {
  static const model::InstanceTypes types = catalog::load_ec2().value();
  int pods = static_cast<int>(state.range(0));
  for (auto _ : state) {
    boost::asio::io_context context;
    sim::SimClock clock(context, std::chrono::sys_days(std::chrono::January / 1 / 2026));
    PlainKube kube;
    PlainCloud cloud(types);
    control::Journal journal;
    control::Controller controller({context.get_executor(), clock, kube, cloud},
                                   control::Settings{}, journal);
    controller.start();
    auto run_for = [&](base::Duration duration) {
      clock.at(clock.now() + duration, [&] { clock.stop(); });
      clock.run(std::nullopt);
    };
    kube.put(model::Kind::EC2NodeClass,
             base::parse_json(R"({"metadata": {"name": "default", "uid": "class"},
               "status": {"conditions": [{"type": "Ready", "status": "True"}]}})")
                 .value());
    kube.put(model::Kind::NodePool,
             base::parse_json(R"({"metadata": {"name": "default", "uid": "pool"},
               "spec": {"template": {"spec": {"requirements": [], "nodeClassRef": {
                 "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"}}}}})")
                 .value());
    run_for(std::chrono::milliseconds(100));
    for (int number = 1; number < pods; ++number)
      kube.put(model::Kind::Pod, pending_pod(number));
    run_for(std::chrono::milliseconds(100));

    auto began = std::chrono::steady_clock::now();
    kube.put(model::Kind::Pod, pending_pod(0));
    run_for(std::chrono::milliseconds(1500));
    if (cloud.launches == 0) state.SkipWithError("nothing was launched");
    state.SetIterationTime(std::chrono::duration<double>(cloud.last_launch - began).count());
    state.counters["nodes"] = static_cast<double>(cloud.launches);
  }
}

BENCHMARK(provision)
    ->Name("provision/latency")
    ->Arg(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
