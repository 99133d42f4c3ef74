// The pieces that the validation of several kinds shares: patterns of the API's text fields, and
// the sentences about a key, a value, a choice. For the files validate_*.cc and the converter only.
//
// A sentence function returns "" if there is nothing to say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/node.h"
#include "model/node_pool.h"
#include "model/validate.h"

namespace model {

// Collects faults below a path.
class Faults {
 public:
  void add(std::string field, std::string message);
  // Adds nothing if the message is empty.
  void add_if(std::string field, std::string message);
  std::vector<Fault> take() { return std::move(faults_); }

 private:
  std::vector<Fault> faults_;
};

std::string quoted(std::string_view text);

// "; did you mean \"x\"?" for the choice that is nearest to the word, if one is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> choices);

// "\"foo\" is none of Foo, Bar; did you mean \"Foo\"?", unless it is one of them.
std::string choice_fault(std::string_view value, std::span<const std::string_view> choices);

// "7 is not between 1 and 5", unless it is.
std::string range_fault(std::int64_t value, std::int64_t least, std::int64_t most);

// "has 101 entries, at most 100 are allowed"
std::string count_fault(std::size_t count, std::size_t most);

// A key of a requirement or taint at admission (API-020), with a hint if blanks stand around it.
std::string key_fault(std::string_view key);
// A key that must be a qualified name at runtime (API-021).
std::string qualified_name_fault(std::string_view key);
// A label value (API-019).
std::string label_value_fault(std::string_view value);

// A key that the schema reserves (API-060 to API-062). NodeClaims may use karpenter.sh/nodepool.
std::string reserved_key_fault(std::string_view key, bool nodepool_is_allowed);

// Whether the text is a sum of whole numbers with units s, m, h (API-016).
bool is_plain_duration(std::string_view text);

bool is_digits(std::string_view text);
// Whether `prefix` occurs with at least one of [0-9a-z] after it; anchored: and nothing else.
bool is_aws_id(std::string_view text, std::string_view prefix, bool anchored);

// Tags that Joiner itself puts on instances (API-204).
bool is_forbidden_tag(std::string_view key);
// The size of an EBS volume as the schema's pattern has it (API-203).
bool is_volume_size(std::string_view text);

// Taints by API-022, requirements by API-055 to API-062, and the other fields that NodePool's
// template and NodeClaim have in common.
void check_taints(const std::vector<Taint>& taints, const std::string& path, Faults& faults);
void check_requirements(const std::vector<NodeRequirement>& requirements, const std::string& path,
                        bool nodepool_is_allowed, Faults& faults);
void check_node_class_reference(const NodeClassReference& reference, const std::string& path,
                                Faults& faults);
void check_lifetimes(const std::optional<DurationText>& termination_grace_period,
                     const std::optional<NillableDuration>& expire_after, const std::string& path,
                     Faults& faults);
// Pattern of `Never` or a duration (API-014), and of a plain duration (API-016).
std::string nillable_duration_fault(const NillableDuration& duration);
std::string plain_duration_fault(const DurationText& duration);

// The values of Gt, Lt, Gte and Lte (API-056); "" for other operators.
std::string comparison_fault(std::string_view op, const std::vector<std::string>& values);

// The AMI family that a class stands for: as written, or that of its alias in its canonical
// spelling; "" if neither says one (API-202).
std::string effective_family(const EC2NodeClassSpec& spec);

// An eviction threshold: a percentage or an amount of 0 or more (API-227).
std::string threshold_fault(std::string_view text);

inline constexpr std::string_view kEvictionSignals[] = {"memory.available",   "nodefs.available",
                                                        "nodefs.inodesFree",  "imagefs.available",
                                                        "imagefs.inodesFree", "pid.available"};
inline constexpr std::string_view kOperators[] = {"In", "NotIn", "Exists", "DoesNotExist",
                                                  "Gt", "Lt",    "Gte",    "Lte"};
inline constexpr std::string_view kTaintEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};

}  // namespace model
