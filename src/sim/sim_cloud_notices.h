// The queue of notices about instances, as a cloud's message queue behaves: a notice is delivered
// 50 to 500 ms after it came, again 30 s after a delivery that was not acknowledged, and dropped
// after 5 min (AWC-306). Whoever watches last gets what is there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "ports/clock.h"
#include "ports/cloud.h"

namespace sim {

class NoticeQueue {
 public:
  NoticeQueue(ports::Clock& clock, const base::Random& random)
      : clock_(clock), random_(random.fork("notices")) {}

  void add(ports::InstanceNotice::Kind kind, const std::string& instance_id);
  void watch(std::function<void(ports::InstanceNotice)> sink);
  void acknowledge(const std::string& id);

 private:
  void deliver_later(std::uint64_t number, base::Duration delay);
  void deliver(std::uint64_t number);

  ports::Clock& clock_;
  base::Random random_;
  std::map<std::uint64_t, ports::InstanceNotice> notices_;  // in the order in which they came
  std::uint64_t last_number_ = 0;
  std::function<void(ports::InstanceNotice)> sink_;
  std::uint64_t watchers_ = 0;  // so far; deliveries for an earlier one are void
};

}  // namespace sim
