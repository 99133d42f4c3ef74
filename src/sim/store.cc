#include "sim/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/errors.h"
#include "sim/object_meta.h"
#include "sim/store_state.h"

namespace sim {

std::string store_key(std::string_view name_space, std::string_view name) {
  std::string key;
  key.reserve(name_space.size() + 1 + name.size());
  key += name_space;
  key += '\0';
  key += name;
  return key;
}

Store::State::State(ports::Clock& clock_in, base::Random random_in, const StoreOptions& options)
    : clock(clock_in),
      random(std::move(random_in)),
      resources(make_resources()),
      tables(resources.size()),
      forms(std::make_shared<OpenForms>(options.open_forms)),
      log(clock_in, resources.size(), forms, options) {}

std::size_t Store::State::index_of(const Resource& resource) const {
  std::less<const Resource*> before;
  base::check(!before(&resource, resources.data()) &&
                  before(&resource, resources.data() + resources.size()),
              "the resource is one of this store's");
  return static_cast<std::size_t>(&resource - resources.data());
}

const Resource& Store::State::resource_of(model::Kind kind) const {
  auto found = std::ranges::find(resources, std::optional(kind), &Resource::known);
  base::check(found != resources.end(), "every known kind is a resource");
  return *found;
}

StoredPtr Store::State::find(const Resource& resource, std::string_view name_space,
                             std::string_view name) const {
  const auto& objects = tables[index_of(resource)].objects;
  auto found = objects.find(store_key(resource.namespaced ? name_space : "", name));
  return found == objects.end() ? nullptr : found->second;
}

Store::Store(ports::Clock& clock, base::Random random, const StoreOptions& options)
    : state_(std::make_unique<State>(clock, std::move(random), options)) {}

Store::~Store() = default;

const std::vector<Resource>& Store::resources() const { return state_->resources; }

const Resource* Store::find(std::string_view group, std::string_view version,
                            std::string_view plural) const {
  auto found = std::ranges::find_if(state_->resources, [&](const Resource& resource) {
    return resource.plural == plural && resource.group == group && resource.version == version;
  });
  return found == state_->resources.end() ? nullptr : &*found;
}

const Resource* Store::find_kind(std::string_view api_version, std::string_view kind) const {
  auto found = std::ranges::find_if(state_->resources, [&](const Resource& resource) {
    return resource.kind == kind && resource.api_version() == api_version;
  });
  return found == state_->resources.end() ? nullptr : &*found;
}

const Resource& Store::resource_of(model::Kind kind) const { return state_->resource_of(kind); }

StoredPtr Store::get(const Resource& resource, std::string_view name_space,
                     std::string_view name) const {
  return state_->find(resource, name_space, name);
}

ListResult Store::list(const Resource& resource, std::string_view name_space) const {
  const auto& objects = state_->table_of(resource).objects;
  ListResult result;
  result.version = state_->version;
  if (name_space.empty() || !resource.namespaced) {
    result.items.reserve(objects.size());
    for (const auto& [key, object] : objects)
      result.items.push_back(object);
    return result;
  }
  std::string first = store_key(name_space, "");
  for (auto entry = objects.lower_bound(first);
       entry != objects.end() && entry->first.starts_with(first); ++entry) {
    result.items.push_back(entry->second);
  }
  return result;
}

base::Result<ListResult> Store::list_at(const Resource& resource, std::string_view name_space,
                                        std::uint64_t version, const Position& after) const {
  if (version > state_->version) {
    return base::fail(
        base::Code::timed_out,
        fmt::format("Too large resource version: {}, current: {}", version, state_->version));
  }
  base::Result<std::map<std::string, StoredPtr>> past =
      state_->log.before_changes(state_->index_of(resource), version);
  if (!past) return std::unexpected(past.error());
  bool is_all = name_space.empty() || !resource.namespaced;
  std::string first = is_all ? std::string() : store_key(name_space, "");
  if (!after.name.empty()) first = std::max(first, store_key(after.name_space, after.name) + '\0');
  const auto& objects = state_->table_of(resource).objects;
  auto changed = past->lower_bound(first);
  ListResult result;
  result.version = version;
  auto take = [&](const StoredPtr& object) {
    if (object != nullptr) result.items.push_back(object);
  };
  auto is_here = [&](const std::string& key) {
    return is_all || (key.starts_with(name_space) && key[name_space.size()] == '\0');
  };
  for (auto entry = objects.lower_bound(first); entry != objects.end() && is_here(entry->first);
       ++entry) {
    for (; changed != past->end() && changed->first < entry->first; ++changed)
      take(changed->second);
    bool is_changed = changed != past->end() && changed->first == entry->first;
    take(is_changed ? (changed++)->second : entry->second);
  }
  for (; changed != past->end() && is_here(changed->first); ++changed)
    take(changed->second);
  return result;
}

base::Result<std::shared_ptr<void>> Store::watch(const Resource& resource, std::uint64_t version,
                                                 Sink sink, const WatchOptions& options) {
  return state_->log.watch(state_->index_of(resource), version, std::move(sink), options);
}

std::uint64_t Store::version() const { return state_->version; }

void Store::admit(const Resource& resource, Admission admission) {
  state_->table_of(resource).admissions.push_back(std::move(admission));
}

void Store::validate(const Resource& resource, Validation validation) {
  state_->table_of(resource).validations.push_back(std::move(validation));
}

void Store::follow(const Resource& resource, Sequel sequel) {
  state_->table_of(resource).sequels.push_back(std::move(sequel));
}

}  // namespace sim
