#include "apiserver/json_path.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/scan.h"

namespace apiserver {
namespace {

using base::Json;

// The member name at the front of the path, after its dot.
std::string take_name(std::string_view& path) {
  std::string name;
  while (!path.empty() && path.front() != '.' && path.front() != '[') {
    base::take(path, '\\');
    if (path.empty()) break;
    name += path.front();
    path.remove_prefix(1);
  }
  return name;
}

// What stands between the brackets at the front of the path.
std::string_view take_brackets(std::string_view& path) {
  std::size_t end = std::min(path.find(']'), path.size() - 1);
  std::string_view inside = path.substr(1, end - 1);
  path.remove_prefix(end + 1);
  return inside;
}

struct Filter {
  std::string_view member;
  std::string_view text;
};

// ?(@.type=="Ready")
std::optional<Filter> parse_filter(std::string_view text) {
  constexpr std::string_view kBegin = "?(@.";
  constexpr std::string_view kEquals = "==";
  std::size_t equals = text.find(kEquals);
  if (!text.starts_with(kBegin) || !text.ends_with(')') || equals == text.npos) return std::nullopt;
  std::string_view wanted = text.substr(equals + kEquals.size());
  wanted.remove_suffix(1);
  bool is_quoted = wanted.size() >= 2 && (wanted.front() == '"' || wanted.front() == '\'') &&
                   wanted.back() == wanted.front();
  if (!is_quoted) return std::nullopt;
  return Filter{text.substr(kBegin.size(), equals - kBegin.size()),
                wanted.substr(1, wanted.size() - 2)};
}

const Json* element(const Json& list, std::string_view brackets) {
  if (!list.is_array()) return nullptr;
  if (brackets == "*") return list.get_array().if_contains(0);
  if (std::optional<std::size_t> index = base::to_integer<std::size_t>(brackets)) {
    return list.get_array().if_contains(*index);
  }
  std::optional<Filter> filter = parse_filter(brackets);
  if (!filter) return nullptr;
  auto found = std::ranges::find_if(list.get_array(), [&](const Json& candidate) {
    return base::string_at(candidate, {filter->member}) == filter->text;
  });
  return found == list.get_array().end() ? nullptr : &*found;
}

}  // namespace

const Json* find_json_path(const Json& value, std::string_view path) {
  const Json* current = &value;
  while (!path.empty() && current != nullptr) {
    if (path.front() == '[') {
      current = element(*current, take_brackets(path));
    } else if (base::take(path, '.')) {
      std::string name = take_name(path);
      current = base::find_path(*current, {name});
    } else {
      return nullptr;
    }
  }
  return current;
}

}  // namespace apiserver
