// The engine on its own, from objects to the plan, with one thread. Each row runs in a process of
// its own, so that its peak memory is that of its input, its types and its plan alone.
//
// Beside the time a row has counters: pods a second, machines, what they cost an hour, the peak
// resident set of the process, what of it one pod accounts for, and, where Karpenter's own
// measurement of the same input is known, how many times as fast this is.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "app/plan_snapshot.h"
#include "bench/apart.h"
#include "bench/workloads.h"
#include "engine/pack.h"

namespace {

struct Row {
  const char* name;
  bench::Workload (*make)(std::size_t pods);
  std::size_t pods;
  int solves;                // of which the median counts
  double karpenter_seconds;  // measured on two cores; 0 if nobody did
};

constexpr Row kRows[] = {
    {"diverse", bench::diverse, 1'000, 9, 2.4},
    {"diverse", bench::diverse, 5'000, 9, 13.0},
    {"diverse", bench::diverse, 10'000, 9, 29.5},
    {"diverse", bench::diverse, 20'000, 5, 62.6},
    {"diverse", bench::diverse, 100'000, 3, 0},
    {"diverse", bench::diverse, 1'000'000, 1, 0},
    {"preference", bench::preference, 4'000, 9, 44.0},
    {"ec2", bench::ec2, 10'000, 5, 0},
    {"distinct", bench::distinct, 10'000, 5, 0},
    {"groups", bench::groups, 10'000, 5, 0},
    {"hostname_spread", bench::hostname_spread, 10'000, 5, 0},
    {"anti_affinity", bench::anti_affinity, 5'000, 5, 0},
    {"relaxation", bench::relaxation, 10'000, 5, 0},
    {"affinity_chain", bench::affinity_chain, 1'000, 3, 0},
};

struct Measured {
  double seconds = 0;
  std::size_t nodes = 0;
  double dollars_per_hour = 0;
  double peak_bytes = 0;
  double bytes_before = 0;  // of the process without any pods; 0 where there are nodes with pods
  std::array<char, 80> error{};
};

void check_plan(const bench::Workload& work, const engine::Plan& plan, std::size_t pods,
                Measured& result) {
  std::size_t placed = 0;
  for (const engine::PlannedClaim& claim : plan.claims)
    placed += claim.pods.size();
  for (const engine::PlacedOnNode& node : plan.existing)
    placed += node.pods.size();
  bool is_right = plan.refusals.size() == work.refusals && placed + work.refusals == pods;
  if (is_right) return;
  std::snprintf(result.error.data(), result.error.size(), "%zu pods placed, %zu refused", placed,
                plan.refusals.size());
}

// All but the settings.
void forget(engine::Snapshot& snapshot) {
  engine::Snapshot empty;
  empty.settings = snapshot.settings;
  snapshot = std::move(empty);
}

Measured measure(const Row& row) {
  Measured result;
  {
    bench::Workload without_pods = row.make(0);
  }
  result.bytes_before = bench::peak_bytes();
  bench::Workload work = row.make(row.pods);
  std::vector<double> seconds;
  for (int solve = 0; solve < row.solves; ++solve) {
    if (work.objects) forget(work.snapshot);
    auto began = std::chrono::steady_clock::now();
    if (work.objects) {
      work.snapshot = app::snapshot_of(*work.objects, work.types, work.snapshot.settings);
    }
    engine::Plan plan = engine::pack(work.snapshot);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    check_plan(work, plan, row.pods, result);
    result.nodes = plan.claims.size();
    base::Money price;
    for (const engine::PlannedClaim& claim : plan.claims) {
      if (claim.cheapest) price += claim.cheapest->price;
    }
    result.dollars_per_hour = static_cast<double>(price.micros()) / 1e6;
  }
  std::ranges::nth_element(seconds, seconds.begin() + row.solves / 2);
  result.seconds = seconds[static_cast<std::size_t>(row.solves / 2)];
  result.peak_bytes = bench::peak_bytes();
  return result;
}

void schedule(benchmark::State& state, const Row& row) {
  for (auto _ : state) {
    std::optional<Measured> measured = bench::run_apart([&] { return measure(row); });
    if (!measured) return state.SkipWithError("the process died");
    const Measured& result = *measured;
    if (result.error.front() != '\0') return state.SkipWithError(result.error.data());
    auto pods = static_cast<double>(row.pods);
    state.SetIterationTime(result.seconds);
    state.counters["pods_per_second"] = pods / result.seconds;
    state.counters["nodes"] = static_cast<double>(result.nodes);
    state.counters["dollars_per_hour"] = result.dollars_per_hour;
    state.counters["peak_memory"] = result.peak_bytes / (1 << 20);
    if (result.bytes_before > 0) {
      state.counters["bytes_per_pod"] = (result.peak_bytes - result.bytes_before) / pods;
    }
    if (row.karpenter_seconds > 0) {
      state.counters["ratio"] = row.karpenter_seconds / result.seconds;
    }
  }
}

[[maybe_unused]] const bool kAreRegistered = [] {
  for (const Row& row : kRows) {
    std::string name = std::string("schedule/") + row.name + "/" + std::to_string(row.pods);
    benchmark::RegisterBenchmark(name.c_str(), schedule, row)
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
