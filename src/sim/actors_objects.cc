#include "sim/actors_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

void write(Store& store, const Resource& resource, const ObjectKey& key, Json value,
           std::string subresource) {
  base::Result<StoredPtr> written =
      store.update(resource, key.name_space, key.name, std::move(value),
                   {.subresource = std::move(subresource)});
  base::check(written.has_value(), "what an actor writes is valid");
}

}  // namespace

ObjectKey key_of(const model::ObjectMeta& metadata) { return {metadata.namespace_, metadata.name}; }

std::string to_string(const ObjectKey& key) {
  return key.name_space.empty() ? key.name : fmt::format("{}/{}", key.name_space, key.name);
}

StoredPtr find(const Store& store, model::Kind kind, const ObjectKey& key) {
  return store.get(store.resource_of(kind), key.name_space, key.name);
}

void edit(Store& store, model::Kind kind, const ObjectKey& key, const Edit& change) {
  StoredPtr stored = find(store, kind, key);
  if (stored == nullptr) return;
  Json value = stored->json;
  change(value.as_object());
  write(store, store.resource_of(kind), key, std::move(value), "");
}

void edit_status(Store& store, model::Kind kind, const ObjectKey& key, const Edit& change) {
  StoredPtr stored = find(store, kind, key);
  if (stored == nullptr) return;
  Json value = stored->json;
  change(object_at(value.as_object(), "status"));
  write(store, store.resource_of(kind), key, std::move(value), "status");
}

void remove(Store& store, model::Kind kind, const model::ObjectMeta& metadata,
            DeleteOptions options) {
  options.uid = metadata.uid;
  // An error means that it is gone, or that another has taken its name.
  (void)store.remove(store.resource_of(kind), metadata.namespace_, metadata.name, options);
}

void remove_now(Store& store, const model::ObjectMeta& pod) {
  DeleteOptions options;
  options.grace_period_seconds = 0;
  remove(store, model::Kind::Pod, pod, std::move(options));
}

std::shared_ptr<void> follow(Store& store, const Resource& resource, Store::Sink sink) {
  ListResult now = store.list(resource);
  for (const StoredPtr& stored : now.items) {
    sink({WatchEvent::Type::added, stored, nullptr});
  }
  auto watch = store.watch(resource, now.version, std::move(sink));
  base::check(watch.has_value(), "the version of the store is not too old");
  return std::move(*watch);
}

std::shared_ptr<void> follow(Store& store, model::Kind kind, Store::Sink sink) {
  return follow(store, store.resource_of(kind), std::move(sink));
}

Json text(std::string_view value) { return Json(boost::json::string(value)); }

Json text(base::Time time) { return text(base::print_time(time)); }

object& object_at(object& parent, std::string_view name) {
  Json& member = parent[name];
  if (!member.is_object()) member = object();
  return member.get_object();
}

array& array_at(object& parent, std::string_view name) {
  Json& member = parent[name];
  if (!member.is_array()) member = array();
  return member.get_array();
}

void set_count(object& parent, std::string_view name, std::int64_t count) {
  if (count == 0) {
    parent.erase(name);
  } else {
    parent[name] = count;
  }
}

object& set_condition(object& status, std::string_view type, std::string_view state,
                      std::string_view reason, std::string_view message, base::Time now) {
  array& conditions = array_at(status, "conditions");
  auto found = std::ranges::find_if(conditions, [&](const Json& condition) {
    return base::string_at(condition, {"type"}) == type;
  });
  if (found == conditions.end()) {
    conditions.push_back(object{{"type", text(type)}});
    found = conditions.end() - 1;
  }
  object& condition = found->as_object();
  if (base::string_at(*found, {"status"}) != state) {
    condition["status"] = text(state);
    condition["lastTransitionTime"] = text(now);
  }
  for (auto [name, value] : {std::pair("reason", reason), std::pair("message", message)}) {
    if (value.empty()) {
      condition.erase(name);
    } else {
      condition[name] = text(value);
    }
  }
  return condition;
}

Json controlled_by(const Stored& owner) {
  return array{object{{"apiVersion", owner.json.at("apiVersion")},
                      {"kind", owner.json.at("kind")},
                      {"name", owner.json.at("metadata").at("name")},
                      {"uid", owner.json.at("metadata").at("uid")},
                      {"controller", true},
                      {"blockOwnerDeletion", true}}};
}

std::int64_t scaled(const model::IntOrString& value, std::int64_t total, Rounding rounding) {
  std::string_view digits = value.text;
  bool is_percentage = digits.ends_with('%');
  if (is_percentage) digits.remove_suffix(1);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return 0;
  if (!is_percentage) return number;
  return rounding == Rounding::up ? (number * total + 99) / 100 : number * total / 100;
}

std::string short_hash(const Json& value) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::uint64_t hash = base::hash64(base::print_json(value));
  std::string letters;
  for (int digit = 0; digit < 10; ++digit) {
    letters += kAlphabet[hash % kAlphabet.size()];
    hash /= kAlphabet.size();
  }
  return letters;
}

}  // namespace sim
