// The garbage collector: deletes what belongs to nobody any more, and carries out the ways of
// deleting an owner that the store only marks with finalizers.
//
//   background         the owner is gone: objects whose owners are all gone are deleted; of several
//                      owners those that are gone are struck off
//   foregroundDeletion the owner waits: what it owns is deleted (in the foreground if that owns
//                      things itself); the finalizer goes when nothing blocks the owner any more
//   orphan             the owner is struck off what it owns, then the finalizer goes
//
// It follows every resource but Events, and notes who owns what by UID; before it acts it looks at
// the objects as they are.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/meta.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class GarbageCollector {
 public:
  GarbageCollector(const ActorContext& context, base::Random random);

 private:
  // An object anywhere in the store.
  struct Place {
    std::size_t resource = 0;  // index in Store::resources()
    ObjectKey key;

    auto operator<=>(const Place&) const = default;
  };
  using Owners = std::vector<model::OwnerReference>;

  const Resource& resource_of(const Place& place) const;
  StoredPtr get(const Place& place) const;
  StoredPtr owner_of(const Place& place, const model::OwnerReference& owner) const;

  void see(std::size_t resource, const WatchEvent& event);
  void wake_owners(const Place& place, const Owners& owners);
  void look_at(const Place& place);
  void collect(const Place& place, const StoredPtr& stored, const Owners& owners);
  void finish_foreground(const Place& place, const std::string& uid);
  void finish_orphan(const Place& place, const std::string& uid);
  std::vector<Place> dependents_of(const std::string& uid);
  void delete_dependent(const Place& place);
  void strike_off(const Place& place, const std::set<std::string>& uids);
  void drop_finalizer(const Place& place, std::string_view finalizer);

  ActorContext context_;
  WorkQueue<Place> queue_;
  std::map<std::string, std::set<Place>> dependents_;  // by the owner's UID
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
