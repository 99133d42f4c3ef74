// A set of domains of one label key. Domains are numbered as they are met, so a set grows; what it
// has never heard of is not in it.
#pragma once

#include <bit>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>

namespace engine {

using DomainId = std::size_t;

class DomainSet {
 public:
  void set(DomainId domain) {
    if (domain / kBits >= words_.size()) words_.resize(domain / kBits + 1, 0);
    words_[domain / kBits] |= mask(domain);
  }
  void reset(DomainId domain) {
    if (domain / kBits < words_.size()) words_[domain / kBits] &= ~mask(domain);
  }
  bool test(DomainId domain) const {
    return domain / kBits < words_.size() && (words_[domain / kBits] & mask(domain)) != 0;
  }
  bool empty() const {
    for (std::uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }

  DomainSet& operator|=(const DomainSet& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size(), 0);
    for (std::size_t w = 0; w < other.words_.size(); ++w)
      words_[w] |= other.words_[w];
    return *this;
  }
  DomainSet& operator&=(const DomainSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      words_[w] &= w < other.words_.size() ? other.words_[w] : 0;
    }
    return *this;
  }
  friend DomainSet operator&(DomainSet a, const DomainSet& b) { return a &= b; }

  // Calls f(domain) for each member in ascending order.
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t left = words_[w]; left != 0; left &= left - 1) {
        f(w * kBits + static_cast<std::size_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  static std::uint64_t mask(DomainId domain) { return std::uint64_t{1} << (domain % kBits); }

  boost::container::small_vector<std::uint64_t, 2> words_;
};

}  // namespace engine
