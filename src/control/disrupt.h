// Voluntary disruption (disruption.md sections 3 to 6, 8, 16, 17): which nodes go because the
// cluster does not need them. One pass at a time chooses a command, waits, validates it against
// what has happened since, marks the nodes and only then deletes their claims.
//
// Methods run in the order of DIS-056; each is a row of the list in disrupt.cc. Candidates go by
// savings ratio, highest first, ties by node name (DIS-085).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "control/action.h"
#include "control/world.h"

namespace control {

// A node that could go (disruption.md section 4).
struct Candidate {
  engine::NodeState state;
  std::shared_ptr<const model::NodePool> pool;
  std::vector<std::shared_ptr<const model::Pod>> reschedulable;
  base::Money price;            // per hour; 0 if unknown (DIS-084)
  double disruption_cost = 1;   // DIS-082
  std::size_t buffer_pods = 0;  // virtual pods that the last pass put there (DIS-335)

  const std::string& name() const { return state.name(); }
  // DIS-083.
  bool is_empty() const { return disruption_cost <= 1; }
};

class Disrupter {
 public:
  Decision decide(World& world, base::Time now);

 private:
  struct Command {
    std::string reason;              // Empty, Drifted, Underutilized
    std::vector<std::string> nodes;  // by name, in the order of the candidates
    base::Time validate_at{};
  };
  // A command that was started: its nodes are being marked, then their claims deleted.
  struct Running {
    std::string reason;
    std::vector<std::string> claims;
  };

  base::Time next_pass(base::Duration period, base::Time now) const;
  void end_pass(base::Time now);
  void choose(World& world, base::Time now, Decision& decision);
  void validate(World& world, base::Time now, Decision& decision);
  void start(World& world, const Command& command, const std::vector<Candidate>& candidates,
             base::Time now, Decision& decision);
  void advance(World& world, base::Time now, Decision& decision);
  void restore_leftovers(World& world, base::Time now, Decision& decision);
  std::set<std::string_view> taken() const;

  std::optional<Command> pending_;
  std::vector<Running> running_;
  base::Time last_pass_{};
  std::optional<base::Time> due_;  // the pass that is waited for
  bool is_next_at_once_ = false;
};

// DIS-080: 1 + deletion cost / 2^27 + priority / 2^25, within [-10, 10].
double eviction_cost(const model::Pod& pod);

}  // namespace control
