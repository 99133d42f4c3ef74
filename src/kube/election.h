// Which replica acts: the one that holds the Lease (LIF-286 to LIF-288).
//
// A lease that somebody else holds is taken over when it has not changed for its duration, by our own clock
// from the moment at which we saw it: the clocks of others are not trusted. The holder counts itself as the
// holder only until the renew deadline after the *start* of its last good renewal, which is earlier than
// anybody may take over; so two never act at once, however long an answer takes.
#pragma once

#include <functional>
#include <string>

#include "base/random.h"
#include "kube/api_client.h"
#include "ports/clock.h"
#include "ports/task.h"

namespace kube {

struct ElectionOptions {
  std::string name = "karpenter-leader-election";
  std::string namespace_;
  std::string identity;  // "<hostname>_<uuid>"
  std::chrono::seconds lease_duration{15};
  std::chrono::seconds renew_deadline{10};
  std::chrono::seconds retry_period{2};
};

class Election {
 public:
  // `report` hears of failed tries and of who leads. Requires: client and clock outlive this.
  Election(ApiClient& client, ports::Clock& clock, base::Random random, ElectionOptions options,
           std::function<void(const std::string&)> report);

  // Returns when the lease is held.
  ports::Task<> win();
  // Renews; returns when it is lost. Requires: win() returned.
  ports::Task<> keep();
  // Gives the lease back, so that another replica need not wait for its end, and never takes it again.
  ports::Task<> release();

  // True while nobody else can hold the lease. Asked before every write.
  bool holds() const;

 private:
  ports::Task<base::Result<void>> try_once();
  ports::Task<base::Result<void>> write(const base::Json& lease, bool exists);
  base::Json record(const base::Json& before, bool takes_over) const;
  ports::Task<> pause();

  ApiClient& client_;
  ports::Clock& clock_;
  base::Random random_;
  ElectionOptions options_;
  std::function<void(const std::string&)> report_;
  std::string seen_version_;  // of the lease as it was last seen, and since when
  base::Time seen_at_{};
  std::string seen_holder_;
  bool is_ours_ = false;
  bool is_leaving_ = false;
  base::Time renewed_at_{};
};

}  // namespace kube
