// Which pods need not be tried again, because nothing changed on which their last failure depended
// (SCH-362). Pods of one shape fail alike, so what is known of one holds for all.
//
// A failure rests on
//   counts  if topology left the pod no domain at all, in whatever form: only more pods in one of
//           its groups can help;
//   bins    if every template refuses it for good, by taints, labels, room or limits: then no claim
//           will be opened for it, and claims that others open are no better. What can help are
//           counts, a key that a bin did not have before (SCH-072), and, if groups bind the pod, a
//           bin that was narrowed to other domains (SCH-357);
//   all     otherwise: then a new claim or a reservation that was given back may help as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/claims.h"
#include "engine/problem.h"

namespace engine {

class Retries {
 public:
  explicit Retries(Problem& problem) : problem_(problem), failures_(problem.shapes.size()) {}

  // A bin, or what a claim is made from, was of this state and came to another.
  void note_narrowed(StateId before, StateId after, Meeting meeting);
  void note_opened() { ++opened_; }
  void note_freed() { ++freed_; }

  // An attempt with all forms of the shape failed.
  void note_failure(std::size_t shape);
  // Whether another attempt would fail as the last one did.
  bool would_fail(std::size_t shape) const;

  // The number of templates that would be evaluated for each form (SCH-159).
  std::size_t open_templates();

 private:
  enum class Basis { counts, bins, all };

  // Of everything that can change, how often it did.
  struct Stamp {
    std::uint64_t counts = 0;
    std::uint64_t keys = 0;
    std::uint64_t narrowed = 0;
    std::uint64_t opened = 0;
    std::uint64_t freed = 0;

    bool operator==(const Stamp&) const = default;
  };

  struct Failure {
    Basis basis = Basis::all;
    Stamp stamp;
  };

  Stamp stamp_of(std::size_t shape, Basis basis) const;
  Basis basis_of(Shape& shape, const Form& form);
  bool refuses_for_good(Template& from, const Candidate& candidate);
  std::size_t custom_keys(StateId state);

  Problem& problem_;
  std::vector<std::optional<Failure>> failures_;         // per shape
  std::vector<std::optional<std::size_t>> custom_keys_;  // per state
  Topology::View view_;
  std::optional<std::pair<std::uint64_t, std::size_t>> open_templates_;  // after so many claims
  std::uint64_t keys_ = 0;
  std::uint64_t narrowed_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t freed_ = 0;
};

}  // namespace engine
