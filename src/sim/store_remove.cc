#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "model/pod.h"
#include "sim/errors.h"
#include "sim/object_meta.h"
#include "sim/preconditions.h"
#include "sim/store_state.h"

namespace sim {
namespace {

using base::Json;
using base::Result;

constexpr std::int64_t kDefaultGraceSeconds = 30;
constexpr std::int64_t kLongestGraceSeconds = 1'000'000'000;  // keeps times in range

// Only pods are given time. Those that never ran, or have ended, need none.
std::int64_t grace_of(const Stored& stored, const DeleteOptions& options) {
  if (!stored.object.is<model::Pod>()) return 0;
  const auto& pod = stored.object.as<model::Pod>();
  bool is_over = pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
  if (pod.spec->nodeName.empty() || is_over) return 0;
  std::int64_t grace = options.grace_period_seconds.value_or(
      pod.spec->terminationGracePeriodSeconds.value_or(kDefaultGraceSeconds));
  return std::clamp<std::int64_t>(grace, 0, kLongestGraceSeconds);
}

void set_deletion(Json& value, base::Time when, std::int64_t grace) {
  boost::json::object& metadata = metadata_of(value);
  metadata["deletionTimestamp"] = boost::json::string(base::print_time(when));
  metadata["deletionGracePeriodSeconds"] = grace;
}

// Marks the object as deleting. A second request can only shorten the grace period.
void mark(Json& value, const Stored& before, const DeleteOptions& options, base::Time now) {
  std::int64_t grace = grace_of(before, options);
  boost::json::object& metadata = metadata_of(value);
  std::optional<base::Time> deletion = meta_time(value, "deletionTimestamp");
  if (!deletion) {
    set_deletion(value, now + std::chrono::seconds(grace), grace);
    if (Json* generation = metadata.if_contains("generation")) {
      *generation = generation->to_number<std::int64_t>() + 1;
    }
    return;
  }
  const Json* old_grace = metadata.if_contains("deletionGracePeriodSeconds");
  std::int64_t old_seconds = old_grace == nullptr ? 0 : old_grace->to_number<std::int64_t>();
  bool is_pod = before.object.is<model::Pod>();
  if (!is_pod || (!options.grace_period_seconds && grace > 0) || grace >= old_seconds) return;
  set_deletion(value, *deletion - std::chrono::seconds(old_seconds - grace), grace);
}

bool is_protected(std::string_view name_space) {
  constexpr std::array<std::string_view, 3> kProtected = {"default", "kube-public", "kube-system"};
  return std::ranges::find(kProtected, name_space) != kProtected.end();
}

}  // namespace

Result<void> check_preconditions(const Resource& resource, const Stored& stored,
                                 std::string_view uid, std::string_view version) {
  std::string_view name = meta_text(stored.json, "name");
  std::string_view found = meta_text(stored.json, "uid");
  if (!uid.empty() && uid != found) {
    return conflict(
        resource, name,
        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid,
                    found));
  }
  if (!version.empty() && version != meta_text(stored.json, "resourceVersion")) {
    return conflict(resource, name,
                    "the object has been modified; please apply your changes to the latest version "
                    "and try again");
  }
  return {};
}

Result<StoredPtr> Store::remove(const Resource& resource, std::string_view name_space,
                                std::string_view name, const DeleteOptions& options) {
  return state_->remove(resource, name_space, name, options);
}

Result<StoredPtr> Store::State::remove(const Resource& resource, std::string_view name_space,
                                       std::string_view name, const DeleteOptions& options) {
  StoredPtr before = find(resource, name_space, name);
  if (before == nullptr) return not_found(resource, name);
  Result<void> preconditions =
      check_preconditions(resource, *before, options.uid, options.resource_version);
  if (!preconditions) return std::unexpected(preconditions.error());
  bool is_namespace = resource.known == model::Kind::Namespace;
  if (is_namespace && is_protected(name)) {
    return forbidden(resource, name, "this namespace may not be deleted");
  }
  Json value = before->json;
  if (options.propagation == Propagation::foreground) add_finalizer(value, "foregroundDeletion");
  if (options.propagation == Propagation::orphan) add_finalizer(value, "orphan");
  mark(value, *before, options, clock.now());
  if (is_namespace) value.get_object()["status"] = {{"phase", "Terminating"}};
  if (value == before->json && !is_finished(resource, value)) return before;
  Result<StoredPtr> marked = read(resource, std::move(value));
  if (!marked) return marked;
  StoredPtr after = commit(resource, before, std::move(*marked), options.dry_run);
  if (is_namespace && !options.dry_run) empty_namespace(name);
  return after;
}

Result<void> Store::State::check_namespace(const Resource& resource, std::string_view name_space,
                                           std::string_view name) const {
  if (!resource.namespaced) return {};
  const Resource& namespaces = resource_of(model::Kind::Namespace);
  StoredPtr found = find(namespaces, "", name_space);
  if (found == nullptr) return not_found(namespaces, name_space);
  if (meta_text(found->json, "deletionTimestamp").empty()) return {};
  return forbidden(resource, name,
                   fmt::format("unable to create new content in namespace {} because it is being "
                               "terminated",
                               name_space));
}

// Asks for the deletion of all that the namespace holds.
void Store::State::empty_namespace(std::string_view name_space) {
  std::string place(name_space);  // the namespace may go meanwhile
  std::string first = store_key(place, "");
  for (const Resource& resource : resources) {
    if (!resource.namespaced) continue;
    std::vector<std::string> names;
    const auto& objects = table_of(resource).objects;
    for (auto entry = objects.lower_bound(first);
         entry != objects.end() && entry->first.starts_with(first); ++entry) {
      names.push_back(entry->first.substr(first.size()));
    }
    for (const std::string& name : names) {
      Result<StoredPtr> removed = remove(resource, place, name, {});
      base::check(removed.has_value(), "what a namespace holds can be deleted");
    }
  }
}

bool Store::State::is_namespace_empty(std::string_view name_space) const {
  std::string first = store_key(name_space, "");
  for (std::size_t index = 0; index < resources.size(); ++index) {
    const auto& objects = tables[index].objects;
    auto entry = objects.lower_bound(first);
    bool has_some = entry != objects.end() && entry->first.starts_with(first);
    if (resources[index].namespaced && has_some) return false;
  }
  return true;
}

// A namespace that is deleting goes with the last object in it.
void Store::State::finish_namespace(std::string_view name_space) {
  const Resource& namespaces = resource_of(model::Kind::Namespace);
  StoredPtr found = find(namespaces, "", name_space);
  if (found == nullptr || !is_finished(namespaces, found->json)) return;
  Result<StoredPtr> last = read(namespaces, found->json);
  base::check(last.has_value(), "a stored namespace can be read");
  commit(namespaces, found, std::move(*last), false);
}

}  // namespace sim
