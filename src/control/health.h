// Whether machines of a NodePool come up (lifecycle.md sections 4.7 and 8.5): the last outcomes of
// launches and registrations, and the condition NodeRegistrationHealthy that follows from them.
//
// The condition is for people; nothing is decided by it. What was recorded lives in memory and is
// begun anew from the condition after a restart. Outcomes never fade with time.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "model/node_claim.h"
#include "model/node_pool.h"

namespace control {

// The last four outcomes (LIF-106).
class Outcomes {
 public:
  enum class Status { unknown, unhealthy, healthy };

  Status status() const;
  // As it would be with one more, which is not recorded (LIF-108).
  Status status_with(bool success) const;
  void record(bool success);
  // LIF-108: empty, two failures, or one success.
  void reset(Status status);

 private:
  static constexpr std::size_t kKept = 4;

  std::array<bool, kKept> kept_{};
  std::size_t count_ =
      0;  // so far; the last kKept of them are kept, each at its number modulo kKept
};

// What became of a claim, to be recorded once the claim shows it.
struct RegistrationOutcome {
  std::string pool_uid;
  bool success = false;
  std::string reason;  // of a failure
  std::string message;
};

// LIF-109: nullopt if the claim does not count for a pool. A failure is told by the claim's Launched
// condition, unless it launched (LIF-111).
std::optional<RegistrationOutcome> outcome_of(const model::NodeClaim& claim, bool success);

// Of all pools, by UID.
class RegistrationHealth {
 public:
  void record(const RegistrationOutcome& outcome);

  // Brings the pool's condition up to date (LIF-110, LIF-111, LIF-209, LIF-210).
  // Requires: the class of the pool exists and has this generation.
  void show(model::NodePool& pool, std::int64_t class_generation, base::Time now);

  template <class Predicate>
  void forget_unless(Predicate exists) {
    std::erase_if(pools_, [&](const auto& entry) { return !exists(entry.first); });
  }

 private:
  struct Pool {
    Outcomes outcomes;
    bool is_seeded = false;
    std::optional<RegistrationOutcome> to_show;  // until the condition does
  };

  static bool shows(const model::NodePool& pool, const RegistrationOutcome& outcome);

  std::map<std::string, Pool, std::less<>> pools_;
};

}  // namespace control
