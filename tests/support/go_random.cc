#include "support/go_random.h"

#include <vector>

namespace support {

namespace {

constexpr std::size_t kLength = GoRandom::kLength;
constexpr std::size_t kLag = GoRandom::kLag;
constexpr std::uint64_t kStepsOfTable = 7'800'000'000'000;

using State = GoRandom::State;

// x -> 48271 x mod 2^31 - 1
std::int32_t next_seed(std::int32_t x) {
  constexpr std::int64_t kModulus = (std::int64_t{1} << 31) - 1;
  return static_cast<std::int32_t>(std::int64_t{48271} * x % kModulus);
}

// Three seeds a word, put together with the given shift; the first 20 are thrown away.
State seeded(std::int32_t seed, int shift) {
  State state{};
  std::int32_t x = seed;
  for (int i = 0; i < 20; ++i)
    x = next_seed(x);
  for (std::uint64_t& word : state) {
    x = next_seed(x);
    word = static_cast<std::uint64_t>(x) << (2 * shift);
    x = next_seed(x);
    word ^= static_cast<std::uint64_t>(x) << shift;
    x = next_seed(x);
    word ^= static_cast<std::uint64_t>(x);
  }
  return state;
}

using Polynomial = std::vector<std::uint64_t>;  // of degree below 607, coefficients modulo 2^64

// Modulo t^607 = t^334 + 1, the recurrence of the generator.
Polynomial reduced(Polynomial product) {
  for (std::size_t power = product.size() - 1; power >= kLength; --power) {
    product[power - kLength] += product[power];
    product[power - kLag] += product[power];
  }
  product.resize(kLength);
  return product;
}

Polynomial times(const Polynomial& a, const Polynomial& b) {
  Polynomial product(2 * kLength, 0);
  for (std::size_t i = 0; i < kLength; ++i) {
    for (std::size_t j = 0; j < kLength; ++j) {
      product[i + j] += a[i] * b[j];
    }
  }
  return reduced(std::move(product));
}

Polynomial times_t(const Polynomial& a) {
  Polynomial product(kLength + 1, 0);
  for (std::size_t i = 0; i < kLength; ++i)
    product[i + 1] = a[i];
  return reduced(std::move(product));
}

Polynomial power_of_t(std::uint64_t exponent) {
  Polynomial result(kLength, 0);
  result[0] = 1;
  for (int bit = 63; bit >= 0; --bit) {
    result = times(result, result);
    if ((exponent >> bit) & 1) result = times_t(result);
  }
  return result;
}

// Where the value of step n lies in the state; steps 0, -1 … are the values that it begins with.
std::size_t place_of(std::int64_t step) {
  constexpr auto kSize = static_cast<std::int64_t>(kLength);
  std::int64_t place = (kSize - static_cast<std::int64_t>(kLag) - step) % kSize;
  return static_cast<std::size_t>(place < 0 ? place + kSize : place);
}

// The state after so many steps.
State after(const State& start, std::uint64_t steps) {
  constexpr auto kOldest = static_cast<std::int64_t>(kLength) - 1;
  State result{};
  Polynomial power = power_of_t(steps);
  for (std::int64_t age = kOldest; age >= 0; --age) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kLength; ++i) {
      value += power[i] * start[place_of(static_cast<std::int64_t>(i) - kOldest)];
    }
    result[place_of(static_cast<std::int64_t>(steps) - age)] = value;
    power = times_t(power);
  }
  return result;
}

const State& table() {
  static const State state = after(seeded(1, 10), kStepsOfTable);
  return state;
}

}  // namespace

GoRandom::GoRandom(std::int32_t seed) : state_(seeded(seed, 20)) {
  for (std::size_t i = 0; i < kLength; ++i)
    state_[i] ^= table()[i];
}

std::uint64_t GoRandom::next() {
  tap_ = (tap_ + kLength - 1) % kLength;
  feed_ = (feed_ + kLength - 1) % kLength;
  return state_[feed_] += state_[tap_];
}

std::int32_t GoRandom::next31() { return static_cast<std::int32_t>((next() >> 32) & 0x7fffffff); }

std::int32_t GoRandom::below(std::int32_t k) {
  if ((k & (k - 1)) == 0) return next31() & (k - 1);
  constexpr std::int64_t kRange = std::int64_t{1} << 31;
  const auto largest = static_cast<std::int32_t>(kRange - 1 - kRange % k);
  std::int32_t value = next31();
  while (value > largest)
    value = next31();
  return value % k;
}

}  // namespace support
