#include "base/text.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <limits>
#include <string>

#include "base/check.h"

namespace base {

struct Texts::Table {
  std::deque<std::string> texts;  // by id; a deque, so that the views below stay valid
  boost::unordered_flat_map<std::string_view, Text> ids;
};

Texts::Texts() : table_(std::make_unique<Table>()) {}
Texts::~Texts() = default;
Texts::Texts(Texts&& other) noexcept = default;
Texts& Texts::operator=(Texts&& other) noexcept = default;

Text Texts::intern(std::string_view bytes) {
  if (const auto known = find(bytes)) return *known;
  check(size() < std::numeric_limits<std::uint32_t>::max(), "a table holds at most 2^32 texts");
  const auto id = static_cast<Text>(size());
  table_->ids.emplace(table_->texts.emplace_back(bytes), id);
  return id;
}

std::optional<Text> Texts::find(std::string_view bytes) const {
  const auto found = table_->ids.find(bytes);
  if (found == table_->ids.end()) return std::nullopt;
  return found->second;
}

std::string_view Texts::view(Text text) const {
  check(index_of(text) < size(), "a text is looked up in the table that it came from");
  return table_->texts[index_of(text)];
}

std::size_t Texts::size() const { return table_->texts.size(); }

}  // namespace base
