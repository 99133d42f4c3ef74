#include "kube/limiter.h"

#include <algorithm>
#include <chrono>

namespace kube {

ports::Task<> Limiter::acquire() {
  if (rate_.qps <= 0) co_return;
  base::Duration interval = base::Duration(std::chrono::seconds(1)) / rate_.qps;
  base::Time now = clock_.now();
  full_at_ = std::max(full_at_, now) + interval;
  base::Time allowed = full_at_ - interval * std::max<std::int64_t>(rate_.burst, 1);
  if (allowed > now) co_await clock_.wait_until(allowed);
}

}  // namespace kube
