#include "app/manifests.h"

#include <fmt/format.h>

#include "app/documents.h"

namespace app {
namespace {

struct Document {
  const sim::Resource* resource = nullptr;
  base::Json object;
};

std::string who(const Document& document) {
  const sim::Resource& resource = *document.resource;
  return fmt::format("{}{}{}/{}", resource.singular, resource.group.empty() ? "" : ".",
                     resource.group, base::string_at(document.object, {"metadata", "name"}));
}

base::Result<Document> take(const sim::Store& store, const SourceObject& object) {
  std::string_view api_version = base::string_at(object.value(), {"apiVersion"});
  std::string_view kind = base::string_at(object.value(), {"kind"});
  auto wrong = [&](std::string_view what) {
    return base::invalid(fmt::format("line {}: {}", object.line_of(""), what));
  };
  const sim::Resource* resource = store.find_kind(api_version, kind);
  if (resource == nullptr) {
    return wrong(fmt::format(
        "no kind \"{}\" in apiVersion \"{}\" in the embedded cluster; kubectl api-resources lists "
        "those that it has",
        kind, api_version));
  }
  if (base::string_at(object.value(), {"metadata", "name"}).empty()) {
    return wrong(fmt::format("{} without metadata.name", kind));
  }
  return Document{resource, object.value()};
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
  Sources sources = objects_of("", text);
  if (!sources.faults.empty()) {
    const SourceFault& fault = sources.faults.front();
    std::string line = fault.line == 0 ? "" : fmt::format("line {}: ", fault.line);
    return base::invalid(line + fault.message);
  }
  std::vector<Document> documents;
  for (const SourceObject& object : sources.objects) {
    base::Result<Document> taken = take(store, object);
    if (!taken) return std::unexpected(std::move(taken.error()));
    documents.push_back(std::move(*taken));
  }
  Applied applied;
  for (const Document& document : documents) {
    base::Result<std::string> done = apply_one(store, document, applied.warnings);
    if (!done) return std::unexpected(done.error());
    applied.done.push_back(std::move(*done));
  }
  return applied;
}

}  // namespace app
