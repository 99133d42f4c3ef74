// The ports of one Life, with faults in them. They wrap ports that work:
//
//   call.slow           it takes longer, by 0.1 to 20 s
//   call.fails_before   it fails and has no effect
//   call.fails_after    it takes effect, but the answer is lost
//   call.conflict       (kube.patch, kube.remove) as if somebody else had written meanwhile
//   call.throttled      (kube.evict) as if a budget forbade it;  call.no_capacity (cloud.launch)
//   watch.*.late        what is on its way arrives later, by up to 30 s, in order
//   watch.*.lost        the connection breaks; after up to 30 s everything is listed again
//   watch.*.repeated    an event arrives twice
//   notices.lost, .repeated   a notice does not arrive this time, or twice
//   crash.*             the Life ends before or after the call, or before a look at the clock
//
// with call as "kube.get" … or "cloud.launch" …, and the kind in place of the star. A broken watch
// keeps the promise of ports/kube.h: states in between may be missed, the last one and removals not.
//
// They outlive the Life, since calls that were under way when it ended still refer to them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/kube.h"
#include "sim/faults.h"

namespace sim {

// Where calls pass on their way out and back.
class Gate {
 public:
  Gate(ports::Clock& clock, Faults& faults, Life& life)
      : clock_(clock), faults_(faults), life_(life) {}

  // special: an error that only some calls have ("conflict"), or none.
  template <class T>
  ports::Task<base::Result<T>> pass(std::string name, ports::Task<base::Result<T>> call,
                                    std::optional<base::Error> special = std::nullopt);
  // Before something that the controller does by itself. False: the Life is over.
  bool step(std::string_view name);

  // Never comes back; whoever waits is unwound by the event loop.
  static ports::Task<> never();

  ports::Clock& clock() { return clock_; }
  Faults& faults() { return faults_; }
  Life& life() { return life_; }

 private:
  ports::Task<std::optional<base::Error>> enter(const std::string& name,
                                                const std::optional<base::Error>& special);
  ports::Task<std::optional<base::Error>> leave(const std::string& name);

  ports::Clock& clock_;
  Faults& faults_;
  Life& life_;
};

class FaultyClock final : public ports::Clock {
 public:
  FaultyClock(ports::Clock& clock, Gate gate) : clock_(clock), gate_(gate) {}

  base::Time now() const override { return clock_.now(); }
  void at(base::Time when, std::move_only_function<void()> handler) override;
  ports::Task<> wait_until(base::Time when) override;

 private:
  ports::Clock& clock_;
  Gate gate_;
};

class FaultyKube final : public ports::Kube {
 public:
  FaultyKube(ports::Kube& kube, Gate gate);
  ~FaultyKube() override;

  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override;
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
  class Stream;

  ports::Kube& kube_;
  Gate gate_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

class FaultyCloud final : public ports::Cloud {
 public:
  FaultyCloud(ports::Cloud& cloud, Gate gate) : cloud_(cloud), gate_(gate) {}

  ports::Task<base::Result<model::InstanceTypes>> instance_types(
      const model::NodePool& pool) override;
  ports::Task<base::Result<ports::Launched>> launch(const model::NodeClaim& claim) override;
  ports::Task<base::Result<void>> terminate(std::string providerID) override;
  ports::Task<base::Result<ports::Instance>> describe(std::string providerID) override;
  ports::Task<base::Result<std::vector<ports::Instance>>> list() override;
  void watch_notices(std::function<void(ports::InstanceNotice)> sink) override;
  ports::Task<base::Result<void>> acknowledge(std::string id) override;
  void mark_unavailable(const ports::OfferingKey& offering) override;
  void overlay_types(const std::string& nodepool, const model::InstanceTypes& types) override;

 private:
  ports::Cloud& cloud_;
  Gate gate_;
};

}  // namespace sim
