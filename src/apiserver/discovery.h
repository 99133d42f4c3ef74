// What the server says of itself: version, groups, resources. In the plain (not aggregated) form,
// which every kubectl takes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/resources.h"

namespace apiserver {

// A subresource that is served, of every resource that `has` it.
struct Subresource {
  std::string_view name;
  bool (*has)(const sim::Resource& resource);
  std::string_view group;  // of its own kind; empty if it is the resource's
  std::string_view version;
  std::string_view kind;
  std::vector<std::string_view> verbs;
};

const std::vector<Subresource>& subresources();

// The subresource of that name, or nullptr if the resource has none.
const Subresource* find_subresource(const sim::Resource& resource, std::string_view name);

base::Json version_info();

// The answer for /api, /apis, /api/v1, /apis/GROUP and /apis/GROUP/VERSION; nullopt for other paths
// and for groups that are not served.
std::optional<base::Json> discovery(const std::vector<sim::Resource>& resources,
                                    std::string_view path);

}  // namespace apiserver
