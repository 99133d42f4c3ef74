// One look of the controller at a large cluster in which nothing is to be done: what every change
// that a watch delivers costs.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "bench/plain_ports.h"
#include "control/controller.h"
#include "sim/sim_clock.h"
#include "support/objects.h"

namespace {

constexpr int kPodsOfANode = 10;

void prepare(bench::PlainKube& kube, int nodes) {
  using namespace support;
  kube.prepare(node_class("default").ready());
  kube.prepare(pool("default").consolidate_after("30s").limit("cpu", "1000000"));
  for (int number = 0; number < nodes; ++number) {
    std::string id = fmt::format("aws:///us-east-1a/i-{}", number);
    std::string name = fmt::format("ip-{}.ec2.internal", number);
    kube.prepare(claim(fmt::format("default-{:05}", number))
                     .launched(id)
                     .registered(name)
                     .initialized()
                     .consolidatable()
                     .expires_after("720h"));
    kube.prepare(node(name).of(id).ready().registered().initialized());
    for (int pod_number = 0; pod_number < kPodsOfANode; ++pod_number) {
      kube.prepare(pod(fmt::format("default/web-{}-{}", number, pod_number)).cpu("100m").on(name));
    }
  }
}

void look(benchmark::State& state) {
  boost::asio::io_context context;
  sim::SimClock clock(context, support::kStart);
  bench::PlainKube kube;
  bench::PlainCloud cloud({support::instance_type("m5.large", "2", "8Gi", "0.096")});
  prepare(kube, static_cast<int>(state.range(0)));
  control::Journal journal;
  control::Controller controller({context.get_executor(), clock, kube, cloud}, control::Settings{},
                                 journal);
  auto run_for = [&](base::Duration duration) {
    clock.at(clock.now() + duration, [&] { clock.stop(); });
    clock.run(std::nullopt);
  };
  controller.start();
  run_for(std::chrono::milliseconds(1500));
  std::uint64_t lines = journal.lines();
  model::Namespace changed;
  changed.metadata.name = "default";
  for (auto _ : state) {
    kube.deliver(model::Object(changed));
    run_for(std::chrono::milliseconds(2));
  }
  if (journal.lines() != lines + static_cast<std::uint64_t>(state.iterations())) {
    state.SkipWithError("something was done");
  }
}

BENCHMARK(look)->Name("control/look")->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
