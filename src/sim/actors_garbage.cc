#include "sim/actors_garbage.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

std::string uid_of(const Stored& stored) {
  return std::string(base::string_at(stored.json, {"metadata", "uid"}));
}

std::vector<model::OwnerReference> owners_of(const Stored& stored) {
  const Json* list = base::find_path(stored.json, {"metadata", "ownerReferences"});
  if (list == nullptr) return {};
  auto owners = base::from_json<std::vector<model::OwnerReference>>(*list);
  base::check(owners.has_value(), "the metadata of a stored object can be read");
  return std::move(*owners);
}

bool is_deleting(const Stored& stored) {
  return !base::string_at(stored.json, {"metadata", "deletionTimestamp"}).empty();
}

bool has_finalizer(const Stored& stored, std::string_view finalizer) {
  const Json* list = base::find_path(stored.json, {"metadata", "finalizers"});
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::find(list->get_array(), text(finalizer)) != list->get_array().end();
}

bool waits_for_dependents(const Stored& stored) {
  return is_deleting(stored) && has_finalizer(stored, kForeground);
}

}  // namespace

GarbageCollector::GarbageCollector(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const Place& place) { look_at(place); }) {
  const std::vector<Resource>& resources = context_.store.resources();
  for (std::size_t index = 0; index < resources.size(); ++index) {
    if (resources[index].known == model::Kind::Event) continue;
    watches_.push_back(follow(context_.store, resources[index],
                              [this, index](const WatchEvent& event) { see(index, event); }));
  }
}

const Resource& GarbageCollector::resource_of(const Place& place) const {
  return context_.store.resources()[place.resource];
}

StoredPtr GarbageCollector::get(const Place& place) const {
  return context_.store.get(resource_of(place), place.key.name_space, place.key.name);
}

// The owner if it is there and the same. It lives in the namespace of what it owns or in none.
StoredPtr GarbageCollector::owner_of(const Place& place, const model::OwnerReference& owner) const {
  const Resource* resource = context_.store.find_kind(owner.apiVersion, owner.kind);
  if (resource == nullptr) return nullptr;
  StoredPtr stored = context_.store.get(*resource, place.key.name_space, owner.name);
  return stored != nullptr && uid_of(*stored) == owner.uid ? stored : nullptr;
}

void GarbageCollector::see(std::size_t resource, const WatchEvent& event) {
  const Stored& stored = *event.object;
  Place place{resource,
              {std::string(base::string_at(stored.json, {"metadata", "namespace"})),
               std::string(base::string_at(stored.json, {"metadata", "name"}))}};
  Owners owners = owners_of(stored);
  if (event.type == WatchEvent::Type::deleted) {
    for (const model::OwnerReference& owner : owners) {
      auto entry = dependents_.find(owner.uid);
      if (entry == dependents_.end()) continue;
      entry->second.erase(place);
      if (entry->second.empty()) dependents_.erase(entry);
    }
    wake_owners(place, owners);
    if (auto orphans = dependents_.extract(uid_of(stored))) {
      for (const Place& orphan : orphans.mapped())
        queue_.add(orphan);
    }
    return;
  }
  bool owner_is_missing = false;
  for (const model::OwnerReference& owner : owners) {
    dependents_[owner.uid].insert(place);
    owner_is_missing = owner_is_missing || owner_of(place, owner) == nullptr;
  }
  if (owner_is_missing || is_deleting(stored)) queue_.add(place);
}

// An owner that waits for what it owns may be able to go now.
void GarbageCollector::wake_owners(const Place& place, const Owners& owners) {
  for (const model::OwnerReference& owner : owners) {
    StoredPtr stored = owner_of(place, owner);
    if (stored == nullptr || !is_deleting(*stored)) continue;
    const Resource* resource = context_.store.find_kind(owner.apiVersion, owner.kind);
    auto index = static_cast<std::size_t>(resource - context_.store.resources().data());
    queue_.add({index, {resource->namespaced ? place.key.name_space : "", owner.name}});
  }
}

void GarbageCollector::look_at(const Place& place) {
  StoredPtr stored = get(place);
  if (stored == nullptr) return;
  if (is_deleting(*stored) && has_finalizer(*stored, kOrphan)) {
    finish_orphan(place, uid_of(*stored));
  } else if (waits_for_dependents(*stored)) {
    finish_foreground(place, uid_of(*stored));
  } else {
    collect(place, stored, owners_of(*stored));
  }
}

void GarbageCollector::collect(const Place& place, const StoredPtr& stored, const Owners& owners) {
  std::set<std::string> gone;
  for (const model::OwnerReference& owner : owners) {
    if (owner_of(place, owner) == nullptr) gone.insert(owner.uid);
  }
  if (gone.empty() || is_deleting(*stored)) return;
  if (gone.size() < owners.size()) {
    strike_off(place, gone);
    return;
  }
  DeleteOptions options;
  options.uid = uid_of(*stored);
  (void)context_.store.remove(resource_of(place), place.key.name_space, place.key.name, options);
}

void GarbageCollector::finish_foreground(const Place& place, const std::string& uid) {
  bool is_blocked = false;
  for (const Place& dependent : dependents_of(uid)) {
    StoredPtr stored = get(dependent);
    for (const model::OwnerReference& owner : owners_of(*stored)) {
      is_blocked = is_blocked || (owner.uid == uid && owner.blockOwnerDeletion.value_or(false));
    }
    delete_dependent(dependent);
  }
  if (!is_blocked) drop_finalizer(place, kForeground);
}

void GarbageCollector::finish_orphan(const Place& place, const std::string& uid) {
  for (const Place& dependent : dependents_of(uid)) {
    strike_off(dependent, {uid});
  }
  drop_finalizer(place, kOrphan);
}

// Those that are there and still name the owner.
std::vector<GarbageCollector::Place> GarbageCollector::dependents_of(const std::string& uid) {
  std::vector<Place> places;
  auto entry = dependents_.find(uid);
  if (entry == dependents_.end()) return places;
  for (const Place& place : entry->second) {
    StoredPtr stored = get(place);
    if (stored == nullptr) continue;
    Owners owners = owners_of(*stored);
    bool is_owned = std::ranges::count(owners, uid, &model::OwnerReference::uid) > 0;
    if (is_owned) places.push_back(place);
  }
  return places;
}

// Not while another owner is there that does not go in the foreground itself.
void GarbageCollector::delete_dependent(const Place& place) {
  StoredPtr stored = get(place);
  if (is_deleting(*stored)) return;
  for (const model::OwnerReference& owner : owners_of(*stored)) {
    StoredPtr other = owner_of(place, owner);
    if (other != nullptr && !waits_for_dependents(*other)) return;
  }
  DeleteOptions options;
  options.uid = uid_of(*stored);
  if (!dependents_of(options.uid).empty()) options.propagation = Propagation::foreground;
  (void)context_.store.remove(resource_of(place), place.key.name_space, place.key.name, options);
}

void GarbageCollector::strike_off(const Place& place, const std::set<std::string>& uids) {
  StoredPtr stored = get(place);
  Json value = stored->json;
  object& metadata = object_at(value.as_object(), "metadata");
  array kept;
  for (const Json& owner : array_at(metadata, "ownerReferences")) {
    if (!uids.contains(std::string(base::string_at(owner, {"uid"})))) kept.push_back(owner);
  }
  if (kept.empty()) {
    metadata.erase("ownerReferences");
  } else {
    metadata["ownerReferences"] = std::move(kept);
  }
  for (const std::string& uid : uids) {
    auto entry = dependents_.find(uid);
    if (entry != dependents_.end()) entry->second.erase(place);
  }
  auto written = context_.store.update(resource_of(place), place.key.name_space, place.key.name,
                                       std::move(value));
  base::check(written.has_value(), "an object without some of its owners is valid");
}

void GarbageCollector::drop_finalizer(const Place& place, std::string_view finalizer) {
  Json value = get(place)->json;
  array kept;
  for (const Json& each : array_at(object_at(value.as_object(), "metadata"), "finalizers")) {
    if (each != text(finalizer)) kept.push_back(each);
  }
  object_at(value.as_object(), "metadata")["finalizers"] = std::move(kept);
  auto written = context_.store.update(resource_of(place), place.key.name_space, place.key.name,
                                       std::move(value));
  base::check(written.has_value(), "an object without a finalizer is valid");
}

}  // namespace sim
