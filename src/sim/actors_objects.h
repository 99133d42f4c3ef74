// How actors read and write the store: typed where they read, JSON where they write, so that fields
// which no C++ struct knows stay as they are.
//
// Actors live inside the store's event loop: what they read is what the store holds at that moment,
// so their writes cannot conflict.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/kinds.h"
#include "model/meta.h"
#include "model/scalars.h"
#include "sim/store.h"

namespace sim {

struct ObjectKey {
  std::string name_space;  // "" for cluster-scoped kinds
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
};

ObjectKey key_of(const model::ObjectMeta& metadata);
std::string to_string(const ObjectKey& key);  // "default/web-1", "node-1"

// The object as it is now, or null.
StoredPtr find(const Store& store, model::Kind kind, const ObjectKey& key);

template <class T>
std::shared_ptr<const T> find(const Store& store, const ObjectKey& key) {
  StoredPtr stored = find(store, model::kind_of<T>(), key);
  return stored == nullptr ? nullptr : stored->object.share<T>();
}

// All of a kind, by namespace and name; namespace "" means all of them.
template <class T>
std::vector<std::shared_ptr<const T>> list(const Store& store, std::string_view name_space = "") {
  std::vector<std::shared_ptr<const T>> objects;
  for (const StoredPtr& stored :
       store.list(store.resource_of(model::kind_of<T>()), name_space).items) {
    objects.push_back(stored->object.share<T>());
  }
  return objects;
}

// Changes a copy of the object and writes it back, if it is still there and differs. The status is
// written by edit_status alone, which hands out the member `status`, made if it is missing.
using Edit = std::function<void(boost::json::object&)>;
void edit(Store& store, model::Kind kind, const ObjectKey& key, const Edit& change);
void edit_status(Store& store, model::Kind kind, const ObjectKey& key, const Edit& change);

// Deletes this very object, if it is still there.
void remove(Store& store, model::Kind kind, const model::ObjectMeta& metadata,
            DeleteOptions options = {});

// The same for a pod, with no time left to end.
void remove_now(Store& store, const model::ObjectMeta& pod);

// Calls the sink for what is there already and for every change after.
std::shared_ptr<void> follow(Store& store, const Resource& resource, Store::Sink sink);
std::shared_ptr<void> follow(Store& store, model::Kind kind, Store::Sink sink);

// Parts of wire objects.
base::Json text(std::string_view value);
base::Json text(base::Time time);  // RFC 3339, whole seconds

// The member object or list of that name, made if it is missing.
boost::json::object& object_at(boost::json::object& parent, std::string_view name);
boost::json::array& array_at(boost::json::object& parent, std::string_view name);

// A member that is left out when it is zero.
void set_count(boost::json::object& parent, std::string_view name, std::int64_t count);

// Sets a condition in status.conditions and returns it. lastTransitionTime moves to `now` only if
// the state differs from before; an empty reason or message is left out.
boost::json::object& set_condition(boost::json::object& status, std::string_view type,
                                   std::string_view state, std::string_view reason,
                                   std::string_view message, base::Time now);

// metadata.ownerReferences of what the owner makes and controls.
base::Json controlled_by(const Stored& owner);

// The number that an absolute or percentage value means; a percentage of `total` is rounded as
// asked. What is neither counts as 0.
enum class Rounding { up, down };
std::int64_t scaled(const model::IntOrString& value, std::int64_t total, Rounding rounding);

// A short text that depends on the value alone, for labels and names: pod-template-hash.
std::string short_hash(const base::Json& value);

}  // namespace sim
