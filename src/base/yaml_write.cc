#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/scan.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "base/yaml_scalar.h"

namespace base {
namespace {

constexpr std::size_t kIndent = 2;

enum class Style { plain, single_quoted, double_quoted, block };

// Shown as it is by kubectl: no control characters but newlines, nothing beyond U+FFFF.
bool is_printable(char32_t code) {
  return code == '\n' || (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) ||
         (code >= 0xe000 && code < 0xfffe && code != 0xfeff);
}

// Besides newlines, what YAML 1.1 takes for the end of a line.
bool is_line_separator(char32_t code) { return code == 0x2028 || code == 0x2029; }

bool needs_escapes(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (!character || !is_printable(character->code) || is_line_separator(character->code)) {
      return true;
    }
    at += character->size;
  }
  return false;
}

// Unquoted, readers of YAML 1.1 may take these for numbers in base 60 or dates: "1:30",
// "2026-01-02", "2026-01-02T03:04:05Z".
bool looks_like_a_time(std::string_view text) {
  if (!take(text, '-')) take(text, '+');
  const std::size_t digits = take_digits(text).size();
  if (digits == 0 || text.empty()) return false;
  if (text.front() == ':') return text.find_first_not_of("0123456789:._") == std::string_view::npos;
  if (digits != 4 || !take(text, '-') || take_digits(text).empty()) return false;
  if (!take(text, '-') || take_digits(text).empty()) return false;
  return text.empty() || std::string_view("Tt ").contains(text.front());
}

// Whether a plain scalar would be taken for something else than a scalar, or cut short.
bool has_indicators(std::string_view text) {
  constexpr std::string_view kAlways = ",[]{}#&*!|>'\"%@`";
  constexpr std::string_view kBeforeSpace = "-?:";
  if (kAlways.contains(text.front())) return true;
  if (kBeforeSpace.contains(text.front()) && (text.size() == 1 || text[1] == ' ')) return true;
  if (text.starts_with("---") || text.starts_with("...")) return true;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
  return text.contains(": ") || text.contains(" #");
}

Style style_of(std::string_view text, bool is_key) {
  if (plain_value(text) || looks_like_a_time(text) || needs_escapes(text)) {
    return Style::double_quoted;
  }
  if (is_key && text == "<<") return Style::double_quoted;  // plain, it would merge
  if (text.contains('\n')) {
    const bool fits_block = !is_key && !text.contains(" \n") && text.back() != ' ';
    return fits_block ? Style::block : Style::double_quoted;
  }
  return has_indicators(text) ? Style::single_quoted : Style::plain;
}

std::string escaped(char32_t code, std::string_view bytes) {
  switch (code) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    case 0: return "\\0";
    default: break;
  }
  if (is_printable(code) && !is_line_separator(code)) return std::string(bytes);
  const auto number = static_cast<std::uint32_t>(code);
  if (number < 0x100) return fmt::format("\\x{:02X}", number);
  return number < 0x10000 ? fmt::format("\\u{:04X}", number) : fmt::format("\\U{:08X}", number);
}

std::string double_quoted(std::string_view text) {
  constexpr Character kReplacement = {.code = 0xfffd, .size = 1};  // for a byte that is not UTF-8
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    const std::string_view bytes = character ? text.substr(at, character->size) : "\xef\xbf\xbd";
    out += escaped(character.value_or(kReplacement).code, bytes);
    at += character.value_or(kReplacement).size;
  }
  return out + '"';
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + '\'';
}

// As Go prints it: with an exponent from seven digits on and below 0.0001.
std::string print_double(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
  if (std::trunc(value) == value && std::abs(value) <= kExact) {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  std::array<char, 64> buffer{};
  const auto print = [&](std::chars_format format) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
    return std::string(buffer.data(), end);
  };
  const double magnitude = std::abs(value);
  const bool is_short = magnitude >= 1e-4 && magnitude < 1e6;
  return print(is_short ? std::chars_format::fixed : std::chars_format::scientific);
}

class Writer {
 public:
  // The value at the cursor, which stands behind "key:" or "- " or at the start of the text. What
  // follows on lines of their own is indented by `indent`.
  void write(const Json& value, std::size_t indent) {
    switch (value.kind()) {
      case boost::json::kind::null: out_ += "null\n"; return;
      case boost::json::kind::bool_: out_ += value.get_bool() ? "true\n" : "false\n"; return;
      case boost::json::kind::int64: out_ += fmt::format("{}\n", value.get_int64()); return;
      case boost::json::kind::uint64: out_ += fmt::format("{}\n", value.get_uint64()); return;
      case boost::json::kind::double_: out_ += print_double(value.get_double()) + '\n'; return;
      case boost::json::kind::string: write_text(value.get_string(), indent); return;
      case boost::json::kind::array: write_list(value.get_array(), indent); return;
      case boost::json::kind::object: write_map(value.get_object(), indent); return;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  static bool is_empty(const Json& value) {
    return (value.is_object() && value.get_object().empty()) ||
           (value.is_array() && value.get_array().empty());
  }

  void write_key(std::string_view key) {
    switch (style_of(key, true)) {
      case Style::plain: out_ += key; break;
      case Style::single_quoted: out_ += single_quoted(key); break;
      default: out_ += double_quoted(key); break;
    }
    out_ += ':';
  }

  void write_text(std::string_view text, std::size_t indent) {
    switch (style_of(text, false)) {
      case Style::plain: out_.append(text) += '\n'; break;
      case Style::single_quoted: out_ += single_quoted(text) + '\n'; break;
      case Style::double_quoted: out_ += double_quoted(text) + '\n'; break;
      case Style::block: write_block(text, indent); break;
    }
  }

  void write_block(std::string_view text, std::size_t indent) {
    out_ += '|';
    // Where the first line does not show how deep the block is indented, a number does.
    if (text.front() == ' ' || text.front() == '\n') out_ += std::to_string(kIndent);
    if (!text.ends_with('\n')) {
      out_ += '-';
    } else if (text == "\n" || text.ends_with("\n\n")) {
      out_ += '+';
    }
    out_ += '\n';
    if (text.ends_with('\n')) text.remove_suffix(1);
    while (true) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      if (!line.empty()) out_.append(indent, ' ').append(line);
      out_ += '\n';
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  void write_list(const boost::json::array& list, std::size_t indent) {
    if (list.empty()) {
      out_ += "[]\n";
      return;
    }
    bool first = true;
    for (const Json& element : list) {
      // The first element of an inner list follows the dash of the outer one.
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += "- ";
      write(element, indent + kIndent);
    }
  }

  void write_map(const boost::json::object& map, std::size_t indent) {
    if (map.empty()) {
      out_ += "{}\n";
      return;
    }
    bool first = true;
    for (const auto& [key, value] : map) {
      if (!first) out_.append(indent, ' ');
      first = false;
      write_key(key);
      const bool is_block = (value.is_object() || value.is_array()) && !is_empty(value);
      if (!is_block) {
        out_ += ' ';
        write(value, indent + kIndent);
        continue;
      }
      const std::size_t inner = value.is_array() ? indent : indent + kIndent;
      out_.append("\n").append(inner, ' ');
      write(value, inner);
    }
  }

  std::string out_;
};

}  // namespace

std::string write_yaml(const Json& value) {
  Writer writer;
  // Text of several lines at the root is indented too.
  writer.write(value, value.is_string() ? kIndent : 0);
  return writer.take();
}

}  // namespace base
