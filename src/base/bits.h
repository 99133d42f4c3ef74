// A set of small integers, 0 to size - 1, as bits in 64-bit words. The size is fixed when the set
// is made; after that nothing allocates but copying. Sets that are combined or compared must have
// the same size. Bits beyond the size are always zero.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"

namespace base {

class Bits {
 public:
  Bits() = default;
  // All bits are `value`.
  explicit Bits(std::size_t size, bool value = false)
      : size_(size), words_((size + kBitsPerWord - 1) / kBitsPerWord) {
    if (value) set_all();
  }

  std::size_t size() const { return size_; }

  // Requires of these three: i < size().
  void set(std::size_t i) { word(i) |= mask(i); }
  void reset(std::size_t i) { word(i) &= ~mask(i); }
  bool test(std::size_t i) const {
    check(i < size_, "a bit lies within its set");
    return (words_[i / kBitsPerWord] & mask(i)) != 0;
  }

  void set_all() {
    std::ranges::fill(words_, ~std::uint64_t{0});
    if (const std::size_t used = size_ % kBitsPerWord; used != 0) {
      words_.back() = (std::uint64_t{1} << used) - 1;
    }
  }
  // Takes all members out; the size stays.
  void clear() { std::ranges::fill(words_, std::uint64_t{0}); }

  std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_) {
      sum += static_cast<std::size_t>(std::popcount(word));
    }
    return sum;
  }
  bool any() const {
    return std::ranges::any_of(words_, [](std::uint64_t word) { return word != 0; });
  }
  bool none() const { return !any(); }

  // The smallest member.
  std::optional<std::size_t> first() const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      if (words_[w] != 0) return position(w, words_[w]);
    }
    return std::nullopt;
  }

  Bits& operator&=(const Bits& other) {
    return combine(other, [](std::uint64_t a, std::uint64_t b) { return a & b; });
  }
  Bits& operator|=(const Bits& other) {
    return combine(other, [](std::uint64_t a, std::uint64_t b) { return a | b; });
  }
  // Takes the members of `other` out of this set.
  Bits& and_not(const Bits& other) {
    return combine(other, [](std::uint64_t a, std::uint64_t b) { return a & ~b; });
  }
  friend Bits operator&(Bits a, const Bits& b) { return a &= b; }
  friend Bits operator|(Bits a, const Bits& b) { return a |= b; }

  // Whether some member is in both.
  bool intersects(const Bits& other) const {
    return any_word(other, [](std::uint64_t a, std::uint64_t b) { return a & b; });
  }
  // Whether every member of this set is in `other`.
  bool is_subset(const Bits& other) const {
    return !any_word(other, [](std::uint64_t a, std::uint64_t b) { return a & ~b; });
  }

  bool operator==(const Bits&) const = default;

  // Calls f(i) for each member in ascending order. `f` may reset the member that it is called with.
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t left = words_[w]; left != 0; left &= left - 1) {
        f(position(w, left));
      }
    }
  }

 private:
  static constexpr std::size_t kBitsPerWord = 64;

  static std::uint64_t mask(std::size_t i) { return std::uint64_t{1} << (i % kBitsPerWord); }
  static std::size_t position(std::size_t w, std::uint64_t word) {
    return w * kBitsPerWord + static_cast<std::size_t>(std::countr_zero(word));
  }
  std::uint64_t& word(std::size_t i) {
    check(i < size_, "a bit lies within its set");
    return words_[i / kBitsPerWord];
  }

  template <class F>
  Bits& combine(const Bits& other, F f) {
    check(size_ == other.size_, "bit sets that are combined have one size");
    for (std::size_t w = 0; w < words_.size(); ++w) {
      words_[w] = f(words_[w], other.words_[w]);
    }
    return *this;
  }
  template <class F>
  bool any_word(const Bits& other, F f) const {
    check(size_ == other.size_, "bit sets that are compared have one size");
    for (std::size_t w = 0; w < words_.size(); ++w) {
      if (f(words_[w], other.words_[w]) != 0) return true;
    }
    return false;
  }

  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace base
