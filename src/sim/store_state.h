// The inside of Store, shared by the files that make it up: store.cc (reading, watching),
// store_write.cc (create, update, patch), store_remove.cc (delete, namespaces),
// pod_subresources.cc (eviction, binding).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/store.h"
#include "sim/watch_log.h"

namespace sim {

// Where an object stands among those of its resource: by namespace, then name.
std::string store_key(std::string_view name_space, std::string_view name);

struct Store::State {
  State(ports::Clock& clock_in, base::Random random_in, const StoreOptions& options);

  struct Table {
    std::map<std::string, StoredPtr, std::less<>> objects;  // by store_key
    std::vector<Admission> admissions;
    std::vector<Validation> validations;
    std::vector<Sequel> sequels;
  };

  std::size_t index_of(const Resource& resource) const;
  Table& table_of(const Resource& resource) { return tables[index_of(resource)]; }
  const Resource& resource_of(model::Kind kind) const;
  StoredPtr find(const Resource& resource, std::string_view name_space,
                 std::string_view name) const;

  // Runs admission, gives the object the next version, reads it, runs validation. Nothing is
  // stored. Returns `before` itself if nothing would change.
  base::Result<StoredPtr> prepare(const Resource& resource, const StoredPtr& before,
                                  base::Json object, const WriteOptions& options);
  // The object as it is, read into its type and given the next version.
  base::Result<StoredPtr> read(const Resource& resource, base::Json object) const;
  // prepare() and commit(), and what follows from them.
  base::Result<StoredPtr> write(const Resource& resource, const StoredPtr& before,
                                base::Json object, const WriteOptions& options);
  // Stores what was prepared, unless this is a dry run, and tells the watchers. An object that is
  // deleting and that nothing holds any longer goes instead.
  StoredPtr commit(const Resource& resource, const StoredPtr& before, StoredPtr after,
                   bool dry_run);
  bool is_finished(const Resource& resource, const base::Json& value) const;
  // What was prepared, as a dry run answers it.
  StoredPtr unwritten(const StoredPtr& before, const Stored& prepared) const;

  base::Result<StoredPtr> remove(const Resource& resource, std::string_view name_space,
                                 std::string_view name, const DeleteOptions& options);

  // Takes one disruption from the budget of the pod; Code::throttled if there is none left.
  base::Result<void> take_allowance(const Stored& pod, bool dry_run);

  // Whether something new may be created in the namespace.
  base::Result<void> check_namespace(const Resource& resource, std::string_view name_space,
                                     std::string_view name) const;
  void empty_namespace(std::string_view name_space);
  void finish_namespace(std::string_view name_space);
  bool is_namespace_empty(std::string_view name_space) const;

  ports::Clock& clock;
  base::Random random;
  const std::vector<Resource> resources;
  std::vector<Table> tables;  // as resources
  const std::shared_ptr<OpenForms> forms;
  WatchLog log;
  std::uint64_t version = 1;
};

}  // namespace sim
