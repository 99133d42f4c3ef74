// The instance types of a NodePool as columns and bit sets, so that "which of them would do" is a
// few ANDs (SCH-359).
//
// A row is a type, or a type with one pair of overrides (SCH-079): offerings of a type that change
// its capacity or overhead form rows of their own, which come behind the row without overrides.
// A type will do if one of its rows does, so rows are what the bit sets count. Rows are in the
// order of the list of types.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/money.h"
#include "engine/amounts.h"
#include "engine/states.h"
#include "engine/type_list.h"
#include "model/instance_type.h"

namespace engine {

using Rows = base::Bits;

class TypeTable {
 public:
  TypeTable(const model::InstanceTypes& types, States& states, const LabelRules& rules,
            const Settings& settings);

  std::size_t rows() const { return type_of_.size(); }
  std::size_t type_of(std::size_t row) const { return type_of_[row]; }
  const model::InstanceTypes& types() const { return types_; }
  // What pods and daemons can have of the row (SCH-078, SCH-079).
  const model::ResourceList& allocatable(std::size_t row) const { return allocatable_[row]; }

  // The rows of these types.
  Rows rows_of(const TypeList& types) const;

  Rows none() const { return Rows(rows()); }
  Rows all() const { return Rows(rows(), true); }

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

  // The cheapest offering of a type: by price, zone, capacity type. nullptr if there is none.
  const model::Offering* cheapest_offering(const model::InstanceType& type, StateId state) const;

 private:
  using RequirementRows = std::vector<std::pair<model::Requirement, Rows>>;

  // Offerings that differ only in their price and type.
  struct Offer {
    StateId kind;
    Rows rows;                        // with an available offering of the kind
    std::vector<base::Money> prices;  // per type, Money::max() if it has none
  };

  // What the types say about one key.
  struct KeyIndex {
    Rows lacking;
    base::Map<Rows> listed;  // rows that list the value
    RequirementRows open;    // complements, and DoesNotExist
    RequirementRows memo;    // what was asked before
  };

  struct ByState {
    std::optional<Rows> labelled;
    std::optional<Rows> offered;
    std::optional<Rows> usable;
    std::shared_ptr<const model::InstanceTypes> by_price;
    std::vector<std::size_t> position;  // per type, in that order
  };

  void index_labels(std::size_t row);
  void add_row(RequirementRows& list, const model::Requirement& requirement, std::size_t row);
  void add_offering(const model::Offering& offering, std::size_t row);
  const Rows& meeting(KeyIndex& index, const model::Requirement& requirement);
  ByState& by_state(StateId state);
  void sort_by_price(StateId state);
  void add_reserved(const model::Offering& offering, const std::string& reservation,
                    std::size_t row);

  const model::InstanceTypes& types_;
  States& states_;
  const LabelRules& rules_;
  std::vector<std::size_t> type_of_;
  std::vector<model::ResourceList> allocatable_;
  std::vector<Offer> offers_;
  std::vector<Reserved> reserved_;
  boost::unordered_flat_map<StateId, std::size_t> offer_of_;
  base::Map<KeyIndex> keys_;
  std::vector<std::unique_ptr<ByState>> by_state_;
};

// How much room the rows have, less what daemons will take: thresholds per resource.
class Rooms {
 public:
  Rooms() = default;
  // Requires: one row of amounts per row of the table.
  explicit Rooms(std::vector<Amounts> room);

  const Amounts& operator[](std::size_t row) const { return room_[row]; }

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
