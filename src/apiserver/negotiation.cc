#include "apiserver/negotiation.h"

#include <algorithm>
#include <vector>

namespace apiserver {
namespace {

std::string cleaned(std::string_view text) {
  std::string result;
  for (char character : text) {
    if (character == ' ' || character == '\t') continue;
    bool is_upper = character >= 'A' && character <= 'Z';
    result += is_upper ? static_cast<char>(character - 'A' + 'a') : character;
  }
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    std::size_t end = text.find(separator);
    parts.push_back(cleaned(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_json(std::string_view type) {
  return type == "application/json" || type == "application/*" || type == "*/*";
}

std::optional<Form> form_of(std::string_view range) {
  std::vector<std::string> parts = split(range, ';');
  if (!is_json(parts[0])) return std::nullopt;
  Form form = Form::object;
  for (const std::string& parameter : parts) {
    if (parameter == "as=table") {
      form = Form::table;
    } else if (parameter == "as=partialobjectmetadata" ||
               parameter == "as=partialobjectmetadatalist") {
      form = Form::partial;
    } else if (parameter.starts_with("as=")) {
      return std::nullopt;
    }
  }
  bool is_other_version = form != Form::object && std::ranges::find(parts, "v=v1") == parts.end();
  return is_other_version ? std::nullopt : std::optional(form);
}

}  // namespace

std::optional<Form> accepted_form(std::string_view accept) {
  if (accept.find_first_not_of(" \t") == std::string_view::npos) return Form::object;
  for (const std::string& range : split(accept, ',')) {
    if (std::optional<Form> form = form_of(range)) return form;
  }
  return std::nullopt;
}

std::string media_type(std::string_view content_type) {
  return cleaned(content_type.substr(0, content_type.find(';')));
}

}  // namespace apiserver
