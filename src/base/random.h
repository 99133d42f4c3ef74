// Seeded random numbers for simulation and jitter: the same seed gives the same draws in every run,
// on every machine and in every release. Integer draws only, since floating point would not keep
// that promise. Not for secrets.
//
// The generator is xoshiro256**, its state filled by splitmix64. One stream belongs to one user:
// give each part of a program its own by fork(), so that a draw more in one does not change what
// another sees.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace base {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // The seed that this stream was made from.
  std::uint64_t seed() const { return seed_; }

  // All 64 bits random.
  std::uint64_t next();

  // Uniform in 0 to n - 1, without bias. Requires: n > 0.
  std::uint64_t below(std::uint64_t n);

  // Uniform in low to high, both included. Requires: low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);

  // True in `numerator` of `denominator` cases. Requires: denominator > 0.
  bool chance(std::uint64_t numerator, std::uint64_t denominator);

  // An independent stream that depends on this one's seed and the label alone, not on what was
  // drawn so far.
  Random fork(std::string_view label) const;

  // Puts the items in random order.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

// Text in the form of an RFC 4122 version 4 UUID, in lower case.
std::string uuid(Random& random);

}  // namespace base
