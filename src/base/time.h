// Points in time and spans of it, in nanoseconds, and their texts.
//
// Times are read and written as Kubernetes does: RFC 3339 in UTC with whole seconds (Time) or six
// decimals (MicroTime). Finer parts are cut off, never rounded, so that a printed time is not later
// than the time itself. What can be represented reaches from 1677-09-21 to 2262-04-11.
//
// Durations have Go's form ("1h30m0s"), which Kubernetes and Karpenter use in their objects, and
// the short human form of kubectl's AGE column.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

// "2026-01-02T03:04:05Z", with any number of decimals after the seconds (those beyond nanoseconds
// are dropped) and with "Z" or an offset like "+02:00". Error: invalid.
Result<Time> parse_time(std::string_view text);

// "2026-01-02T03:04:05Z"
std::string print_time(Time time);

// "2026-01-02T03:04:05.000000Z"
std::string print_micro_time(Time time);

// "1h30m5s", "300ms", "1.5h", "-2m", "0": numbers with units ns, us (µs), ms, s, m, h; a unit is
// needed but for 0. Decimals below a nanosecond are dropped. Error: invalid.
Result<Duration> parse_duration(std::string_view text);

// As Go prints it: "1h0m0s", "1m30s", "1.5s", "250ms", "0s".
std::string print_duration(Duration duration);

// As kubectl prints ages, which lose their small parts as they grow: "5s", "2m30s", "59m", "3h20m",
// "30h", "4d2h", "100d", "2y10d", "9y". More than a second below zero is "<invalid>".
std::string human_duration(Duration duration);

}  // namespace base
