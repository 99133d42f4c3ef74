// What `joiner plan` needs to read the pods of a large cluster from a file of kubectl's, in a process
// of its own. Counters: megabytes of text a second, the peak resident set of the process, what of it
// one pod accounts for, and how many times as fast it is as parse_json() alone on such text.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/plan_read.h"
#include "base/json.h"
#include "bench/apart.h"
#include "bench/kubectl_pods.h"

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A file that goes with the object.
class PodsFile {
 public:
  explicit PodsFile(std::size_t pods) : path_("/tmp/joiner-bench-pods-XXXXXX") {
    int descriptor = mkstemp(path_.data());
    std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "wb");
    if (file == nullptr) return;
    size_ = bench::write_kubectl_pods(file, pods);
    std::fclose(file);
  }
  ~PodsFile() { std::remove(path_.c_str()); }
  PodsFile(const PodsFile&) = delete;
  PodsFile& operator=(const PodsFile&) = delete;

  const std::string& path() const { return path_; }
  std::size_t size() const { return size_; }

 private:
  std::string path_;
  std::size_t size_ = 0;
};

struct Measured {
  double seconds = 0;
  double peak_bytes = 0;
  bool is_right = false;
};

Measured read_apart(const std::string& path, std::size_t pods) {
  std::optional<Measured> measured = bench::run_apart([&] {
    double began = now();
    app::PlanInput input;
    bool is_read = app::read_plan_input(path, input).has_value();
    return Measured{now() - began, bench::peak_bytes(), is_read && input.pods.size() == pods};
  });
  return measured.value_or(Measured{});
}

// Bytes a second of parse_json() on such pods.
double plain_parser() {
  std::string list = "[";
  for (std::size_t number = 0; number < 2'000; ++number) {
    list += (number == 0 ? "" : ",") + bench::kubectl_pod(number);
  }
  list += "]";
  double began = now();
  benchmark::DoNotOptimize(base::parse_json(list).value());
  return static_cast<double>(list.size()) / (now() - began);
}

void read_pods(benchmark::State& state) {
  auto pods = static_cast<std::size_t>(state.range(0));
  const PodsFile file(pods);
  const double plain_bytes_per_second = plain_parser();
  for (auto _ : state) {
    Measured measured = read_apart(file.path(), pods);
    if (file.size() == 0 || !measured.is_right) {
      state.SkipWithError("the pods cannot be written or read");
      return;
    }
    auto size = static_cast<double>(file.size());
    state.SetIterationTime(measured.seconds);
    state.counters["megabytes_per_second"] = size / measured.seconds / 1e6;
    state.counters["peak_memory"] = measured.peak_bytes / (1 << 20);
    state.counters["bytes_per_pod"] = measured.peak_bytes / static_cast<double>(pods);
    state.counters["ratio"] = size / measured.seconds / plain_bytes_per_second;
  }
}

BENCHMARK(read_pods)
    ->Name("plan/read")
    ->Arg(100'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
