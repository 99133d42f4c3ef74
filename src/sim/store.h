// The objects of the simulated cluster, as an API server keeps them: generic over kinds, with
// resource versions, generations, conflicts, finalizers, owner deletion marks, subresources and
// watches. It holds JSON, so that a user's manifest comes back as it was written, and keeps beside
// it the typed object of the kinds that Joiner knows.
//
// Everything happens at once and in order on the one event loop; latency and faults are added by
// those who call (sim_kube.h). Watch callbacks run from the event loop after the write returned,
// in order of resource versions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "model/kinds.h"
#include "ports/clock.h"

namespace sim {

// A resource of the API: those of model::kinds() and others that are only kept and shown.
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
};

struct Stored {
  base::Json json;       // with apiVersion and kind
  model::Object object;  // empty unless Resource::known
  std::uint64_t version = 0;
};
using StoredPtr = std::shared_ptr<const Stored>;

struct WatchEvent {
  enum class Type { added, modified, deleted, bookmark };
  Type type = Type::added;
  StoredPtr object;
};

struct ListResult {
  std::vector<StoredPtr> items;  // by namespace, then name
  std::uint64_t version = 0;     // of the store, to watch from
};

enum class PatchType { merge, strategic, json };
enum class FieldValidation { ignore, warn, strict };
enum class Propagation { background, foreground, orphan };

struct WriteOptions {
  FieldValidation field_validation = FieldValidation::ignore;
  bool dry_run = false;
  std::string subresource;              // "", "status" or "scale"
  std::vector<std::string>* warnings = nullptr;  // for the client, if it wants them
};

struct DeleteOptions {
  Propagation propagation = Propagation::background;
  std::optional<std::int64_t> grace_period_seconds;
  std::string uid;               // precondition
  std::string resource_version;  // precondition
  bool dry_run = false;
};

class Store {
 public:
  Store(ports::Clock& clock, base::Random random);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::vector<Resource>& resources() const;
  const Resource* find(std::string_view group, std::string_view version,
                       std::string_view plural) const;
  const Resource* find_kind(std::string_view api_version, std::string_view kind) const;
  const Resource& resource_of(model::Kind kind) const;

  StoredPtr get(const Resource& resource, std::string_view name_space,
                std::string_view name) const;  // null if there is none
  // Namespace "" lists all of them.
  ListResult list(const Resource& resource, std::string_view name_space = "") const;

  base::Result<StoredPtr> create(const Resource& resource, std::string_view name_space,
                                 base::Json object, const WriteOptions& options = {});
  // Replaces the object; metadata.resourceVersion, if given, must match.
  base::Result<StoredPtr> update(const Resource& resource, std::string_view name_space,
                                 std::string_view name, base::Json object,
                                 const WriteOptions& options = {});
  base::Result<StoredPtr> patch(const Resource& resource, std::string_view name_space,
                                std::string_view name, PatchType type, const base::Json& patch,
                                const WriteOptions& options = {});
  // The object as it is afterwards (still there if finalizers or a grace period hold it).
  base::Result<StoredPtr> remove(const Resource& resource, std::string_view name_space,
                                 std::string_view name, const DeleteOptions& options = {});
  // pods/eviction, by the budgets' status: Code::throttled when one forbids it.
  base::Result<void> evict(std::string_view name_space, std::string_view name,
                           const DeleteOptions& options = {});
  // pods/binding.
  base::Result<void> bind(std::string_view name_space, std::string_view pod,
                          std::string_view node);

  // Calls `sink` for each change of the resource after `version`; Code::gone if that is too old.
  // The watch ends when the returned handle goes.
  using Sink = std::function<void(const WatchEvent&)>;
  base::Result<std::shared_ptr<void>> watch(const Resource& resource, std::uint64_t version,
                                            Sink sink);

  std::uint64_t version() const;

  // Called before a create or update of the resource is stored; may default and validate the
  // object. Errors refuse the write.
  using Admission = std::function<base::Result<void>(const base::Json* before, base::Json& object,
                                                     const WriteOptions& options)>;
  void admit(const Resource& resource, Admission admission);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sim
