#include "engine/requests.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <utility>

#include "model/resources.h"

namespace engine {

namespace {

void add_to_hash(std::size_t& hash, const model::ResourceList& list) {
  for (const auto& [resource, quantity] : list) {
    boost::hash_combine(hash, std::hash<std::string>()(resource));
    boost::hash_combine(hash, static_cast<std::uint64_t>(quantity.nanos()));
  }
}

std::size_t hash_of(const model::PodSpec& spec) {
  std::size_t hash = spec.containers.size();
  for (const model::Container& container : spec.containers) {
    add_to_hash(hash, container.resources.requests);
  }
  for (const model::Container& container : spec.initContainers) {
    add_to_hash(hash, container.resources.requests);
  }
  add_to_hash(hash, spec.overhead);
  return hash;
}

// Equal amounts in the same suffix family, since the family decides how sums are printed.
bool are_same(const model::ResourceList& one, const model::ResourceList& other) {
  return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second == b.second && a.second.family() == b.second.family();
  });
}

bool are_same(const std::vector<model::Container>& some,
              const std::vector<model::Container>& others) {
  return std::ranges::equal(some, others, [](const auto& one, const auto& other) {
    return one.restartPolicy == other.restartPolicy &&
           are_same(one.resources.requests, other.resources.requests);
  });
}

bool are_same(const model::PodSpec& one, const model::PodSpec& other) {
  if (one.resources.has_value() != other.resources.has_value()) return false;
  return are_same(one.containers, other.containers) &&
         are_same(one.initContainers, other.initContainers) &&
         are_same(one.overhead, other.overhead) &&
         (!one.resources || are_same(one.resources->requests, other.resources->requests));
}

}  // namespace

bool may_be_resized(const model::Pod& pod) {
  auto has_resources = [](const model::ContainerStatus& status) {
    return status.resources.has_value();
  };
  return std::ranges::any_of(pod.status.containerStatuses, has_resources) ||
         std::ranges::any_of(pod.status.initContainerStatuses, has_resources);
}

RequestsId RequestTable::intern(const model::Pod& pod) {
  if (may_be_resized(pod)) return intern_resized(pod);
  std::vector<RequestsId>& same_hash = by_hash_[hash_of(*pod.spec)];
  for (RequestsId candidate : same_hash) {
    const model::Pod& example = *entries_[candidate].example;
    if (&*example.spec == &*pod.spec || are_same(*example.spec, *pod.spec)) return candidate;
  }
  RequestsId id = add(pod);
  same_hash.push_back(id);
  return id;
}

RequestsId RequestTable::intern_resized(const model::Pod& pod) {
  model::ResourceList list = model::requests_of(pod);
  for (RequestsId candidate : resized_) {
    if (are_same(entries_[candidate].list, list)) return candidate;
  }
  resized_.push_back(add(pod));
  return resized_.back();
}

RequestsId RequestTable::add(const model::Pod& pod) {
  entries_.push_back({&pod, model::requests_of(pod), {}});
  return static_cast<RequestsId>(entries_.size() - 1);
}

void RequestTable::note(AmountScale& scale) const {
  for (const Entry& entry : entries_) {
    scale.note(entry.list);
  }
}

void RequestTable::convert(const AmountScale& scale) {
  for (Entry& entry : entries_) {
    entry.amounts = scale.convert(entry.list, AmountScale::Round::up);
  }
}

}  // namespace engine
