// What /metrics serves, in Prometheus' text format: the process's own figures (LIF-313, LIF-314).
#pragma once

#include <memory>
#include <string>

#include "base/time.h"

namespace web {

class Metrics {
 public:
  // The labels of karpenter_build_info.
  struct Build {
    std::string version;
    std::string compiler;  // stands where Karpenter names its Go version
    std::string architecture;
    std::string commit;
  };

  // `started`: when the process began.
  Metrics(const Build& build, base::Time started);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The figures as they are now. Families come in the order of their names.
  std::string text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace web
