#include "app/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "app/files.h"
#include "base/scan.h"

namespace app {
namespace {

// "line 3, column 2: …" with the line apart, which stands beside the file's name.
SourceFault fault_of_text(const std::string& file, std::string_view message) {
  constexpr std::string_view kWord = "line ";
  constexpr std::string_view kBehind = ", ";
  std::string_view rest = message;
  if (!rest.starts_with(kWord)) return {file, 0, std::string(message)};
  rest.remove_prefix(kWord.size());
  std::size_t digits = rest.find_first_not_of("0123456789");
  std::optional<int> line = base::to_integer<int>(rest.substr(0, digits));
  if (!line || digits == std::string_view::npos || !rest.substr(digits).starts_with(kBehind)) {
    return {file, 0, std::string(message)};
  }
  return {file, *line, std::string(rest.substr(digits + kBehind.size()))};
}

void add(const std::string& file, const std::shared_ptr<const base::YamlDocument>& document,
         const std::string& pointer, const base::Json& value, Sources& sources) {
  if (!value.is_object()) {
    sources.faults.push_back(
        {file, document->line_of(pointer), "is no object: it needs apiVersion, kind and metadata"});
    return;
  }
  const base::Json* items = base::find_path(value, {"items"});
  bool is_list =
      base::string_at(value, {"kind"}).ends_with("List") && items != nullptr && items->is_array();
  if (!is_list) {
    sources.objects.emplace_back(file, document, pointer, value);
    return;
  }
  for (std::size_t index = 0; index < items->get_array().size(); ++index) {
    add(file, document, fmt::format("{}/items/{}", pointer, index), items->get_array()[index],
        sources);
  }
}

}  // namespace

int SourceObject::line_of(std::string_view field) const {
  return document_->line_of(pointer_ + pointer_of(field));
}

std::string pointer_of(std::string_view field) {
  std::string pointer = field.empty() ? "" : "/";
  bool is_inside = false;
  for (char letter : field) {
    if (letter == '[') {
      pointer += '/';
      is_inside = true;
    } else if (letter == ']' && is_inside) {
      is_inside = false;
    } else if (letter == '.' && !is_inside) {
      pointer += '/';
    } else if (letter == '/') {
      pointer += "~1";
    } else if (letter == '~') {
      pointer += "~0";
    } else {
      pointer += letter;
    }
  }
  return pointer;
}

Sources objects_of(const std::string& file, std::string_view text) {
  Sources sources;
  base::Result<std::vector<base::YamlDocument>> documents = base::read_yaml(text);
  if (!documents) {
    sources.faults.push_back(fault_of_text(file, documents.error().message));
    return sources;
  }
  for (base::YamlDocument& document : *documents) {
    auto shared = std::make_shared<const base::YamlDocument>(std::move(document));
    add(file, shared, "", shared->value, sources);
  }
  return sources;
}

Sources read_sources(const std::string& path) {
  Sources sources;
  base::Result<std::vector<std::string>> files = manifest_files(path);
  if (!files) {
    sources.faults.push_back({path, 0, files.error().message});
    return sources;
  }
  for (const std::string& name : *files) {
    const std::string file = shown_name(name);
    base::Result<std::string> text = read_file(name);
    if (!text) {
      sources.faults.push_back({file, 0, text.error().message});
      continue;
    }
    Sources found = objects_of(file, *text);
    std::ranges::move(found.objects, std::back_inserter(sources.objects));
    std::ranges::move(found.faults, std::back_inserter(sources.faults));
  }
  if (sources.objects.empty() && sources.faults.empty()) {
    sources.faults.push_back({shown_name(path), 0, "no objects"});
  }
  return sources;
}

}  // namespace app
