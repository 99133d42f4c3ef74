// The small values of the Kubernetes API that have a text form of their own, as members of
// described structs. Each keeps the spelling that the user gave, so that an object that is written
// back shows no difference to GitOps tools (API-015).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/quantity.h"
#include "base/result.h"
#include "base/time.h"

namespace model {

// metav1.Duration: a Go duration such as "30s" or "1h30m".
struct DurationText {
  base::Duration value{};
  std::string text;  // as written; made from the value if empty

  bool operator==(const DurationText& other) const { return value == other.value; }
};

// A duration or "Never" (API-014). Never is `value == nullopt`, which differs from 0s.
struct NillableDuration {
  std::optional<base::Duration> value;
  std::string text;

  bool operator==(const NillableDuration& other) const { return value == other.value; }
};

// An absolute number or a percentage ("30%"), as in PodDisruptionBudgets.
struct IntOrString {
  std::string text;
  bool is_integer = false;

  bool operator==(const IntOrString&) const = default;
};

// A point in time that is written with microseconds (Lease, events.k8s.io).
struct MicroTime {
  base::Time value{};

  bool operator==(const MicroTime&) const = default;
};

using ResourceList = base::Map<base::Quantity>;

}  // namespace model

namespace base {

template <>
struct Scalar<Quantity> {
  static constexpr const char* kName = "a quantity";
  static Result<void> parse(std::string_view text, bool quoted, Quantity& out);
  static bool print(const Quantity& value, std::string& out);
  static bool empty(const Quantity&) { return false; }
};

template <>
struct Scalar<Time> {
  static constexpr const char* kName = "a time";
  static Result<void> parse(std::string_view text, bool quoted, Time& out);
  static bool print(const Time& value, std::string& out);
  static bool empty(const Time&) { return false; }
};

template <>
struct Scalar<model::MicroTime> {
  static constexpr const char* kName = "a time";
  static Result<void> parse(std::string_view text, bool quoted, model::MicroTime& out);
  static bool print(const model::MicroTime& value, std::string& out);
  static bool empty(const model::MicroTime&) { return false; }
};

template <>
struct Scalar<model::DurationText> {
  static constexpr const char* kName = "a duration";
  static Result<void> parse(std::string_view text, bool quoted, model::DurationText& out);
  static bool print(const model::DurationText& value, std::string& out);
  static bool empty(const model::DurationText&) { return false; }
};

template <>
struct Scalar<model::NillableDuration> {
  static constexpr const char* kName = "a duration or Never";
  static Result<void> parse(std::string_view text, bool quoted, model::NillableDuration& out);
  static bool print(const model::NillableDuration& value, std::string& out);
  static bool empty(const model::NillableDuration&) { return false; }
};

template <>
struct Scalar<model::IntOrString> {
  static constexpr const char* kName = "an integer or a string";
  static Result<void> parse(std::string_view text, bool quoted, model::IntOrString& out);
  static bool print(const model::IntOrString& value, std::string& out);
  static bool empty(const model::IntOrString&) { return false; }
};

}  // namespace base
