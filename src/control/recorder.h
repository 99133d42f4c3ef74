// Kubernetes events of Joiner: which are worth publishing (lifecycle.md section 12.1). One that was
// said a short while ago is not said again, and nominations share a rate.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "control/action.h"
#include "model/cluster.h"

namespace control {

class Recorder {
 public:
  // The event to create, or nullopt if it is dropped (LIF-367, LIF-368). The limiter is asked
  // first, so that a dropped event does not count as said.
  std::optional<model::Event> record(const Notice& notice, base::Time now);

 private:
  bool is_repeated(const Notice& notice, base::Time now) const;
  bool take_token(base::Time now);

  std::map<std::string, base::Time, std::less<>> said_until_;
  std::size_t sweep_at_ = 0;            // old keys are dropped when so many have gathered
  std::int64_t tokens_milli_ = 10'000;  // a token is 1000; the bucket holds 10
  base::Time filled_at_{};
  std::uint64_t count_ = 0;
};

}  // namespace control
