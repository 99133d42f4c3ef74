#include "model/resources.h"

#include <algorithm>

namespace model {
namespace {

bool is_sidecar(const Container& container) { return container.restartPolicy == "Always"; }

// Pod-level requests count for these only (SCH-074).
bool may_be_pod_level(std::string_view resource) {
  return resource == kCpu || resource == kMemory || resource.starts_with("hugepages-");
}

// Sums up what the containers of a pod ask for, given what each of them asks for: `of_running` for
// containers and sidecars, `of_init` for init containers that end.
template <class OfRunning, class OfInit>
ResourceList requests_of(const PodSpec& spec, OfRunning of_running, OfInit of_init) {
  ResourceList sum;
  for (const Container& container : spec.containers)
    add(sum, of_running(container));
  ResourceList sidecars;
  ResourceList starting;  // the most that is asked for while init containers run
  for (const Container& container : spec.initContainers) {
    if (is_sidecar(container)) {
      add(sidecars, of_running(container));
      raise_to(starting, sidecars);
    } else {
      ResourceList together = of_init(container);
      add(together, sidecars);
      raise_to(starting, together);
    }
  }
  add(sum, sidecars);
  raise_to(sum, starting);
  if (spec.resources) {
    for (const auto& [resource, quantity] : spec.resources->requests) {
      if (may_be_pod_level(resource)) sum[resource] = quantity;
    }
  }
  add(sum, spec.overhead);
  sum[std::string(kPods)] = base::Quantity::from_units(1);
  return sum;
}

const ContainerStatus* status_of(const Pod& pod, const Container& container) {
  for (const auto* statuses : {&pod.status.containerStatuses, &pod.status.initContainerStatuses}) {
    auto found = std::ranges::find(*statuses, container.name, &ContainerStatus::name);
    if (found != statuses->end()) return &*found;
  }
  return nullptr;
}

// The node refused the resize that the spec asks for, so the spec does not count.
bool is_resize_infeasible(const Pod& pod) {
  const Condition* pending = find_condition(pod.status.conditions, "PodResizePending");
  return pending != nullptr && pending->reason == "Infeasible";
}

// What a container that may be resized while it runs asks for (SCH-074).
ResourceList running_requests(const Pod& pod, const Container& container) {
  const ContainerStatus* status = status_of(pod, container);
  if (status == nullptr || !status->resources) return container.resources.requests;
  ResourceList most = is_resize_infeasible(pod) ? ResourceList() : container.resources.requests;
  raise_to(most, status->resources->requests);
  raise_to(most, status->allocatedResources);
  return most;
}

ResourceList requests_or_limits(const Container& container) {
  ResourceList requests = container.resources.requests;
  for (const auto& [resource, quantity] : container.resources.limits) {
    requests.emplace(resource, quantity);
  }
  return requests;
}

}  // namespace

base::Quantity quantity_of(const ResourceList& list, std::string_view resource) {
  auto found = list.find(resource);
  return found == list.end() ? base::Quantity() : found->second;
}

void add(ResourceList& sum, const ResourceList& more) {
  for (const auto& [resource, quantity] : more)
    sum[resource] += quantity;
}

void subtract(ResourceList& sum, const ResourceList& less) {
  for (const auto& [resource, quantity] : less)
    sum[resource] -= quantity;
}

void raise_to(ResourceList& list, const ResourceList& other) {
  for (const auto& [resource, quantity] : other) {
    auto [entry, is_new] = list.emplace(resource, quantity);
    if (!is_new && entry->second < quantity) entry->second = quantity;
  }
}

bool fits(const ResourceList& requests, const ResourceList& available) {
  if (std::ranges::any_of(available,
                          [](const auto& entry) { return entry.second.is_negative(); })) {
    return false;
  }
  return std::ranges::all_of(requests, [&](const auto& entry) {
    return entry.second <= quantity_of(available, entry.first);
  });
}

ResourceList requests_of(const Pod& pod) {
  return requests_of(
      *pod.spec, [&](const Container& container) { return running_requests(pod, container); },
      [](const Container& container) { return container.resources.requests; });
}

ResourceList requests_of(const PodTemplateSpec& pod_template) {
  return requests_of(*pod_template.spec, requests_or_limits, requests_or_limits);
}

}  // namespace model
