#include "app/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/manifests.h"
#include "base/scan.h"

namespace app {
namespace {

bool is_manifest(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

std::vector<std::string> files_of(const std::string& path, Sources& sources) {
  std::error_code error;
  if (path == "-" || !std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.is_regular_file(error) && is_manifest(entry.path())) {
      files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  if (files.empty()) {
    sources.faults.push_back({path, 0, "the folder holds no *.yaml, *.yml or *.json file"});
  }
  return files;
}

// "YAML line 3, column 2: …" and "line 3 …" name their line.
int line_in(std::string_view message) {
  constexpr std::string_view kWord = "line ";
  std::size_t at = message.find(kWord);
  if (at == std::string_view::npos) return 0;
  std::string_view digits = message.substr(at + kWord.size());
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  return base::to_integer<int>(digits).value_or(0);
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

Sources read_sources(const std::string& path) {
  Sources sources;
  for (const std::string& file : files_of(path, sources)) {
    base::Result<std::string> text = read_file(file);
    if (!text) {
      sources.faults.push_back({file, 0, text.error().message});
      continue;
    }
    base::Result<std::vector<base::YamlDocument>> documents = base::read_yaml(*text);
    if (!documents) {
      sources.faults.push_back(
          {file, line_in(documents.error().message), documents.error().message});
      continue;
    }
    for (base::YamlDocument& document : *documents) {
      auto shared = std::make_shared<const base::YamlDocument>(std::move(document));
      add(file, shared, "", shared->value, sources);
    }
  }
  if (sources.objects.empty() && sources.faults.empty()) {
    sources.faults.push_back({path, 0, "no objects"});
  }
  return sources;
}

}  // namespace app
