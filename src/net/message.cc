#include "net/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace net {
namespace {

constexpr std::string_view kPlain = "-._~";  // beside letters and digits

std::string encode(std::string_view text) {
  std::string result;
  for (char character : text) {
    bool is_plain =
        std::isalnum(static_cast<unsigned char>(character)) != 0 || kPlain.contains(character);
    if (is_plain) {
      result += character;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  return result;
}

}  // namespace

std::optional<std::string_view> find_field(const Fields& fields, std::string_view name) {
  auto found = std::ranges::find(fields, name, &Fields::value_type::first);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

std::string encode_query(const Fields& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters)
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", encode(name), encode(value));
  return text;
}

}  // namespace net
