// Requirements as numbers. Bins that allow the same labels share one state, pods that ask for the
// same share one too, and what happens when they meet is computed once per pair.
//
// The hostname is left out everywhere: every bin has a hostname of its own, so it is compared
// where it matters and never makes two states differ.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/label_rules.h"
#include "model/requirements.h"

namespace engine {

using StateId = std::uint32_t;

// Who asks decides which keys may be undefined (SCH-060).
enum class Meeting {
  strict,  // existing nodes
  loose,   // templates and claims
};

// What a pod asks of a bin.
struct Wanted {
  StateId state = 0;
  std::optional<model::Requirement> hostname;

  // Whether a bin of this hostname can be meant.
  bool accepts_host(std::string_view name) const { return !hostname || hostname->has(name); }
  // Whether a template, which has no hostname yet, can be meant.
  bool accepts_any_host() const;

  bool operator==(const Wanted&) const = default;
};

// Equal requirements have equal hashes.
std::size_t hash_of(const model::Requirement& requirement);
std::size_t hash_of(const model::Requirements& requirements);

class States {
 public:
  explicit States(const LabelRules& rules) : rules_(rules) {}

  // Equal requirements, apart from the hostname, get equal numbers.
  StateId intern(const model::Requirements& requirements);

  Wanted wanted(const model::Requirements& requirements);

  const model::Requirements& operator[](StateId state) const { return all_[state]; }
  std::size_t size() const { return all_.size(); }

  // Both at once, whether they go together or not.
  StateId both(StateId one, StateId other);

  // What is left of `existing` when `incoming` joins it; nullopt if they are not compatible.
  std::optional<StateId> narrow(StateId existing, StateId incoming, Meeting meeting);

  // Whether each key of `other` has a value in `existing`, or may get one from the launch.
  bool defines(StateId existing, StateId other, Meeting meeting) const;

 private:
  using Memo = boost::unordered_flat_map<std::uint64_t, std::optional<StateId>>;

  const LabelRules& rules_;
  std::deque<model::Requirements> all_;  // stays in place when it grows
  boost::unordered_flat_map<std::uint64_t, std::vector<StateId>> by_hash_;
  Memo strict_;
  Memo loose_;
  boost::unordered_flat_map<std::uint64_t, StateId> both_;
};

}  // namespace engine
