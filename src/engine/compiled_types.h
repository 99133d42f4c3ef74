// A list of instance types as columns and bit sets, so that "which of them would do" is a few ANDs
// (SCH-359). It depends on the list alone and never changes, so whoever plans again and again with
// the same types makes it once and gives it to each Snapshot; plans are the same without.
//
// A row is a type, or a type with one pair of overrides (SCH-079): offerings of a type that change
// its capacity or overhead form rows of their own, which come behind the row without overrides.
// A type will do if one of its rows does, so rows are what the bit sets count. Rows are in the
// order of the list of types.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "base/money.h"
#include "engine/snapshot.h"
#include "model/instance_type.h"

namespace engine {

using Rows = base::Bits;

class CompiledTypes {
 public:
  explicit CompiledTypes(model::InstanceTypes types);
  CompiledTypes(const CompiledTypes&) = delete;
  CompiledTypes& operator=(const CompiledTypes&) = delete;

  const model::InstanceTypes& types() const { return types_; }
  std::size_t rows() const { return type_of_.size(); }
  std::size_t type_of(std::size_t row) const { return type_of_[row]; }
  // What pods and daemons can have of the row (SCH-078, SCH-079).
  const model::ResourceList& allocatable(std::size_t row) const { return allocatable_[row]; }

  Rows none() const { return Rows(rows()); }
  Rows all() const { return Rows(rows(), true); }

  using RequirementRows = std::vector<std::pair<model::Requirement, Rows>>;

  // What the types say about one key.
  struct Key {
    struct Listed {
      std::string_view value;
      Rows rows;
      std::optional<std::int64_t> number;  // if the value is an integer
    };
    Rows lacking;                // rows without the key
    std::vector<Listed> listed;  // rows that list the value, in order of first occurrence
    boost::unordered_flat_map<std::string_view, std::size_t> place;  // of a value, in `listed`
    RequirementRows open;                                            // complements, DoesNotExist
  };
  static constexpr std::size_t kNoKey = static_cast<std::size_t>(-1);
  // The number of the key, kNoKey if no type has it.
  std::size_t key_number(std::string_view name) const;
  const Key& key(std::size_t number) const { return keys_[number]; }
  std::size_t keys() const { return keys_.size(); }

  // Available offerings that differ only in their price and type.
  struct Offer {
    model::Requirements requirements;
    std::string_view zone;
    std::string_view capacity_type;
    Rows rows;                        // with such an offering
    std::vector<base::Money> prices;  // per type, Money::max() if it has none
  };
  const std::vector<Offer>& offers() const { return offers_; }  // in order of first occurrence

  // Offerings of capacity type reserved, available or not.
  const std::vector<const model::Offering*>& reserved() const { return reserved_; }

 private:
  void index_labels(std::size_t row);
  void add_offering(const model::Offering& offering, std::size_t row);
  std::size_t offer_of(const model::Offering& offering);

  model::InstanceTypes types_;
  std::vector<std::size_t> type_of_;
  std::vector<model::ResourceList> allocatable_;
  std::vector<Key> keys_;
  boost::unordered_flat_map<std::string_view, std::size_t> key_numbers_;
  std::vector<Offer> offers_;
  boost::unordered_flat_map<std::size_t, std::vector<std::size_t>> offers_by_hash_;
  std::size_t last_offer_ = 0;
  std::vector<const model::Offering*> reserved_;
};

// The types compiled; one of `known` if that was made from the same types.
CompiledTypesPointer compile(const model::InstanceTypes& types,
                             std::span<const CompiledTypesPointer> known);

// The types of each NodePool compiled, those that the snapshot has and those that it lacks.
std::vector<CompiledTypesPointer> compiled_types(const Snapshot& snapshot);

}  // namespace engine
