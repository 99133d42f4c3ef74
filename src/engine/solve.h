// The loop that places pods (scheduling.md section 13): each pod in turn is tried on existing
// nodes, then on open claims, then on templates; the first that accepts wins. A pod that finds no
// place gives up its wishes one by one, and at last goes back to the end of the queue, since a pod
// placed later may make a place for it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "engine/claims.h"
#include "engine/fit.h"
#include "engine/problem.h"

namespace engine {

// The pods in the order of SCH-135: cpu, memory (both descending), creation, UID.
std::vector<std::size_t> queue_order(Problem& problem, std::vector<std::size_t> pods);

class Solve {
 public:
  explicit Solve(Problem& problem) : problem_(problem) {}

  // Places what can be placed. Returns false if `stop` ended it early (SCH-144).
  bool run(const std::vector<std::size_t>& pods, const std::function<bool()>& stop);

  Claims& claims() { return claims_; }

  // Pods that were tried and have no place, in the order of the queue.
  struct Failed {
    std::size_t pod = 0;
    std::size_t next_host = 0;  // the placeholder that the last try began with (SCH-159)
  };
  const std::vector<Failed>& failed() const { return failed_; }

 private:
  enum class Outcome { placed, no_place, stopped };

  Outcome attempt(std::size_t pod, const std::function<bool()>& stop);
  bool place(std::size_t pod, const Candidate& candidate);
  bool place_on_node(std::size_t pod, const Candidate& candidate);
  bool place_on_claim(std::size_t pod, const Candidate& candidate);
  bool open_claim(std::size_t pod, const Candidate& candidate);
  void join(Claim& claim, std::size_t pod, const Candidate& candidate, Narrowed narrowed);

  Problem& problem_;
  Claims claims_;
  std::size_t next_host_ = 1;
  std::size_t last_first_host_ = 1;
  std::vector<Failed> failed_;
};

}  // namespace engine
