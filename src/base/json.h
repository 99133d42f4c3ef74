// Described structs (describe.h) to and from JSON. Free-form values are boost::json values, which
// keep the order of their members.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/describe.h"
#include "base/result.h"

namespace base {

// The text as a value; errors name line and column. Nesting deeper than 200 is refused.
Result<Json> parse_json(std::string_view text);

// Compact text, members in the order of the value; equal values give equal bytes.
std::string print_json(const Json& value);

// Two-space indented text, as kubectl prints it.
std::string print_json_pretty(const Json& value);

// Reads `value` into the described object. A null member counts as not given. Errors name the
// path ("spec.taints[0].effect: …"). Unknown members are passed over; their paths are added to
// `unknown` if it is given.
Result<void> read_json(const Type& type, const Json& value, void* object,
                       std::vector<std::string>* unknown = nullptr);

Json write_json(const Type& type, const void* object);

template <class T>
Result<T> from_json(const Json& value, std::vector<std::string>* unknown = nullptr) {
  T object{};
  Result<void> read = read_json(type_of<T>(), value, &object, unknown);
  if (!read) {
    return std::unexpected(std::move(read.error()));
  }
  return object;
}

template <class T>
Json to_json(const T& object) {
  return write_json(type_of<T>(), &object);
}

// The value at a path of member names ("metadata", "name"), or nullptr.
const Json* find_path(const Json& value, std::initializer_list<std::string_view> path);

// The string at a path, or "" if there is none.
std::string_view string_at(const Json& value, std::initializer_list<std::string_view> path);

}  // namespace base
