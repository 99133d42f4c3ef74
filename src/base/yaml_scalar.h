// What an unquoted YAML scalar stands for: the rules of kubectl, which reads YAML 1.1 as Go's yaml
// v2 does. They matter because a file must mean the same to Joiner as to the cluster.
//
//  - null: nothing, ~, null. Booleans: true, yes, on, y and their opposites, each in lower case,
//    upper case and (but for y, n) capitalised. So a plain `on` is no text: quote it.
//  - Integers: decimal, 0x1f, 0b101, and octal as 0o17 or 017 (010 is 8, but 08, which is no octal
//    number, is 8 too). Underscores between digits are passed over.
//  - Numbers with a point or exponent. One without a fraction is an integer (1e3 is 1000) as long
//    as a double holds it exactly, since Kubernetes tells 1 from 1.0 nowhere.
//  - Integers that fit 64 bits neither with nor without a sign become doubles. What no double can
//    hold, dates and times of day are text.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace base {

// The value of an unquoted scalar that is no text: null, a boolean, an int64, a uint64 (only beyond
// int64) or a double (.inf and .nan included); nullopt if it is text.
std::optional<Json> plain_value(std::string_view text);

}  // namespace base
