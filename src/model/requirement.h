// A requirement is a set of values for one label key (scheduling.md section 6): the listed values,
// or all but those, within optional integer bounds. Operators are only its spelling.
//
// Text and order of values are those of sorted bytes, so equal requirements give equal text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace model {

enum class Operator { In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte };

// The operator by its wire name, or an error that names the valid ones.
base::Result<Operator> parse_operator(std::string_view name);
std::string_view to_string(Operator op);

class Requirement {
 public:
  // The key is normalised (SCH-048). Gt and Lt become inclusive bounds (SCH-047). A comparison
  // whose first value is no 64-bit integer, or leaves none (Gt of the largest), allows no value.
  Requirement(std::string_view key, Operator op, std::vector<std::string> values = {},
              std::optional<std::int32_t> min_values = std::nullopt);

  // Exists: any value. The neutral element of intersection.
  static Requirement any(std::string_view key) { return {key, Operator::Exists}; }

  const std::string& key() const { return key_; }
  bool is_complement() const { return complement_; }
  const std::vector<std::string>& values() const { return values_; }  // sorted, without repetition
  std::optional<std::int64_t> gte() const { return gte_; }
  std::optional<std::int64_t> lte() const { return lte_; }
  std::optional<std::int32_t> min_values() const { return min_values_; }
  void set_min_values(std::optional<std::int32_t> count) { min_values_ = count; }

  // The reported operator (SCH-051): In, NotIn, Exists or DoesNotExist.
  Operator op() const;

  // Number of values; for a complement the largest 64-bit integer less its exclusions.
  std::int64_t length() const;

  // Whether the value is allowed (SCH-052).
  bool has(std::string_view value) const;

  // SCH-053, SCH-054.
  Requirement intersection(const Requirement& other) const;

  // SCH-057: cheaper than the intersection, and coarser for two complements.
  bool overlaps(const Requirement& other) const;

  // One concrete value: the smallest listed one; for a complement the smallest integer that is
  // allowed; "" if there is none (SCH-066).
  std::string any_value() const;

  // "key In [a b c d e and 2 others] minValues 3" (SCH-065).
  std::string to_string() const;

  bool operator==(const Requirement&) const = default;

 private:
  Requirement() = default;
  void set_bound(Operator op, std::string_view value);
  bool within_bounds(std::string_view value) const;

  std::string key_;
  bool complement_ = false;
  std::vector<std::string> values_;
  std::optional<std::int64_t> gte_;
  std::optional<std::int64_t> lte_;
  std::optional<std::int32_t> min_values_;
};

}  // namespace model
