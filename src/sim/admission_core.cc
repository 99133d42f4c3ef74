#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "model/priority_class.h"
#include "sim/actors_objects.h"
#include "sim/admission.h"
#include "sim/core_defaults.h"
#include "sim/core_rules.h"
#include "sim/errors.h"
#include "sim/kept_defaults.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using base::Result;

// Every cluster has these two priority classes.
constexpr std::array<std::pair<std::string_view, std::int32_t>, 2> kSystemPriorities = {{
    {"system-cluster-critical", 2'000'000'000},
    {"system-node-critical", 2'000'001'000},
}};

// The value of the pod's priority class, or of the cluster's default one, or 0.
std::optional<std::int32_t> priority_of(const Store& store, std::string_view class_name) {
  auto system = std::ranges::find(kSystemPriorities, class_name,
                                  &std::pair<std::string_view, std::int32_t>::first);
  if (system != kSystemPriorities.end()) return system->second;
  if (!class_name.empty()) {
    auto found = find<model::PriorityClass>(store, {"", std::string(class_name)});
    return found == nullptr ? std::nullopt : std::optional(found->value);
  }
  for (const auto& item : list<model::PriorityClass>(store)) {
    if (item->globalDefault) return item->value;
  }
  return 0;
}

Result<void> admit_pod(const Store& store, const Stored* before, Json& pod) {
  if (before != nullptr) {
    // The first write decided the rest; only what an update may leave out is filled in again.
    if (Json* spec = pod.get_object().if_contains("spec")) default_pod_spec(*spec);
    return {};
  }
  std::string_view class_name = base::string_at(pod, {"spec", "priorityClassName"});
  std::optional<std::int32_t> priority = priority_of(store, class_name);
  if (!priority) {
    return forbidden(store.resource_of(model::Kind::Pod), meta_text(pod, "name"),
                     fmt::format("no PriorityClass with name {} was found", class_name));
  }
  default_pod(pod, *priority);
  return {};
}

template <class T>
void validate_kind(Store& store) {
  const Resource& resource = store.resource_of(model::kind_of<T>());
  store.validate(resource,
                 [&resource](const Stored* before, const Stored& after,
                             const WriteOptions& options) -> Result<void> {
                   if (options.subresource == "status") return {};
                   std::vector<model::Fault> faults = core_faults(
                       after.object.as<T>(), before == nullptr ? nullptr : &before->object.as<T>());
                   if (faults.empty()) return {};
                   return invalid_object(resource, meta_text(after.json, "name"), faults);
                 });
}

template <class Default>
void default_kind(Store& store, const Resource& resource, Default fill_in) {
  store.admit(resource,
              [fill_in](const Stored*, Json& object, const WriteOptions& options) -> Result<void> {
                if (options.subresource != "status") fill_in(object);
                return {};
              });
}

}  // namespace

void install_core_admission(Store& store) {
  using model::Kind;
  store.admit(store.resource_of(Kind::Pod), [&store](const Stored* before, Json& pod,
                                                     const WriteOptions& options) {
    return options.subresource == "status" ? Result<void>() : admit_pod(store, before, pod);
  });
  default_kind(store, store.resource_of(Kind::Namespace), default_namespace);
  default_kind(store, store.resource_of(Kind::Deployment), default_deployment);
  default_kind(store, store.resource_of(Kind::ReplicaSet), default_replica_set);
  default_kind(store, store.resource_of(Kind::DaemonSet), default_daemon_set);
  default_kind(store, store.resource_of(Kind::StatefulSet), default_stateful_set);
  default_kind(store, store.resource_of(Kind::Job), default_job);
  install_kept_defaults(store);
  validate_kind<model::Pod>(store);
  validate_kind<model::Node>(store);
  validate_kind<model::Deployment>(store);
  validate_kind<model::ReplicaSet>(store);
  validate_kind<model::DaemonSet>(store);
  validate_kind<model::StatefulSet>(store);
  validate_kind<model::Job>(store);
  validate_kind<model::PodDisruptionBudget>(store);
}

}  // namespace sim
