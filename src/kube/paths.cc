#include "kube/paths.h"

#include <fmt/format.h>

namespace kube {

std::string collection_path(model::Kind kind, std::string_view name_space) {
  const model::KindInfo& info = model::info(kind);
  std::string path = info.group.empty() ? fmt::format("/api/{}", info.version)
                                        : fmt::format("/apis/{}/{}", info.group, info.version);
  if (info.namespaced && !name_space.empty()) path += fmt::format("/namespaces/{}", name_space);
  return fmt::format("{}/{}", path, info.plural);
}

std::string object_path(const model::Reference& reference, std::string_view subresource) {
  std::string path =
      fmt::format("{}/{}", collection_path(reference.kind, reference.namespace_), reference.name);
  if (!subresource.empty()) path += fmt::format("/{}", subresource);
  return path;
}

}  // namespace kube
