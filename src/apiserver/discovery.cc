#include "apiserver/discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sim/cluster.h"

namespace apiserver {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;
using sim::Resource;

Json texts(const auto& list) {
  array result;
  for (const auto& element : list) {
    result.push_back(Json(boost::json::string(element)));
  }
  return result;
}

Json text(std::string_view value) { return Json(boost::json::string(value)); }

bool is_pod(const Resource& resource) { return resource.group.empty() && resource.kind == "Pod"; }

object resource_entry(const Resource& resource) {
  constexpr std::string_view kVerbs[] = {"create", "delete", "deletecollection", "get",
                                         "list",   "patch",  "update",           "watch"};
  object entry{{"name", resource.plural},
               {"singularName", resource.singular},
               {"namespaced", resource.namespaced},
               {"kind", resource.kind},
               {"verbs", texts(kVerbs)}};
  if (!resource.short_names.empty()) entry["shortNames"] = texts(resource.short_names);
  if (!resource.categories.empty()) entry["categories"] = texts(resource.categories);
  return entry;
}

object subresource_entry(const Resource& resource, const Subresource& subresource) {
  object entry{{"name", fmt::format("{}/{}", resource.plural, subresource.name)},
               {"singularName", ""},
               {"namespaced", resource.namespaced}};
  if (subresource.kind.empty()) {
    entry["kind"] = resource.kind;
  } else {
    entry["group"] = text(subresource.group);
    entry["version"] = text(subresource.version);
    entry["kind"] = text(subresource.kind);
  }
  entry["verbs"] = texts(subresource.verbs);
  return entry;
}

// The resources of a group and version.
Json resource_list(const std::vector<Resource>& resources, std::string_view api_version) {
  array entries;
  for (const Resource& resource : resources) {
    if (resource.api_version() != api_version) continue;
    entries.push_back(resource_entry(resource));
    for (const Subresource& subresource : subresources()) {
      if (subresource.has(resource)) entries.push_back(subresource_entry(resource, subresource));
    }
  }
  if (entries.empty()) return nullptr;
  return object{{"kind", "APIResourceList"},
                {"apiVersion", "v1"},
                {"groupVersion", text(api_version)},
                {"resources", std::move(entries)}};
}

// The group with its versions, the preferred one first; null if there is no such group.
Json group_entry(const std::vector<Resource>& resources, std::string_view group) {
  std::vector<std::string> versions;
  for (const Resource& resource : resources) {
    bool is_new = std::ranges::find(versions, resource.version) == versions.end();
    if (resource.group == group && is_new) versions.push_back(resource.version);
  }
  if (versions.empty()) return nullptr;
  std::ranges::sort(versions);  // "v1" before "v1alpha5"
  array entries;
  for (const std::string& version : versions) {
    entries.push_back(
        object{{"groupVersion", fmt::format("{}/{}", group, version)}, {"version", version}});
  }
  return object{
      {"name", text(group)}, {"versions", entries}, {"preferredVersion", entries.front()}};
}

Json group_list(const std::vector<Resource>& resources) {
  std::vector<std::string> groups;
  for (const Resource& resource : resources) {
    bool is_new = std::ranges::find(groups, resource.group) == groups.end();
    if (!resource.group.empty() && is_new) groups.push_back(resource.group);
  }
  array entries;
  for (const std::string& group : groups) {
    entries.push_back(group_entry(resources, group));
  }
  return object{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(entries)}};
}

std::optional<Json> unless_null(Json value) {
  if (value.is_null()) return std::nullopt;
  return value;
}

}  // namespace

const std::vector<Subresource>& subresources() {
  static const std::vector<Subresource> kRows = {
      {"status",
       [](const Resource& resource) { return resource.has_status; },
       "",
       "",
       "",
       {"get", "patch", "update"}},
      {"scale",
       [](const Resource& resource) { return resource.has_scale; },
       "autoscaling",
       "v1",
       "Scale",
       {"get", "patch", "update"}},
      {"eviction", is_pod, "policy", "v1", "Eviction", {"create"}},
      {"binding", is_pod, "", "v1", "Binding", {"create"}},
  };
  return kRows;
}

const Subresource* find_subresource(const Resource& resource, std::string_view name) {
  auto found = std::ranges::find_if(subresources(), [&](const Subresource& subresource) {
    return subresource.name == name && subresource.has(resource);
  });
  return found == subresources().end() ? nullptr : &*found;
}

Json version_info() {
  return object{{"major", text(sim::kVersionMajor)},
                {"minor", text(sim::kVersionMinor)},
                {"gitVersion", fmt::format("{}+joiner", sim::kGitVersion)},
                {"gitCommit", ""},
                {"gitTreeState", "clean"},
                {"buildDate", ""},
                {"goVersion", ""},
                {"compiler", ""},
                {"platform", "linux/amd64"}};
}

std::optional<Json> discovery(const std::vector<Resource>& resources, std::string_view path) {
  constexpr std::string_view kGroups = "/apis/";
  if (path == "/api") {
    return object{{"kind", "APIVersions"},
                  {"versions", array{"v1"}},
                  {"serverAddressByClientCIDRs", array{}}};
  }
  if (path == "/apis") return group_list(resources);
  if (path == "/api/v1") return unless_null(resource_list(resources, "v1"));
  if (!path.starts_with(kGroups)) return std::nullopt;
  std::string_view rest = path.substr(kGroups.size());
  if (rest.contains('/')) return unless_null(resource_list(resources, rest));
  Json group = group_entry(resources, rest);
  if (group.is_null()) return std::nullopt;
  object entry{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
  for (auto& member : group.get_object()) {
    entry.emplace(member.key(), std::move(member.value()));
  }
  return entry;
}

}  // namespace apiserver
