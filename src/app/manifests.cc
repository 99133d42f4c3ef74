#include "app/manifests.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/yaml.h"

namespace app {
namespace {

constexpr std::size_t kLargestFile = 64 << 20;

struct Document {
  const sim::Resource* resource = nullptr;
  base::Json object;
};

std::string who(const Document& document) {
  const sim::Resource& resource = *document.resource;
  return fmt::format("{}{}{}/{}", resource.singular, resource.group.empty() ? "" : ".",
                     resource.group, base::string_at(document.object, {"metadata", "name"}));
}

base::Result<void> take(const sim::Store& store, const base::Json& object,
                        std::vector<Document>& documents) {
  std::string_view api_version = base::string_at(object, {"apiVersion"});
  std::string_view kind = base::string_at(object, {"kind"});
  if (kind == "List") {
    const base::Json* items = base::find_path(object, {"items"});
    if (items == nullptr || !items->is_array()) return base::invalid("the List has no items");
    for (const base::Json& item : items->get_array()) {
      if (base::Result<void> taken = take(store, item, documents); !taken) return taken;
    }
    return {};
  }
  const sim::Resource* resource = store.find_kind(api_version, kind);
  if (resource == nullptr) {
    return base::invalid(fmt::format(
        "no kind \"{}\" in apiVersion \"{}\" in the embedded cluster; kubectl api-resources lists "
        "those that it has",
        kind, api_version));
  }
  if (base::string_at(object, {"metadata", "name"}).empty()) {
    return base::invalid(fmt::format("{} without metadata.name", kind));
  }
  documents.push_back({resource, object});
  return {};
}

base::Result<std::string> apply_one(sim::Store& store, const Document& document,
                                    std::vector<std::string>& warnings) {
  std::string name(base::string_at(document.object, {"metadata", "name"}));
  std::string name_space(base::string_at(document.object, {"metadata", "namespace"}));
  if (document.resource->namespaced && name_space.empty()) name_space = "default";
  sim::WriteOptions options;
  options.field_validation = sim::FieldValidation::strict;
  options.warnings = &warnings;
  bool exists = store.get(*document.resource, name_space, name) != nullptr;
  base::Result<sim::StoredPtr> written =
      exists ? store.patch(*document.resource, name_space, name, sim::PatchType::merge,
                           document.object, options)
             : store.create(*document.resource, name_space, document.object, options);
  if (!written) {
    return base::fail(written.error().code,
                      fmt::format("{}: {}", who(document), written.error().message));
  }
  return fmt::format("{} {}", who(document), exists ? "configured" : "created");
}

}  // namespace

base::Result<Applied> apply_manifests(sim::Store& store, std::string_view text) {
  base::Result<std::vector<base::YamlDocument>> read = base::read_yaml(text);
  if (!read) return std::unexpected(read.error());
  std::vector<Document> documents;
  for (const base::YamlDocument& document : *read) {
    base::Result<void> taken = take(store, document.value, documents);
    if (!taken) {
      return base::fail(taken.error().code,
                        fmt::format("line {}: {}", document.line_of(""), taken.error().message));
    }
  }
  Applied applied;
  for (const Document& document : documents) {
    base::Result<std::string> done = apply_one(store, document, applied.warnings);
    if (!done) return std::unexpected(done.error());
    applied.done.push_back(std::move(*done));
  }
  return applied;
}

base::Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return base::invalid(fmt::format("{} is a directory; name a file", path));
  }
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) {
    return base::fail(base::Code::not_found,
                      fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  std::string text;
  char buffer[65536];
  for (;;) {
    std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get());
    text.append(buffer, count);
    if (count == 0) break;
    if (text.size() > kLargestFile) {
      return base::invalid(fmt::format("{} is larger than {} MiB", path, kLargestFile >> 20));
    }
  }
  if (std::ferror(file.get()) != 0) {
    return base::fail(base::Code::unavailable, fmt::format("cannot read {}", path));
  }
  return text;
}

}  // namespace app
