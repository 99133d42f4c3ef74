// From the last unschedulable pod to the call that launches the last of its machines, on the whole
// EC2 catalogue. Kubernetes and the cloud answer at once and time is virtual, so the batch window
// costs nothing: what is measured is what Joiner itself adds to it.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "bench/plain_ports.h"
#include "catalog/ec2.h"
#include "control/controller.h"
#include "model/node_class.h"
#include "sim/sim_clock.h"

namespace {

using bench::PlainCloud;
using bench::PlainKube;

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
