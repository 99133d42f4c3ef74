// The embedded cluster with the controller in it, all in one process and one thread: the simulated
// API server's store, the actors of a cluster, a cloud on the EC2 catalogue, and the very same
// controller that runs on real clusters.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "control/controller.h"
#include "control/journal.h"
#include "sim/actors.h"
#include "sim/class_actor.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"
#include "sim/sim_cloud.h"
#include "sim/sim_kube.h"

namespace app {

struct EmbeddedOptions {
  std::string region = "us-east-1";
  std::uint64_t seed = 1;
  base::Time start{};
  std::function<void(const std::string&)> warn;  // what the cluster has to say to people
  control::Settings settings{};
};

class Embedded {
 public:
  // Errors: the region is not in the catalogue.
  static base::Result<std::unique_ptr<Embedded>> make(const EmbeddedOptions& options);
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;

  boost::asio::io_context& context() { return context_; }
  sim::SimClock& clock() { return clock_; }
  sim::Store& store() { return cluster_.store(); }
  sim::SimCloud& cloud() { return cloud_; }
  control::Journal& journal() { return journal_; }
  control::Controller& controller() { return controller_; }

  // A ready node that is not Joiner's. Requires: the type is in the catalogue.
  void add_node(const std::string& name, std::string_view instance_type, std::string_view zone);

  // The nodes and workloads that a walk begins with: "000" to "003".
  void set_scene(std::string_view name);

 private:
  Embedded(const EmbeddedOptions& options, model::InstanceTypes types,
           std::vector<catalog::Zone> zones);

  boost::asio::io_context context_;
  sim::SimClock clock_;
  base::Random random_;
  model::InstanceTypes types_;
  sim::Cluster cluster_;
  sim::SimCloud cloud_;
  sim::Actors actors_;
  sim::ClassActor class_actor_;
  sim::SimKube kube_;
  control::Journal journal_;
  control::Controller controller_;
};

}  // namespace app
