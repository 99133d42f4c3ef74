// The loop that places pods (scheduling.md section 13): each pod in turn is tried on existing
// nodes, then on open claims, then on templates; the first that accepts wins. A pod that finds no
// place gives up its wishes one by one, and at last goes back to the end of the queue, since a pod
// placed later may make a place for it.
//
// The outcome is that of trying every bin in order. What is left out is only what cannot accept:
// bins below a branch of the tree that has no room or only refused classes (SCH-357), and attempts
// in which nothing would be different from the last one (SCH-362).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/bin_tree.h"
#include "engine/claims.h"
#include "engine/fit.h"
#include "engine/pack.h"
#include "engine/problem.h"
#include "engine/retries.h"
#include "engine/ways.h"

namespace engine {

// The pods in the order of SCH-135: cpu, memory (both descending), creation, UID.
std::vector<std::size_t> queue_order(Problem& problem, std::vector<std::size_t> pods);

class Solve {
 public:
  explicit Solve(Problem& problem);

  // Places what can be placed. Returns false if `stop` ended it early (SCH-144).
  bool run(const std::vector<std::size_t>& pods, const std::function<bool()>& stop);

  Claims& claims() { return claims_; }

  // Pods that were tried and have no place, in the order of the queue.
  struct Failed {
    std::size_t pod = 0;
    std::size_t placeholder = 0;  // the one that the last try began with (SCH-159)
  };
  const std::vector<Failed>& failed() const { return failed_; }

  // What pods that have a place gave up for it, in the order of the queue.
  std::vector<Relaxed>& relaxed() { return relaxed_; }

 private:
  enum class Outcome { placed, no_place, must_wait, stopped };  // must wait: for a reservation

  // The ways of the present candidate for each class of a tree, found when first asked for.
  class ClassWays {
   public:
    explicit ClassWays(const BinClasses& classes) : classes_(classes) {}

    void forget();
    const Ways& of(ClassId id, WayFinder& finder, const Candidate& candidate,
                   const Topology::View& view, Need& need);

   private:
    struct Entry {
      std::uint64_t round = 0;
      Ways ways;
    };

    const BinClasses& classes_;
    std::uint64_t round_ = 0;
    std::vector<Entry> entries_;                      // per class
    std::array<std::uint32_t, 64> refused_on_bit_{};  // in this round
  };

  Outcome attempt(std::size_t pod, const std::function<bool()>& stop);
  void skip(const Shape& shape);
  Outcome place(std::size_t pod, const Candidate& candidate);
  bool place_on_node(std::size_t pod, const Candidate& candidate);
  bool place_on_claim(std::size_t pod, const Candidate& candidate);
  Outcome open_claim(std::size_t pod, const Candidate& candidate);
  void join(ExistingNode& node, std::size_t pod, const Candidate& candidate, StateId state);
  void join(Claim& claim, std::size_t pod, const Candidate& candidate, Narrowed narrowed);
  Need need_of(const Candidate& candidate) const;
  Summary summary_of(const ExistingNode& node) const;
  Summary summary_of(Claim& claim) const;

  Problem& problem_;
  WayFinder finder_;
  Claims claims_;
  BinTree nodes_;
  ClassWays node_ways_;
  ClassWays claim_ways_;
  Topology::View view_;
  Retries retries_;
  std::size_t next_placeholder_ = 1;
  std::size_t last_first_placeholder_ = 1;
  std::vector<Failed> failed_;
  std::vector<Relaxed> relaxed_;
};

}  // namespace engine
