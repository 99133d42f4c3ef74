// The only part of control that touches the outside: performs actions through the ports, takes what
// they answer into the world, and says what came of it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <vector>

#include "control/action.h"
#include "control/journal.h"
#include "control/recorder.h"
#include "control/world.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/kube.h"
#include "ports/registration_hook.h"

namespace control {

// The outside as control reaches it. All of it outlives control.
struct Ports {
  boost::asio::any_io_executor executor;
  ports::Clock& clock;
  ports::Kube& kube;
  ports::Cloud& cloud;
  std::vector<ports::RegistrationHook*> hooks{};  // in the order in which conditions name them
};

class Performer {
 public:
  // `finished` is called after each action, when its outcome is in the world.
  Performer(Ports ports, World& world, Journal& journal, std::function<void()> finished);

  // Starts the action, unless one of its key is under way or must rest (then the time at which it
  // may be tried is returned).
  std::optional<base::Time> start(Action action);

  void log(const LogLine& line);
  void publish(const Notice& notice);
  void add(const Count& count) { metrics_.add(count); }
  void set(const Gauge& gauge) { metrics_.set(gauge); }
  void observe(const Observation& observation) { metrics_.observe(observation); }
  const Metrics& metrics() const { return metrics_; }

 private:
  ports::Task<> perform(Action action);
  ports::Task<base::Result<void>> run(Action& action);

  ports::Task<base::Result<void>> run(Action& action, CreateClaim& work);
  ports::Task<base::Result<void>> run(Action& action, LaunchInstance& work);
  ports::Task<base::Result<void>> run(Action& action, PatchObject& work);
  ports::Task<base::Result<void>> run(Action& action, DeleteObject& work);
  ports::Task<base::Result<void>> run(Action& action, EvictPod& work);
  ports::Task<base::Result<void>> run(Action& action, TerminateInstance& work);
  ports::Task<base::Result<void>> run(Action& action, DescribeInstance& work);
  void take_types(FetchedTypes& fetched, model::InstanceTypes types) const;
  ports::Task<base::Result<void>> run(Action& action, FetchInstanceTypes& work);
  ports::Task<base::Result<void>> run(Action& action, ListInstances& work);
  ports::Task<base::Result<void>> run(Action& action, MarkUnavailable& work);
  ports::Task<base::Result<void>> run(Action& action, AskHook& work);
  ports::Task<base::Result<void>> run(Action& action, AcknowledgeNotice& work);
  ports::Task<base::Result<void>> run(Action& action, OverlayTypes& work);

  void conclude(const Action& action);
  base::Result<void> unless_gone(Action& action, const base::Error& error);
  void note_failure(const Action& action, const base::Error& error);

  Ports ports_;
  World& world_;
  Journal& journal_;
  Recorder recorder_;
  Metrics metrics_;
  std::function<void()> finished_;
};

}  // namespace control
