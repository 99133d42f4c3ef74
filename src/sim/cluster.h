// The API server of the simulated cluster as a whole: the store, the admission rules of every kind,
// and what a new cluster holds from the first moment. Who acts on it (actors.h, sim_cloud.h) is
// added by those who build a cluster.
#pragma once

#include <string_view>

#include "base/random.h"
#include "model/convert.h"
#include "ports/clock.h"
#include "sim/store.h"

namespace sim {

// The version that the cluster claims to be, as in /version.
inline constexpr std::string_view kVersionMajor = "1";
inline constexpr std::string_view kVersionMinor = "32";
inline constexpr std::string_view kGitVersion = "v1.32.0";

// What the conversion of a retired kind takes where it names no subnets, security groups or role:
// the network of the simulated account.
model::ClassDefaults simulated_class_defaults();

class Cluster {
 public:
  // Requires: the clock outlives the cluster.
  Cluster(ports::Clock& clock, const base::Random& random, const StoreOptions& options = {});

  Store& store() { return store_; }

 private:
  void create_default_objects();

  Store store_;
};

}  // namespace sim
