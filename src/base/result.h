// Expected failures as values.
//
// A function that can fail for reasons outside the program (bad input, a conflict, a cloud without
// capacity) returns Result<T>. The code tells callers apart what they must treat differently; the
// message is for people and says what, where and how to mend it. A broken invariant is no Error:
// see check.h.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace base {

enum class Code {
  invalid,          // the input is wrong; repeating it will not help
  malformed,        // the request cannot be understood at all (HTTP 400; invalid is 422)
  unsupported,      // the request is understood, but this form of it is not served (HTTP 415)
  not_found,        // the object, instance or file does not exist
  already_exists,   // the name is taken
  conflict,         // somebody else changed the object meanwhile; read it again
  gone,             // the resource version is too old; list again
  forbidden,        // credentials or policy refuse it
  throttled,        // too many requests (an eviction refused by a budget counts here)
  unavailable,      // the other side does not answer or is failing; try again later
  no_capacity,      // the cloud has no machine of the kind asked for
  class_not_ready,  // the node class cannot be used yet
  timed_out,        // no answer within the time that was allowed
  internal,         // anything else
};

struct Error {
  Code code = Code::internal;
  std::string message;

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

inline std::unexpected<Error> invalid(std::string message) {
  return fail(Code::invalid, std::move(message));
}

}  // namespace base
