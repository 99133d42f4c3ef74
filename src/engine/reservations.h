// Reserved capacity during a solve (scheduling.md section 17). A reservation is known by its ID and
// holds a number of instances. As the launch may use any of the reserved offerings that a claim is
// left with, the claim holds one instance of each until it narrows or is launched.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "engine/compiled_types.h"
#include "engine/snapshot.h"

namespace engine {

using ReservationId = std::uint32_t;
// Sorted.
using ReservationIds = boost::container::small_vector<ReservationId, 2>;

class Reservations {
 public:
  // The capacity of an ID is the least that any offering with it states, available or not, whatever
  // NodePool has it (SCH-182). `types` are those of the NodePools.
  Reservations(const std::vector<CompiledTypesPointer>& types, const Settings& settings);

  bool empty() const { return ids_.empty(); }
  const std::string& name(ReservationId id) const { return ids_[id].name; }
  // Requires: an offering of the snapshot has it.
  ReservationId find(const std::string& name) const;

  bool has_left(ReservationId id) const { return ids_[id].left > 0; }

  // Gives back what a claim held before and takes what it holds now (SCH-184). Returns whether
  // something became free. Requires: what is new has an instance left.
  bool exchange(const ReservationIds& before, const ReservationIds& after);

 private:
  struct Reservation {
    std::string name;
    std::int64_t left = 0;
  };

  base::Map<ReservationId> by_name_;
  std::vector<Reservation> ids_;
};

// The reservation that an offering with these requirements draws on, or "" (section 17).
std::string reservation_of(const model::Requirements& offering, const Settings& settings);

}  // namespace engine
