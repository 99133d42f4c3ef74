// The ports to a simulated cluster and cloud, made restless: answers come late and overtake each
// other, requests and answers get lost, the process ends at any moment and another one begins. A
// Watchman stands at the door and judges every request by what the cluster really holds.
//
// A life is one process: a controller with its own ports. When it ends, its watches fall silent,
// its timers never fire and its requests get no answer, though what was sent may still take effect.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "control/controller.h"
#include "model/node_claim.h"
#include "model/pod.h"
#include "sim/sim_clock.h"
#include "sim/sim_cloud.h"
#include "sim/sim_kube.h"
#include "sim/store.h"

namespace control {

// How the outside behaves, in parts of a hundred.
struct Weather {
  int request_lost = 0;  // an error, and nothing was done
  int answer_lost = 0;   // an error, though it was done
  int late = 0;          // takes up to five seconds more
};

// Writes down every request that Joiner must not make.
class Watchman {
 public:
  Watchman(const sim::Store& store, const sim::SimCloud& cloud, const ports::Clock& clock)
      : store_(store), cloud_(cloud), clock_(clock) {}

  std::vector<std::string> complaints;
  std::size_t launches = 0;

  void look_at_patch(const model::Reference& reference, const base::Json& patch);
  void look_at_removal(const model::Reference& reference, bool is_forced);
  void look_at_eviction(const model::Reference& pod);
  void look_at_termination(const std::string& providerID);
  // Marks that an earlier process left behind disrupt nobody.
  void begin_life() { marked_.clear(); }
  void complain(std::string what) { complaints.push_back(std::move(what)); }

 private:
  template <class T>
  std::shared_ptr<const T> find(const std::string& name_space, const std::string& name) const;
  bool is_leaving(const std::string& node) const;
  bool is_due(const model::Pod& pod) const;
  void check_budget(const model::NodeClaim& claim);

  const sim::Store& store_;
  const sim::SimCloud& cloud_;
  const ports::Clock& clock_;
  std::set<std::string> marked_;  // UIDs of claims, by the present life
};

// Notices that the cloud has not seen acknowledged.
using Notices = std::map<std::string, ports::InstanceNotice>;

class Life final : public ports::Clock, public ports::Kube, public ports::Cloud {
 public:
  struct Place {
    boost::asio::io_context& context;
    sim::SimClock& clock;
    sim::Store& store;
    sim::SimCloud& cloud;
    Watchman& watchman;
    const Weather& weather;  // may change while the life lasts
    Notices& notices;
  };
  Life(const Place& place, const base::Random& random, Settings settings);

  void end() { is_over_ = true; }
  void deliver(const ports::InstanceNotice& notice);
  const Journal& journal() const { return journal_; }

  base::Time now() const override { return place_.clock.now(); }
  void at(base::Time when, std::move_only_function<void()> handler) override;
  ports::Task<> wait_until(base::Time when) override { return place_.clock.wait_until(when); }

  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override;
  ports::Task<base::Result<model::Object>> get(model::Reference reference) override;
  ports::Task<base::Result<model::Object>> create(model::Object object) override;
  ports::Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                                 std::string subresource,
                                                 ports::Preconditions preconditions) override;
  ports::Task<base::Result<void>> remove(model::Reference reference,
                                         ports::Preconditions preconditions,
                                         std::optional<std::int64_t> grace) override;
  ports::Task<base::Result<void>> evict(model::Reference pod, std::string uid,
                                        std::optional<std::int64_t> grace) override;

  ports::Task<base::Result<model::InstanceTypes>> instance_types(
      const model::NodePool& pool) override;
  ports::Task<base::Result<ports::Launched>> launch(const model::NodeClaim& claim) override;
  ports::Task<base::Result<void>> terminate(std::string providerID) override;
  ports::Task<base::Result<ports::Instance>> describe(std::string providerID) override;
  ports::Task<base::Result<std::vector<ports::Instance>>> list() override;
  void watch_notices(std::function<void(ports::InstanceNotice)> sink) override;
  ports::Task<base::Result<void>> acknowledge(std::string id) override;
  void mark_unavailable(const ports::OfferingKey& offering) override;

 private:
  // Travels to the other side, acts there and travels back, as the weather allows. `judge` looks at
  // the request when it is sent; no two of one key may be under way.
  template <class T>
  ports::Task<base::Result<T>> ask(std::string key, std::function<void()> judge,
                                   std::function<ports::Task<base::Result<T>>()> act);
  base::Duration delay();
  bool happens(int percent) { return random_.below(100) < static_cast<std::uint64_t>(percent); }

  Place place_;
  base::Random random_;
  sim::SimKube kube_;
  bool is_over_ = false;
  std::set<std::string> under_way_;
  std::function<void(ports::InstanceNotice)> notice_sink_;
  Journal journal_;
  Controller controller_;
};

}  // namespace control
