// The random numbers of Go's math/rand, which Karpenter's scheduling benchmark draws its pods from
// (SCH-385, SCH-386): an additive lagged Fibonacci generator with lags 607 and 273.
//
// Its table of start values is what the same generator holds after 7.8e12 steps. It is not stored
// here but computed: as each step is linear, that many steps are one power of a polynomial.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace support {

class GoRandom {
 public:
  explicit GoRandom(std::int32_t seed);

  std::uint64_t next();
  // 31 random bits.
  std::int32_t next31();
  // 0 … k - 1. Requires: k > 0.
  std::int32_t below(std::int32_t k);

  static constexpr std::size_t kLength = 607;
  static constexpr std::size_t kLag = 273;
  using State = std::array<std::uint64_t, kLength>;

 private:
  State state_{};
  std::size_t tap_ = 0;
  std::size_t feed_ = kLength - kLag;
};

}  // namespace support
