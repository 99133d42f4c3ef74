// The objects of the simulated cluster, as an API server keeps them: generic over kinds, with
// resource versions, generations, conflicts, finalizers, owner deletion marks, subresources and
// watches. It holds JSON, so that a user's manifest comes back as it was written, and keeps beside
// it the typed object of the kinds that Joiner knows.
//
// Everything happens at once and in order on the one event loop; latency and faults are added by
// those who call (sim_kube.h). Watch callbacks run from the event loop after the write returned,
// in order of resource versions.
//
// Errors: Code::malformed (HTTP 400) if the request cannot be understood, Code::invalid (422) if
// the object breaks a rule, Code::unsupported (415) for a patch type that the resource does not
// take; not_found, already_exists, conflict, forbidden, gone, throttled as their names say. Messages
// are worded as Kubernetes words them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
#include "sim/resources.h"
#include "sim/wire_form.h"

namespace sim {

struct Stored {
  WireForm json;         // with apiVersion and kind
  model::Object object;  // empty unless Resource::known
  std::uint64_t version = 0;
};
using StoredPtr = std::shared_ptr<const Stored>;

struct WatchEvent {
  enum class Type { added, modified, deleted, bookmark };
  Type type = Type::added;
  StoredPtr object;  // of a deleted event: the last state, with the version of the deletion
  StoredPtr before;  // what was there until then: of a modified event and a deleted one
  // Of a bookmark, which has no object: everything up to this version was delivered.
  std::uint64_t version = 0;
};

struct ListResult {
  std::vector<StoredPtr> items;  // by namespace, then name
  std::uint64_t version = 0;     // of the store, to watch from
};

// A place between the objects of a collection: behind the one of this name.
struct Position {
  std::string name_space;
  std::string name;  // "": at the beginning
};

struct WatchOptions {
  // Bookmarks as the store goes on, for those who want to watch again later from where they were.
  bool bookmarks = false;
};

// What a store may keep beside the objects as they are.
struct StoreOptions {
  std::size_t open_forms = 4096;  // objects whose wire form stays open (wire_form.h)
  // Changes that can still be watched. The bytes are those of open wire forms, roughly.
  std::size_t history_events = 10'000;
  std::size_t history_bytes = 4 << 20;
};

enum class PatchType { merge, strategic, json };
enum class FieldValidation { ignore, warn, strict };
enum class Propagation { background, foreground, orphan };

struct WriteOptions {
  FieldValidation field_validation = FieldValidation::ignore;
  bool dry_run = false;
  std::string subresource;                       // "", "status" or "scale"
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
  Store(ports::Clock& clock, base::Random random, const StoreOptions& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // A Resource that is handed to the other functions is one of these.
  const std::vector<Resource>& resources() const;
  const Resource* find(std::string_view group, std::string_view version,
                       std::string_view plural) const;
  const Resource* find_kind(std::string_view api_version, std::string_view kind) const;
  const Resource& resource_of(model::Kind kind) const;

  StoredPtr get(const Resource& resource, std::string_view name_space,
                std::string_view name) const;  // null if there is none
  // Namespace "" lists all of them.
  ListResult list(const Resource& resource, std::string_view name_space = "") const;
  // The same as it was at a version, from a position on. Code::gone if the history does not reach
  // that far back, Code::timed_out if the version has not come yet.
  base::Result<ListResult> list_at(const Resource& resource, std::string_view name_space,
                                   std::uint64_t version, const Position& after = {}) const;

  // metadata.generateName makes a name; the namespace defaults to `name_space`, then the object's.
  base::Result<StoredPtr> create(const Resource& resource, std::string_view name_space,
                                 base::Json object, const WriteOptions& options = {});
  // Replaces the object; metadata.resourceVersion and metadata.uid, if given, must match. With the
  // subresource "status" only the status is taken, otherwise (for kinds whose status is one) all
  // but the status; with "scale" the object is a Scale. Nothing changed: no new version, no event.
  base::Result<StoredPtr> update(const Resource& resource, std::string_view name_space,
                                 std::string_view name, base::Json object,
                                 const WriteOptions& options = {});
  // As an update with the patched object; resource version and uid in the patch are preconditions.
  base::Result<StoredPtr> patch(const Resource& resource, std::string_view name_space,
                                std::string_view name, PatchType type, const base::Json& patch,
                                const WriteOptions& options = {});
  // The object as it is afterwards: still there, with a deletion timestamp, if finalizers or a
  // grace period hold it. Foreground and orphan propagation add the finalizers foregroundDeletion
  // and orphan, which the garbage collector removes. A namespace takes its content along.
  base::Result<StoredPtr> remove(const Resource& resource, std::string_view name_space,
                                 std::string_view name, const DeleteOptions& options = {});

  // pods/eviction, by the budgets' status: Code::throttled when one forbids it. One allowance
  // passes one eviction: it is taken from the status, and the pod is deleting when this returns,
  // so a budget controller that counts from the store at its next turn counts right.
  base::Result<void> evict(std::string_view name_space, std::string_view name,
                           const DeleteOptions& options = {});
  // pods/binding: sets the node and the condition PodScheduled.
  base::Result<void> bind(std::string_view name_space, std::string_view pod, std::string_view node,
                          bool dry_run = false);
  // The autoscaling/v1 Scale of an object. Requires: resource.has_scale.
  base::Json scale_of(const Resource& resource, const Stored& stored) const;

  // Calls `sink` for each change of the resource after `version`; Code::gone if that is too old.
  // The watch ends when the returned handle goes.
  using Sink = std::function<void(const WatchEvent&)>;
  base::Result<std::shared_ptr<void>> watch(const Resource& resource, std::uint64_t version,
                                            Sink sink, const WatchOptions& options = {});

  std::uint64_t version() const;

  // Called before a create or update of the resource is judged and stored; fills in defaults.
  // `before` is null on create. Errors refuse the write.
  using Admission = std::function<base::Result<void>(const Stored* before, base::Json& object,
                                                     const WriteOptions& options)>;
  void admit(const Resource& resource, Admission admission);

  // Judges what would be stored, typed object included. Errors refuse the write.
  using Validation = std::function<base::Result<void>(const Stored* before, const Stored& after,
                                                      const WriteOptions& options)>;
  void validate(const Resource& resource, Validation validation);

  // Called after a create or update was stored, before it returns; may write other objects.
  using Sequel = std::function<void(const Stored& after)>;
  void follow(const Resource& resource, Sequel sequel);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sim
