// How many requests a second may leave: a bucket of `burst` tokens that `qps` tokens a second fill. Who finds
// it empty waits for his token, in the order of asking.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "ports/clock.h"
#include "ports/task.h"

namespace kube {

struct Rate {
  std::int64_t qps = 200;  // LIF-270; zero or less: no limit
  std::int64_t burst = 300;
};

class Limiter {
 public:
  Limiter(ports::Clock& clock, Rate rate) : clock_(clock), rate_(rate) {}

  ports::Task<> acquire();

 private:
  ports::Clock& clock_;
  Rate rate_;
  // When the bucket is full again, if nobody takes from it; in the past while it is full.
  base::Time full_at_{};
};

}  // namespace kube
