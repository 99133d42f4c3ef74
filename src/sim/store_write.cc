#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/patch.h"
#include "sim/errors.h"
#include "sim/fields.h"
#include "sim/json_patch.h"
#include "sim/object_meta.h"
#include "sim/preconditions.h"
#include "sim/scale.h"
#include "sim/store_state.h"
#include "sim/strategic_patch.h"

namespace sim {
namespace {

using base::Json;
using base::Result;
using boost::json::object;

Json text(std::string_view value) { return Json(boost::json::string(value)); }

// apiVersion and kind may be left out; if given, they and the metadata must fit the request.
Result<void> check_identity(const Resource& resource, std::string_view name_space, Json& value) {
  if (!value.is_object()) return malformed("the request's body is not an object");
  object& members = value.get_object();
  std::string api_version = resource.api_version();
  for (auto [member, expected] :
       {std::pair<std::string_view, std::string_view>{"kind", resource.kind},
        {"apiVersion", api_version}}) {
    Json& found = members[member];
    if (found.is_null()) found = text(expected);
    if (found == text(expected)) continue;
    return malformed(fmt::format("the {} in the data ({}) does not match the expected {} ({})",
                                 member, base::print_json(found), member, expected));
  }
  const Json* metadata = members.if_contains("metadata");
  if (metadata != nullptr && !metadata->is_object() && !metadata->is_null()) {
    return unreadable(resource, "metadata: expected an object");
  }
  object& fields = metadata_of(value);
  fields.erase("managedFields");
  fields.erase("selfLink");
  if (!resource.namespaced) {
    fields.erase("namespace");
  } else if (meta_text(value, "namespace").empty()) {
    fields["namespace"] = text(name_space);
  } else if (meta_text(value, "namespace") != name_space) {
    return malformed(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  return {};
}

void set_system_metadata(Json& value, base::Random& random, base::Time now) {
  object& metadata = metadata_of(value);
  metadata.erase("deletionTimestamp");
  metadata.erase("deletionGracePeriodSeconds");
  metadata["uid"] = text(base::uuid(random));
  metadata["creationTimestamp"] = text(base::print_time(now));
}

// Pods and the like count generations only where Kubernetes does: outside the core group.
bool has_generation(const Resource& resource) { return !resource.group.empty(); }

// Kubelets create their Node together with its status; every other status starts empty.
bool keeps_status_on_create(const Resource& resource) {
  return !resource.has_status || resource.kind == "Node";
}

void keep_member(Json& value, const Json& before, std::string_view member) {
  object& members = value.as_object();
  const Json* old = before.get_object().if_contains(member);
  if (old == nullptr) {
    members.erase(member);
  } else {
    members[member] = *old;
  }
}

// What no client may change.
void keep_system_metadata(Json& value, const Json& before) {
  object& metadata = metadata_of(value);
  const object& old = before.at("metadata").get_object();
  for (std::string_view member : {"uid", "creationTimestamp", "deletionTimestamp", "generation",
                                  "deletionGracePeriodSeconds", "resourceVersion"}) {
    const Json* kept = old.if_contains(member);
    if (kept == nullptr) {
      metadata.erase(member);
    } else {
      metadata[member] = *kept;
    }
  }
}

// Whether more than metadata and (where it is a subresource) status differs.
bool is_new_generation(const Resource& resource, const Json& before, const Json& after) {
  auto is_counted = [&](std::string_view member) {
    return member != "metadata" && !(resource.has_status && member == "status");
  };
  std::size_t old_count = 0;
  for (const auto& member : before.get_object())
    old_count += is_counted(member.key()) ? 1 : 0;
  for (const auto& member : after.get_object()) {
    if (!is_counted(member.key())) continue;
    const Json* old = before.get_object().if_contains(member.key());
    if (old == nullptr || *old != member.value()) return true;
    --old_count;
  }
  return old_count != 0;
}

// An object that is going must not be held up by new finalizers.
Result<void> check_finalizers(const Resource& resource, const Json& before, const Json& after) {
  if (meta_text(before, "deletionTimestamp").empty()) return {};
  const Json* now = base::find_path(after, {"metadata", "finalizers"});
  if (now == nullptr || !now->is_array()) return {};
  const Json* old = base::find_path(before, {"metadata", "finalizers"});
  for (const Json& finalizer : now->get_array()) {
    bool was_there =
        old != nullptr && std::ranges::find(old->get_array(), finalizer) != old->get_array().end();
    if (was_there) continue;
    return invalid_object(
        resource, meta_text(after, "name"),
        {{"metadata.finalizers",
          fmt::format("Forbidden: no new finalizers can be added if the object is being deleted, "
                      "found new finalizers []string{{{}}}",
                      base::print_json(finalizer))}});
  }
  return {};
}

Result<Json> patched(const Resource& resource, const Json& before, PatchType type,
                     const Json& patch) {
  if (type == PatchType::json) return apply_json_patch(before, patch);
  if (!patch.is_object()) return malformed("the patch is not an object");
  Json after = before;
  if (type == PatchType::merge) {
    base::apply_merge_patch(after, patch);
    return after;
  }
  if (resource.is_custom) {
    return base::fail(base::Code::unsupported,
                      "the body of the request was in an unknown format - accepted media types "
                      "include: application/json-patch+json, application/merge-patch+json");
  }
  Result<void> applied = apply_strategic_patch(after, patch);
  if (!applied) return std::unexpected(applied.error());
  return after;
}

}  // namespace

Result<StoredPtr> Store::State::read(const Resource& resource, Json value) const {
  auto stored = std::make_shared<Stored>();
  stored->version = version + 1;
  metadata_of(value)["resourceVersion"] = text(fmt::to_string(stored->version));
  if (resource.known) {
    Result<model::Object> typed = model::read_object(*resource.known, value);
    if (!typed && resource.is_custom) {
      return invalid_object(resource, meta_text(value, "name"), {fault_of(typed.error())});
    }
    if (!typed) return unreadable(resource, typed.error().message);
    stored->object = std::move(*typed);
  } else {
    Result<model::ObjectMeta> metadata = base::from_json<model::ObjectMeta>(value.at("metadata"));
    if (!metadata) return unreadable(resource, "metadata." + metadata.error().message);
  }
  stored->json = WireForm(std::move(value), forms);
  return stored;
}

Result<StoredPtr> Store::State::prepare(const Resource& resource, const StoredPtr& before,
                                        Json value, const WriteOptions& options) {
  Table& table = table_of(resource);
  for (const Admission& admission : table.admissions) {
    Result<void> admitted = admission(before.get(), value, options);
    if (!admitted) return std::unexpected(admitted.error());
  }
  if (before != nullptr && value == before->json) return before;
  std::vector<model::Fault> faults = metadata_faults(resource, value);
  if (!faults.empty()) return invalid_object(resource, meta_text(value, "name"), faults);
  if (before != nullptr && has_generation(resource) &&
      is_new_generation(resource, before->json, value)) {
    Json& generation = metadata_of(value)["generation"];
    generation = generation.is_int64() ? generation.get_int64() + 1 : 1;
  }
  Result<StoredPtr> stored = read(resource, std::move(value));
  if (!stored) return stored;
  for (const Validation& validation : table.validations) {
    Result<void> valid = validation(before.get(), **stored, options);
    if (!valid) return std::unexpected(valid.error());
  }
  return stored;
}

// Whether the object is deleting and neither finalizer nor grace period nor content holds it.
bool Store::State::is_finished(const Resource& resource, const Json& value) const {
  const object& metadata = value.at("metadata").get_object();
  if (!metadata.contains("deletionTimestamp") || has_finalizers(value)) return false;
  const Json* grace = metadata.if_contains("deletionGracePeriodSeconds");
  if (grace != nullptr && *grace != 0) return false;
  return resource.known != model::Kind::Namespace || is_namespace_empty(meta_text(value, "name"));
}

StoredPtr Store::State::commit(const Resource& resource, const StoredPtr& before, StoredPtr after,
                               bool dry_run) {
  if (dry_run) return after;
  base::check(after->version == version + 1, "nothing was written since the object was prepared");
  bool is_gone = is_finished(resource, after->json);
  version = after->version;
  std::string key = store_key(meta_text(after->json, "namespace"), meta_text(after->json, "name"));
  auto& objects = table_of(resource).objects;
  WatchEvent event{WatchEvent::Type::added, after, before, after->version};
  if (is_gone) {
    event.type = WatchEvent::Type::deleted;
    objects.erase(key);
  } else {
    if (before != nullptr) event.type = WatchEvent::Type::modified;
    objects.insert_or_assign(key, after);
  }
  log.append(index_of(resource), std::move(key), std::move(event));
  if (is_gone && resource.namespaced) finish_namespace(meta_text(after->json, "namespace"));
  return after;
}

// A dry run makes no version.
StoredPtr Store::State::unwritten(const StoredPtr& before, const Stored& prepared) const {
  Json value = prepared.json;
  if (before == nullptr) {
    metadata_of(value).erase("resourceVersion");
  } else {
    metadata_of(value)["resourceVersion"] = text(meta_text(before->json, "resourceVersion"));
  }
  auto stored = std::make_shared<Stored>(prepared);
  stored->json = WireForm(std::move(value), forms);
  return stored;
}

Result<StoredPtr> Store::State::write(const Resource& resource, const StoredPtr& before, Json value,
                                      const WriteOptions& options) {
  Result<StoredPtr> prepared = prepare(resource, before, std::move(value), options);
  if (!prepared || *prepared == before) return prepared;
  if (options.dry_run) return unwritten(before, **prepared);
  StoredPtr after = commit(resource, before, std::move(*prepared), false);
  for (const Sequel& sequel : table_of(resource).sequels)
    sequel(*after);
  return after;
}

Result<StoredPtr> Store::create(const Resource& resource, std::string_view name_space, Json value,
                                const WriteOptions& options) {
  std::string place(name_space);
  if (place.empty() && resource.namespaced && value.is_object()) {
    place = meta_text(value, "namespace");
    if (place.empty()) place = "default";
  }
  Result<void> identity = check_identity(resource, place, value);
  if (!identity) return std::unexpected(identity.error());
  if (!meta_text(value, "resourceVersion").empty()) {
    return malformed("resourceVersion should not be set on objects to be created");
  }
  Result<void> fields = check_fields(resource, value, options);
  if (!fields) return std::unexpected(fields.error());
  drop_nulls(value);
  if (!keeps_status_on_create(resource)) value.get_object().erase("status");
  set_system_metadata(value, state_->random, state_->clock.now());
  object& metadata = metadata_of(value);
  metadata.erase("generation");
  if (has_generation(resource)) metadata["generation"] = 1;
  if (meta_text(value, "name").empty() && !meta_text(value, "generateName").empty()) {
    constexpr std::size_t kLongest = 58;  // so that the whole is still a label value
    std::string_view prefix = meta_text(value, "generateName").substr(0, kLongest);
    std::string name;
    do {
      name = std::string(prefix) + random_suffix(state_->random);
    } while (state_->find(resource, place, name) != nullptr);
    metadata["name"] = text(name);
  }
  std::string name(meta_text(value, "name"));
  Result<void> place_exists = state_->check_namespace(resource, place, name);
  if (!place_exists) return std::unexpected(place_exists.error());
  if (state_->find(resource, place, name) != nullptr) return already_exists(resource, name);
  return state_->write(resource, nullptr, std::move(value), options);
}

Result<StoredPtr> Store::update(const Resource& resource, std::string_view name_space,
                                std::string_view name, Json value, const WriteOptions& options) {
  StoredPtr before = state_->find(resource, name_space, name);
  if (before == nullptr) return not_found(resource, name);
  if (options.subresource == "scale") {
    Result<Json> scaled = apply_scale(resource, before->json, value);
    if (!scaled) return std::unexpected(scaled.error());
    value = std::move(*scaled);
  }
  Result<void> identity = check_identity(resource, meta_text(before->json, "namespace"), value);
  if (!identity) return std::unexpected(identity.error());
  if (meta_text(value, "name").empty()) metadata_of(value)["name"] = text(name);
  if (meta_text(value, "name") != name) {
    return malformed(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                    meta_text(value, "name"), name));
  }
  Result<void> preconditions = check_preconditions(resource, *before, meta_text(value, "uid"),
                                                   meta_text(value, "resourceVersion"));
  if (!preconditions) return std::unexpected(preconditions.error());
  Result<void> fields = check_fields(resource, value, options);
  if (!fields) return std::unexpected(fields.error());
  drop_nulls(value);
  if (options.subresource == "status") {
    Json whole = before->json;
    keep_member(whole, value, "status");
    value = std::move(whole);
  } else if (resource.has_status) {
    keep_member(value, before->json.open(), "status");
  }
  keep_system_metadata(value, before->json);
  Result<void> finalizers = check_finalizers(resource, before->json, value);
  if (!finalizers) return std::unexpected(finalizers.error());
  return state_->write(resource, before, std::move(value), options);
}

Result<StoredPtr> Store::patch(const Resource& resource, std::string_view name_space,
                               std::string_view name, PatchType type, const Json& patch,
                               const WriteOptions& options) {
  StoredPtr before = state_->find(resource, name_space, name);
  if (before == nullptr) return not_found(resource, name);
  bool is_scale = options.subresource == "scale";
  Result<Json> after =
      patched(resource, is_scale ? scale_of(resource, *before) : before->json, type, patch);
  if (!after) return std::unexpected(after.error());
  return update(resource, name_space, name, std::move(*after), options);
}

Json Store::scale_of(const Resource& resource, const Stored& stored) const {
  return make_scale(resource, stored.json);
}

}  // namespace sim
