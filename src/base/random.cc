#include "base/random.h"

#include <fmt/format.h>

#include <bit>

#include "base/check.h"
#include "base/hash.h"

namespace base {

Random::Random(std::uint64_t seed) : seed_(seed), state_{} {
  constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15ULL;
  for (std::uint64_t& word : state_) {
    seed += kGoldenRatio;
    word = mix64(seed);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t n) {
  check(n > 0, "a random number below n needs n > 0");
  // The high half of draw * n is uniform once the draws whose low half is below 2^64 mod n are
  // thrown away.
  const std::uint64_t surplus = (0 - n) % n;
  while (true) {
    const unsigned __int128 product = static_cast<unsigned __int128>(next()) * n;
    if (static_cast<std::uint64_t>(product) >= surplus) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  check(low <= high, "a random number between two bounds needs low <= high");
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = range == ~std::uint64_t{0} ? next() : below(range + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

bool Random::chance(std::uint64_t numerator, std::uint64_t denominator) {
  return below(denominator) < numerator;
}

Random Random::fork(std::string_view label) const { return Random(hash64(label, mix64(~seed_))); }

std::string uuid(Random& random) {
  constexpr std::uint64_t kVersion4 = 0x4000;
  constexpr std::uint64_t kVariantOne = 0x8000;
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     (high & 0x0fff) | kVersion4, ((low >> 48) & 0x3fff) | kVariantOne,
                     low & 0xffff'ffff'ffff);
}

}  // namespace base
