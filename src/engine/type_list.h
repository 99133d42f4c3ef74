// The instance types of a planned claim, cheapest first.
//
// Many claims of a plan choose from the same few orders, so a list is an order that is shared and a
// set of what of it is meant; it reads like a vector of types.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "base/bits.h"
#include "model/instance_type.h"

namespace engine {

class TypeList {
 public:
  using value_type = std::shared_ptr<const model::InstanceType>;

  TypeList() = default;
  // The types at these positions of the order. Requires: one bit per type of the order.
  TypeList(std::shared_ptr<const model::InstanceTypes> order, base::Bits chosen)
      : order_(std::move(order)), chosen_(std::move(chosen)), size_(chosen_.count()) {}

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = TypeList::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    Iterator() = default;
    Iterator(const TypeList* list, std::size_t position) : list_(list), position_(position) {
      skip();
    }

    reference operator*() const { return (*list_->order_)[position_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      ++position_;
      skip();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return position_ == other.position_; }

   private:
    void skip() {
      while (position_ < list_->chosen_.size() && !list_->chosen_.test(position_))
        ++position_;
    }

    const TypeList* list_ = nullptr;
    std::size_t position_ = 0;
  };

  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, chosen_.size()}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Requires of these: not empty.
  const value_type& front() const { return *begin(); }
  std::size_t first_position() const { return *chosen_.first(); }  // in the order

 private:
  std::shared_ptr<const model::InstanceTypes> order_;
  base::Bits chosen_;
  std::size_t size_ = 0;
};

}  // namespace engine
