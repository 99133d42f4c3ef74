// The port to Kubernetes on the simulated cluster: the store behind a network with small latencies,
// drawn from a seeded stream on the virtual clock.
//
// A request travels to the server, takes effect there at one moment, and its answer travels back:
// 1 to 5 ms together, so requests that are under way at the same time may overtake each other. What
// a watch delivers arrives 1 to 3 ms after the change, and never out of order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "ports/clock.h"
#include "ports/kube.h"
#include "sim/store.h"

namespace sim {

class SimKube final : public ports::Kube {
 public:
  // Requires: store and clock outlive this and all that was asked of it.
  SimKube(Store& store, ports::Clock& clock, const base::Random& random);
  ~SimKube() override;

  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override;
  // Ends every watch, for a client that is no more.
  void end_watches() { streams_.clear(); }
  ports::Task<base::Result<model::Object>> get(model::Reference reference) override;
  ports::Task<base::Result<model::Object>> create(model::Object object) override;
  ports::Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                                 std::string subresource,
                                                 ports::Preconditions preconditions) override;
  ports::Task<base::Result<void>> remove(model::Reference reference,
                                         ports::Preconditions preconditions,
                                         std::optional<std::int64_t> grace_period_seconds) override;
  ports::Task<base::Result<void>> evict(model::Reference pod, std::string uid,
                                        std::optional<std::int64_t> grace_period_seconds) override;

 private:
  struct Stream;

  ports::Task<> travel();
  // The object as it stands, or why it is not the one that is meant.
  base::Result<StoredPtr> find(const model::Reference& reference,
                               const ports::Preconditions& preconditions) const;

  Store& store_;
  ports::Clock& clock_;
  base::Random random_;
  base::Random request_random_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

}  // namespace sim
