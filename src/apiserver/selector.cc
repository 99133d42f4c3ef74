#include "apiserver/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/scan.h"

namespace apiserver {
namespace {

using base::Json;
using base::Result;

// The parts between separators that stand outside of parentheses.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    if (text[at] != separator || depth > 0) continue;
    parts.push_back(text.substr(begin, at - begin));
    begin = at + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::unexpected<base::Error> no_selector(std::string_view what, std::string_view text) {
  return base::fail(base::Code::malformed,
                    fmt::format("unable to parse {} selector: \"{}\"", what, text));
}

bool is_word(std::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || std::string_view("-_./").contains(character);
  });
}

// "(a, b)" after "key in".
std::optional<std::vector<std::string>> parse_set(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return std::nullopt;
  std::vector<std::string> values;
  for (std::string_view value : split(text.substr(1, text.size() - 2), ',')) {
    value = base::trimmed(value);
    if (!is_word(value)) return std::nullopt;
    values.emplace_back(value);
  }
  return values;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    result += text[at];
  }
  return result;
}

// The place of the first of these characters that no backslash precedes.
std::size_t find_unescaped(std::string_view text, std::string_view characters) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (characters.contains(text[at])) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::vector<std::string_view> split_unescaped(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; (end = find_unescaped(text, ",")) != std::string_view::npos;) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

const Json* value_at(const Json& object, const std::vector<std::string>& path) {
  const Json* current = &object;
  for (const std::string& member : path) {
    if (!current->is_object()) return nullptr;
    current = current->get_object().if_contains(member);
    if (current == nullptr) return nullptr;
  }
  return current;
}

bool equals(const Json* value, std::string_view text) {
  if (value == nullptr || value->is_null()) return text.empty() || text == "false";
  if (const auto* string = value->if_string()) return *string == text;
  return base::print_json(*value) == text;
}

}  // namespace

Result<LabelSelector::Term> LabelSelector::parse_term(std::string_view text) {
  Term term;
  std::string_view rest = base::trimmed(text);
  bool is_negated = base::take(rest, '!');
  rest = base::trimmed(rest);
  std::size_t key_end = std::min(rest.find_first_of(" \t=!("), rest.size());
  term.key = rest.substr(0, key_end);
  rest = base::trimmed(rest.substr(key_end));
  if (term.key.empty() || !is_word(term.key)) return no_selector("label", text);
  if (rest.empty()) {
    if (is_negated) term.op = Operator::does_not_exist;
    return term;
  }
  if (is_negated) return no_selector("label", text);
  for (auto [word, op] : {std::pair{"notin", Operator::not_in}, std::pair{"in", Operator::in}}) {
    if (!rest.starts_with(word)) continue;
    std::optional<std::vector<std::string>> values =
        parse_set(base::trimmed(rest.substr(std::string_view(word).size())));
    if (!values) return no_selector("label", text);
    term.op = op;
    term.values = std::move(*values);
    return term;
  }
  term.op = base::take(rest, '!') ? Operator::not_in : Operator::in;
  if (!base::take(rest, '=')) return no_selector("label", text);
  base::take(rest, '=');
  rest = base::trimmed(rest);
  if (!is_word(rest)) return no_selector("label", text);
  term.values.emplace_back(rest);
  return term;
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  if (base::trimmed(text).empty()) return selector;
  for (std::string_view part : split(text, ',')) {
    Result<Term> term = parse_term(part);
    if (!term) return std::unexpected(term.error());
    selector.terms_.push_back(std::move(*term));
  }
  return selector;
}

bool LabelSelector::matches(const Json& object) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    const Json* value = value_at(object, {"metadata", "labels", term.key});
    bool is_there = value != nullptr && value->is_string();
    if (term.op == Operator::exists) return is_there;
    if (term.op == Operator::does_not_exist) return !is_there;
    if (!is_there) return term.op == Operator::not_in;
    std::string_view found = value->get_string();
    bool is_one_of = std::ranges::find(term.values, found) != term.values.end();
    return is_one_of == (term.op == Operator::in);
  });
}

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  if (base::trimmed(text).empty()) return selector;
  for (std::string_view part : split_unescaped(text)) {
    std::size_t op = find_unescaped(part, "!=");
    if (op == std::string_view::npos || op == 0) return no_selector("field", text);
    Term term;
    std::string_view rest = part.substr(op);
    term.is_equal = !base::take(rest, '!');
    if (!base::take(rest, '=')) return no_selector("field", text);
    if (term.is_equal) base::take(rest, '=');
    for (std::string_view member : split(base::trimmed(part.substr(0, op)), '.')) {
      term.path.emplace_back(member);
    }
    term.value = unescaped(rest);
    selector.terms_.push_back(std::move(term));
  }
  return selector;
}

bool FieldSelector::matches(const Json& object) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    return equals(value_at(object, term.path), term.value) == term.is_equal;
  });
}

}  // namespace apiserver
