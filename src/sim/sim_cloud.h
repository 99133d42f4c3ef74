// A cloud in memory that sells the types of a catalogue: instances start, join, end and cost money
// in virtual time. It stands for EC2 with one VPC that has a subnet in each zone (account.h).
//
// A launch takes the cheapest offering that fits: on spot if the claim allows it and a spot offering
// is available, else on-demand (AWL-173); by price, then name of the type, then zone. An offering
// whose pool has run dry is passed over, and counts as unavailable for three minutes (AWL-123), also
// in what instance_types() answers. There is no second try on the other capacity type within one
// call (AWL-174).
//
// How long things take is drawn evenly between two bounds, from the seed and the number of the
// launch alone, so that one launch more or less does not change the others. Bad weather
// (sim_cloud_weather.h) is off unless the options ask for it. The cloud must outlive the run of its
// clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/random.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "sim/account.h"
#include "sim/sim_cloud_notices.h"
#include "sim/sim_cloud_weather.h"

namespace sim {

struct RunningInstance {
  std::string providerID;   // aws:///us-east-1a/i-0123456789abcdef0
  std::string instance_id;  // i-0123456789abcdef0
  std::string host_name;    // ip-192-168-12-34.ec2.internal
  std::string ip;
  std::string zone;
  std::shared_ptr<const model::InstanceType> type;
  std::string capacity_type;
  base::Money price;  // per hour
  std::string nodeclaim;
  std::string nodepool;
  base::Time launched_at{};
  base::Time joins_at{};  // when the kubelet creates the Node; in a year if it never does
  base::Time ready_at{};  // when the Node becomes Ready; likewise
  bool terminating = false;
  bool terminated = false;
};

struct SimCloudOptions {
  Range launch{std::chrono::milliseconds(1500), std::chrono::milliseconds(2500)};  // of the call
  Range boot{std::chrono::seconds(30), std::chrono::seconds(45)};                  // launch to join
  Range settle{std::chrono::seconds(5), std::chrono::seconds(10)};                 // join to Ready
  Range termination{std::chrono::seconds(5), std::chrono::seconds(20)};  // until it is gone
  WeatherOptions weather;
  bool record_calls = false;
};

class SimCloud final : public ports::Cloud {
 public:
  SimCloud(ports::Clock& clock, model::InstanceTypes types, std::uint64_t seed,
           const SimCloudOptions& options = {});

  ports::Task<base::Result<model::InstanceTypes>> instance_types(
      const model::NodePool& pool) override;
  // The UID stays known after its instance is gone: no second one is launched for it.
  ports::Task<base::Result<ports::Launched>> launch(const model::NodeClaim& claim) override;
  ports::Task<base::Result<void>> terminate(std::string providerID) override;
  ports::Task<base::Result<ports::Instance>> describe(std::string providerID) override;
  ports::Task<base::Result<std::vector<ports::Instance>>> list() override;
  // May be called again, by the next process: the last watcher is the one that is told.
  void watch_notices(std::function<void(ports::InstanceNotice)> sink) override;
  ports::Task<base::Result<void>> acknowledge(std::string id) override;
  void mark_unavailable(const ports::OfferingKey& offering) override;
  void overlay_types(const std::string& nodepool, const model::InstanceTypes& types) override;

  // Called as soon as an instance is launched, before the call has answered.
  using Listener = std::function<void(const RunningInstance&)>;
  void on_launch(Listener listener) { launch_listeners_.push_back(std::move(listener)); }
  // Called at joins_at of an instance that is not being terminated.
  void on_join(Listener listener) { join_listeners_.push_back(std::move(listener)); }
  // Called when an instance is gone, whether it ever joined or not.
  void on_gone(Listener listener) { gone_listeners_.push_back(std::move(listener)); }

  // What a launch adds to the annotations of its claim.
  using Annotate = std::function<model::Labels(const model::NodeClaim&)>;
  void annotate_launches(Annotate annotate) { annotate_ = std::move(annotate); }

  // Every instance that is not gone, by providerID.
  std::vector<RunningInstance> running() const;

  // What all instances have cost until now: each from its launch until its termination was asked
  // for, to the nanosecond.
  base::Money cost_so_far() const;
  // What the instances that run now cost per hour.
  base::Money hourly_cost() const;

  // From now on the weather is fine: what is running runs on.
  void clear_up() { weather_.clear_up(); }
  // Whether an instance of that offering could be launched now.
  bool has_room(const model::InstanceType& type, const model::Offering& offering) const;
  const model::InstanceTypes& catalogue() const { return types_; }

  std::size_t interruptions() const { return interruptions_; }  // so far

  // Gives notice that the instance is taken back, and does so two minutes later.
  void interrupt(const std::string& providerID);

  // For tests and scenarios. An empty member of a pool stands for any value.
  void exhaust(Pool pool) { exhausted_.push_back(std::move(pool)); }
  void restock() { exhausted_.clear(); }
  void fail_next_launch(base::Error error) { next_launch_error_ = std::move(error); }

  struct Call {
    base::Time at{};
    std::string method;
    std::string argument;  // the claim's or pool's name, the providerID
  };
  const std::vector<Call>& calls() const { return calls_; }  // if options.record_calls

 private:
  struct Record {
    RunningInstance instance;
    std::string uid;  // of the claim
    ports::Launched answer;
    base::Time answers_at{};
    base::Duration termination{};
    std::uint32_t address = 0;
    base::Time visible_at{};
    base::Duration ending_visible{};
    base::Time ending_visible_at = base::Time::max();
  };
  struct Candidate {
    std::shared_ptr<const model::InstanceType> type;
    const model::Offering* offering = nullptr;
  };

  base::Duration draw(base::Random& random, const Range& range);
  void note_call(std::string_view method, std::string_view argument);

  const model::InstanceTypes& present_types();
  std::shared_ptr<const model::InstanceType> overlaid(
      const std::string& nodepool, const std::shared_ptr<const model::InstanceType>& type) const;
  base::Money price_of(const Candidate& candidate) const;
  std::vector<Candidate> candidates(const model::NodeClaim& claim);
  base::Result<Candidate> choose(const model::NodeClaim& claim);
  bool is_exhausted(const Pool& pool) const;

  base::Result<Record*> start(const model::NodeClaim& claim);
  void plan(const Record& record, const Fate& fate);
  void advise(const std::string& providerID);
  void terminate_now(Record& record);
  void reclaim(const std::string& providerID);
  std::optional<ports::Instance> as_shown(const Record& record) const;
  std::optional<std::uint32_t> take_address(base::Random& random);
  ports::Launched answer_for(const RunningInstance& instance, const Candidate& chosen,
                             const model::NodeClaim& claim) const;
  void join(const std::string& providerID);
  void end(const std::string& providerID);

  ports::Clock& clock_;
  const model::InstanceTypes types_;
  const base::Random random_;  // only forked
  const SimCloudOptions options_;
  const std::vector<Image> images_;
  Weather weather_;
  NoticeQueue notices_;

  std::map<std::string, Record> records_;          // by providerID
  std::map<std::string, Record> gone_;             // those that are still shown
  std::map<std::string, std::string> by_uid_;      // claim UID to providerID
  std::map<std::string, ports::Launched> closed_;  // answers for claim UIDs of instances now gone
  std::map<Pool, std::int64_t> running_in_;        // instances, terminating ones too
  std::map<std::string, std::int64_t> vcpus_of_;   // of them, by capacity type
  std::set<std::uint32_t> addresses_;              // in use
  std::uint64_t launches_ = 0;                     // so far
  std::map<Pool, base::Time> unavailable_until_;
  std::optional<model::InstanceTypes> marked_types_;  // types_ with those marks; empty: not built
  // By NodePool, then name of the type; only those that differ from the catalogue's.
  std::map<std::string, std::map<std::string, std::shared_ptr<const model::InstanceType>>>
      overlaid_;
  base::Money ended_cost_;
  std::size_t interruptions_ = 0;

  std::vector<Pool> exhausted_;
  std::optional<base::Error> next_launch_error_;
  std::vector<Call> calls_;
  Annotate annotate_;
  std::vector<Listener> launch_listeners_;
  std::vector<Listener> join_listeners_;
  std::vector<Listener> gone_listeners_;
};

}  // namespace sim
