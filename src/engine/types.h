// The instance types of a NodePool during a plan: which of them would do for the states that bins
// get into (see compiled_types.h for what a row is), found out once per state.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bits.h"
#include "engine/amounts.h"
#include "engine/compiled_types.h"
#include "engine/states.h"
#include "engine/type_list.h"
#include "model/instance_type.h"

namespace engine {

class TypeTable {
 public:
  TypeTable(CompiledTypesPointer compiled, States& states, const LabelRules& rules,
            const Settings& settings);

  const CompiledTypesPointer& compiled() const { return compiled_; }
  const model::InstanceTypes& types() const { return compiled_->types(); }
  std::size_t rows() const { return compiled_->rows(); }
  std::size_t type_of(std::size_t row) const { return compiled_->type_of(row); }
  const model::ResourceList& allocatable(std::size_t row) const {
    return compiled_->allocatable(row);
  }

  // The rows of these types.
  Rows rows_of(const TypeList& types) const;

  Rows none() const { return compiled_->none(); }
  Rows all() const { return compiled_->all(); }

  // Rows whose labels go together with the state (SCH-059).
  const Rows& labelled(StateId state);
  // Rows with an available offering that is compatible with the state.
  const Rows& offered(StateId state);
  // Both at once.
  const Rows& usable(StateId state);

  // Available reserved offerings of one kind and reservation, and the rows of the types that have
  // one (section 17).
  struct Reserved {
    StateId kind = 0;
    std::string reservation;
    Rows rows;
  };
  const std::vector<Reserved>& reserved() const { return reserved_; }
  // Whether an offering of this kind suits the state.
  bool suits(StateId state, StateId kind) const {
    return rules_.compatible(states_[state], states_[kind]);
  }

  // The number of different values of the key among the types of these rows (SCH-170).
  std::size_t count_values(const Rows& rows, std::string_view key) const;

  // The types that have one of these rows, by price, then name; `limit` cuts the list. A type's
  // price is the lowest of its available offerings that are compatible with the state; those
  // without one come last (SCH-179).
  TypeList cheapest(const Rows& rows, StateId state, std::size_t limit);

  // The cheapest offering of the first of these types: by price, zone, capacity type. nullopt if
  // none is available and compatible. Requires: `types` are what cheapest() made for the state.
  struct Cheapest {
    std::string_view zone;
    std::string_view capacity_type;
    base::Money price;

    bool operator==(const Cheapest&) const = default;
  };
  std::optional<Cheapest> cheapest_offering(const TypeList& types, StateId state);

 private:
  struct ByState {
    std::optional<std::vector<std::size_t>> offers;  // that are compatible
    std::optional<Rows> labelled;
    std::optional<Rows> offered;
    std::optional<Rows> usable;
    std::shared_ptr<const model::InstanceTypes> by_price;
    std::vector<std::size_t> position;  // per type, in that order
    std::vector<std::size_t> order;     // types in that order
  };

  const Rows& meeting(std::size_t key, const model::Requirement& requirement);
  ByState& by_state(StateId state);
  const std::vector<std::size_t>& compatible_offers(StateId state);
  void sort_by_price(StateId state);
  void add_reserved(std::size_t offer, const Settings& settings);

  CompiledTypesPointer compiled_;
  States& states_;
  const LabelRules& rules_;
  std::vector<StateId> kinds_;  // per offer
  std::vector<Reserved> reserved_;
  // Per key, what was asked before, by hash.
  using Met = boost::unordered_flat_map<std::size_t, CompiledTypes::RequirementRows>;
  std::vector<Met> met_;
  std::vector<std::unique_ptr<ByState>> by_state_;
};

// How much room the rows have, less what daemons will take: thresholds per resource.
class Rooms {
 public:
  Rooms() = default;
  // Requires: one row of amounts per row of the table.
  explicit Rooms(std::vector<Amounts> room);

  const Amounts& operator[](std::size_t row) const { return room_[row]; }
  bool are(const std::vector<Amounts>& room) const { return room_ == room; }

  // The row with most room of a resource, of these. `hint` is tried first where it is among them.
  // Requires: `rows` is not empty.
  std::uint32_t largest(std::size_t column, const Rows& rows, std::uint32_t hint) const;

  // Takes those out of `rows` into which the requests do not fit (SCH-076).
  void keep_fitting(const Amounts& requests, Rows& rows);

 private:
  struct Column {
    std::vector<std::int64_t> thresholds;       // sorted, without repetition
    std::vector<std::optional<Rows>> at_least;  // rows with at least that much, once asked for
    std::vector<std::uint32_t> rows;            // by room, descending
  };

  const Rows& at_least(std::size_t column, std::int64_t amount);

  std::vector<Amounts> room_;
  Rows nowhere_negative_;
  Rows nowhere_;
  std::vector<Column> columns_;
};

}  // namespace engine
