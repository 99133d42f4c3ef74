#include "web/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace web {
namespace {

// Pages that the process has: all, and those in memory.
struct Pages {
  double all = 0;
  double resident = 0;
};

Pages pages() {
  Pages result;
  std::ifstream("/proc/self/statm") >> result.all >> result.resident;
  return result;
}

double open_files() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(files), end(files)));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;

  prometheus::Gauge& gauge(const std::string& name, const std::string& help,
                           const prometheus::Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
  }

  prometheus::Gauge& memory =
      gauge("process_resident_memory_bytes", "Resident memory size in bytes.");
  prometheus::Gauge& address_space =
      gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");
  prometheus::Gauge& files = gauge("process_open_fds", "Number of open file descriptors.");
  prometheus::Gauge& most_files =
      gauge("process_max_fds", "Maximum number of open file descriptors.");
  prometheus::Counter& cpu = prometheus::BuildCounter()
                                 .Name("process_cpu_seconds_total")
                                 .Help("Total user and system CPU time spent in seconds.")
                                 .Register(registry)
                                 .Add({});
};

Metrics::Metrics(const Build& build, base::Time started) : state_(std::make_unique<State>()) {
  state_
      ->gauge("karpenter_build_info",
              "A metric with a constant '1' value labeled by version from which it was built.",
              {{"version", build.version},
               {"goversion", build.compiler},
               {"goarch", build.architecture},
               {"commit", build.commit}})
      .Set(1);
  state_
      ->gauge("process_start_time_seconds",
              "Start time of the process since unix epoch in seconds.")
      .Set(std::chrono::duration<double>(started.time_since_epoch()).count());
}

Metrics::~Metrics() = default;

std::string Metrics::text() {
  auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  Pages used = pages();
  state_->memory.Set(used.resident * page_bytes);
  state_->address_space.Set(used.all * page_bytes);
  state_->files.Set(open_files());
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  state_->most_files.Set(static_cast<double>(limit.rlim_cur));
  state_->cpu.Increment(cpu_seconds() - state_->cpu.Value());
  std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace web
