// Interned texts: names that occur over and over (label keys, zones, instance types) become 4-byte
// ids that are compared, hashed and used as indices like integers.
//
// A Texts belongs to whoever makes it; there is no table for the whole process, so ids mean nothing
// outside of their table and two runs that intern in the same order get the same ids. Ids are dense
// from 0 in the order of first interning. Their order is therefore not the alphabet's: where order
// matters to people, compare the views. Not for use by several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace base {

enum class Text : std::uint32_t {};

constexpr std::size_t index_of(Text text) { return static_cast<std::size_t>(text); }

class Texts {
 public:
  Texts();
  ~Texts();
  Texts(Texts&& other) noexcept;
  Texts& operator=(Texts&& other) noexcept;

  // The id of these bytes, a new one if they are seen for the first time.
  Text intern(std::string_view bytes);

  // The id, if these bytes were interned before.
  std::optional<Text> find(std::string_view bytes) const;

  // What was interned; valid as long as this table (also if it is moved).
  // Requires: `text` is of this table.
  std::string_view view(Text text) const;

  // How many different texts there are; ids are below it.
  std::size_t size() const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace base
