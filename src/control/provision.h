// The provisioning loop (scheduling.md sections 3, 4, 21 and 23): triggers open a batching window;
// when it closes, one pass reads the instance types, plans all waiting pods at once and creates the
// NodeClaims. Passes never overlap (SCH-017) and nothing is carried from one to the next (SCH-018).
//
//   idle ──trigger──▶ window ──closed──▶ fetching ──types known──▶ creating ──all answered──▶ idle
//
// A window that closes while a claim still waits for its launch is held until the cluster state is
// synced (SCH-019), so that no pod is planned twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/action.h"
#include "control/world.h"
#include "engine/pack.h"

namespace control {

class Provisioner {
 public:
  Decision decide(World& world, base::Time now);

 private:
  enum class Phase { idle, window, fetching, creating };

  void collect_triggers(World& world, base::Time now, Decision& decision);
  void trigger(const std::string& uid, const std::map<std::string, base::Time, std::less<>>& before,
               base::Duration period, base::Time now);
  base::Time window_end(const Settings& settings) const;
  void tell_preferences(const engine::Snapshot& snapshot, base::Time now, Decision& decision);
  void start_pass(const World& world, Decision& decision);
  bool types_arrived(const World& world, base::Time now) const;
  void plan(World& world, base::Time now, Decision& decision);

  Phase phase_ = Phase::idle;
  std::map<std::string, base::Time, std::less<>> triggered_;  // uid → when last
  std::uint64_t demand_seen_ = 0;
  std::optional<base::Time> next_trigger_;
  std::set<std::string, std::less<>> batch_;  // SCH-015
  base::Time opened_at_{};
  base::Time last_new_at_{};
  std::vector<std::string> fetching_;  // pools of this pass
  base::Time fetch_began_{};
  std::uint64_t pass_ = 0;
  std::map<std::string, base::Time, std::less<>> preferences_told_;  // by UID of pod
};

// SCH-089: NodePools that take part in provisioning, by name.
std::vector<std::shared_ptr<const model::NodePool>> participating_pools(const World& world);

// Everything a plan depends on: ready pools with their types, nodes that stay, daemons, and the
// given pods.
engine::Snapshot snapshot_of(const World& world,
                             std::vector<std::shared_ptr<const model::Pod>> pods);

// LIF-247: capacity of each NodePool's nodes that are not being deleted, `nodes` included.
std::map<std::string, model::ResourceList, std::less<>> usage_by_pool(const World& world);

// The first limit that the usage already exceeds, as "cpu resource usage of 12 exceeds limit of
// 10", or "" (SCH-132, API-082).
std::string exceeded_limit(const model::NodePool& pool, const model::ResourceList& usage);

}  // namespace control
