#include "app/simulate_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <map>

#include "app/manifests.h"
#include "base/check.h"
#include "catalog/ec2.h"
#include "control/controller.h"
#include "sim/actors.h"
#include "sim/class_actor.h"
#include "sim/cluster.h"
#include "sim/faults_ports.h"
#include "sim/scenario_workload.h"
#include "sim/sim_clock.h"
#include "sim/sim_kube.h"

namespace app {
namespace {

// Runs begin on a date of their own, so that two runs of one seed are the same to the byte.
base::Time run_start() { return std::chrono::sys_days(std::chrono::January / 1 / 2026); }

constexpr sim::Range kAway{std::chrono::seconds(1), std::chrono::seconds(60)};

// How long pods wait for their node.
class Waits {
 public:
  Waits(sim::Store& store, ports::Clock& clock) {
    watch_ = sim::follow(store, model::Kind::Pod, [this, &clock](const sim::WatchEvent& event) {
      const auto& pod = event.object->object.as<model::Pod>();
      bool is_gone = event.type == sim::WatchEvent::Type::deleted;
      if (!is_gone && pod.spec->nodeName.empty()) {
        since_.emplace(pod.metadata.uid, clock.now());
        return;
      }
      auto waiting = since_.find(pod.metadata.uid);
      if (waiting == since_.end()) return;
      if (!is_gone) {
        ++bound_;
        longest_ = std::max(longest_, clock.now() - waiting->second);
      }
      since_.erase(waiting);
    });
  }

  std::size_t bound() const { return bound_; }
  base::Duration longest() const { return longest_; }

 private:
  std::map<std::string, base::Time> since_;
  std::size_t bound_ = 0;
  base::Duration longest_{};
  std::shared_ptr<void> watch_;
};

class Run {
 public:
  Run(const sim::Scenario& scenario, model::InstanceTypes types, std::vector<catalog::Zone> zones,
      const RunOptions& options)
      : scenario_(scenario),
        options_(options),
        random_(options.seed),
        clock_(context_, run_start()),
        cluster_(clock_, random_.fork("cluster")),
        cloud_(clock_, std::move(types), options.seed, sim::cloud_options(scenario)),
        checkers_(cluster_.store(), cloud_, clock_),
        actors_(cluster_.store(), clock_, random_.fork("actors")),
        class_actor_(cluster_.store(), clock_, std::move(zones),
                     [](const std::string&, const std::string&) {}),
        faults_(random_, sim::fault_chances(scenario)),
        workload_(cluster_.store(), clock_, random_, scenario),
        waits_(cluster_.store(), clock_),
        restarts_(random_.fork("restarts")) {
    actors_.serve(cloud_);
    class_actor_.serve(cloud_);
    cloud_.on_launch([this](const sim::RunningInstance&) { ++machines_; });
    if (options_.journal) journal_.add_sink(options_.journal);
  }

  base::Result<RunResult> run() {
    base::Result<Applied> applied = apply_manifests(cluster_.store(), scenario_.manifests);
    if (!applied) return std::unexpected(std::move(applied.error()));
    if (base::Result<void> begun = workload_.begin(); !begun) {
      return std::unexpected(std::move(begun.error()));
    }
    clock_.at(run_start() + scenario_.lasts.value, [this] {
      workload_.rest();
      faults_.calm();
      cloud_.clear_up();
    });
    clock_.at(run_start() + scenario_.lasts.value + scenario_.calm.value, [this] {
      checkers_.check_in_the_end();
      clock_.stop();
    });
    begin_life();
    clock_.run(std::nullopt);
    return result();
  }

 private:
  // A process of the controller, and all that stands between it and the world.
  struct Process {
    explicit Process(Run& run)
        : gate(run.clock_, run.faults_, life),
          clock(run.clock_, gate),
          kube(run.cluster_.store(), run.clock_,
               run.random_.fork(fmt::format("kube {}", run.processes_.size()))),
          seen_kube(kube, run.checkers_),
          seen_cloud(run.cloud_, run.checkers_),
          faulty_kube(seen_kube, gate),
          faulty_cloud(seen_cloud, gate) {
      const Planted& planted = run.options_.planted;
      if (planted.kube) planted_kube = planted.kube(faulty_kube);
      if (planted.cloud) planted_cloud = planted.cloud(faulty_cloud);
      control::Ports ports{run.context_.get_executor(), clock,
                           planted_kube ? *planted_kube : faulty_kube,
                           planted_cloud ? *planted_cloud : faulty_cloud};
      controller = std::make_unique<control::Controller>(ports, control::Settings{}, run.journal_);
    }

    sim::Life life;
    sim::Gate gate;
    sim::FaultyClock clock;
    sim::SimKube kube;
    sim::WitnessKube seen_kube;
    sim::WitnessCloud seen_cloud;
    sim::FaultyKube faulty_kube;
    sim::FaultyCloud faulty_cloud;
    std::unique_ptr<ports::Kube> planted_kube;
    std::unique_ptr<ports::Cloud> planted_cloud;
    std::unique_ptr<control::Controller> controller;
  };

  // Processes stay after their crash, without their controller: calls under way refer to them.
  void begin_life() {
    processes_.push_back(std::make_unique<Process>(*this));
    Process& process = *processes_.back();
    process.life.on_crash = [this, &process] {
      ++crashes_;
      journal_.write({clock_.now(), "log", "crashed", nullptr});
      clock_.at(clock_.now(), [&process] {
        process.controller.reset();
        process.kube.end_watches();
      });
      base::Duration away(restarts_.between(kAway.least.count(), kAway.most.count()));
      clock_.at(clock_.now() + away, [this] { begin_life(); });
    };
    process.controller->start();
  }

  RunResult result() {
    RunResult result;
    result.seed = options_.seed;
    result.violations = checkers_.violations();
    result.faults = faults_.report();
    result.faults_struck = faults_.count();
    result.crashes = crashes_;
    result.machines = machines_;
    result.interruptions = cloud_.interruptions();
    result.pods = waits_.bound();
    result.longest_wait = waits_.longest();
    result.cost = cloud_.cost_so_far();
    result.start = run_start();
    result.simulated = clock_.now() - run_start();
    result.journal_lines = journal_.lines();
    result.journal_hash = journal_.hash();
    return result;
  }

  const sim::Scenario& scenario_;
  const RunOptions& options_;
  base::Random random_;
  boost::asio::io_context context_;
  sim::SimClock clock_;
  sim::Cluster cluster_;
  sim::SimCloud cloud_;
  sim::Checkers checkers_;
  sim::Actors actors_;
  sim::ClassActor class_actor_;
  sim::Faults faults_;
  sim::Workload workload_;
  Waits waits_;
  base::Random restarts_;
  control::Journal journal_;
  std::size_t crashes_ = 0;
  std::size_t machines_ = 0;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace

base::Result<RunResult> run_scenario(const sim::Scenario& scenario,
                                     const model::InstanceTypes& catalogue,
                                     const RunOptions& options) {
  base::Result<model::InstanceTypes> types = sim::types_of(scenario, catalogue);
  if (!types) return std::unexpected(std::move(types.error()));
  base::Result<std::vector<catalog::Zone>> zones = catalog::ec2_zones();
  if (!zones) return std::unexpected(std::move(zones.error()));
  return Run(scenario, std::move(*types), std::move(*zones), options).run();
}

}  // namespace app
