// A 64-bit hash of bytes that never changes: not between runs, machines or releases. It names
// things in journals, seeds streams of random numbers and spreads values; it does not protect
// against somebody who looks for collisions on purpose.
//
// It is FNV-1a with a final mixing step, because FNV-1a alone leaves the high bits of short texts
// nearly alike.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// Turns every bit of the input into about half of the bits of the output; one-to-one.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// With `previous`, the hash goes on from an earlier one: a chain over lines depends on all lines,
// on where they are divided, and on their order.
constexpr std::uint64_t hash64(std::string_view bytes, std::uint64_t previous = 0) {
  constexpr std::uint64_t kOffset = 0xcbf29ce484222325ULL;
  constexpr std::uint64_t kPrime = 0x00000100000001b3ULL;
  std::uint64_t hash = kOffset ^ previous;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return mix64(hash);
}

}  // namespace base
