// The resources that the simulated API server serves: those of model::kinds(), those that are only
// kept and shown, so that a user's real manifests apply (Service, ConfigMap, …), and the retired
// kinds, which are kept as written under their own paths and converted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/kinds.h"

namespace sim {

// A resource of the API.
struct Resource {
  std::string group;
  std::string version;
  std::string plural;
  std::string singular;
  std::string kind;
  bool namespaced = true;
  bool has_status = false;
  bool has_scale = false;
  bool is_custom = false;  // a custom resource: strategic merge patch is refused with 415
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::optional<model::Kind> known;  // the typed kind

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }

  // "deployments.apps", "pods": how answers name the resource.
  std::string qualified_plural() const { return group.empty() ? plural : plural + "." + group; }
  // "Deployment.apps", "Pod"
  std::string qualified_kind() const { return group.empty() ? kind : kind + "." + group; }
};

// In the order of discovery: by group (the core group first), then plural.
std::vector<Resource> make_resources();

}  // namespace sim
