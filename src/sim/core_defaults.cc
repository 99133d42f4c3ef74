#include "sim/core_defaults.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/quantity.h"
#include "model/labels.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::int64_t kEvictionSeconds = 300;

Json text(std::string_view value) { return Json(boost::json::string(value)); }

// The member as an object, made if it is missing; nullptr if it is something else.
object* object_at(object& members, std::string_view name) {
  Json& found = members[name];
  if (found.is_null()) found = object();
  return found.if_object();
}

// Calls `apply` with each object of a list.
template <class Apply>
void each(object& members, std::string_view name, Apply apply) {
  Json* list = members.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (Json& element : list->get_array()) {
    if (object* found = element.if_object()) apply(*found);
  }
}

// A limit without a request is a request as well.
void copy_limits(object& container) {
  Json* resources = container.if_contains("resources");
  Json* limits = resources == nullptr || !resources->is_object()
                     ? nullptr
                     : resources->get_object().if_contains("limits");
  if (limits == nullptr || !limits->is_object()) return;
  object given = limits->get_object();
  object* requests = object_at(resources->get_object(), "requests");
  if (requests == nullptr) return;
  for (const auto& limit : given)
    set_default(*requests, limit.key(), limit.value());
}

// How long a pod stays on a node that does not answer, unless it says so itself.
void tolerate(object& spec, std::string_view key) {
  Json& tolerations = spec["tolerations"];
  if (tolerations.is_null()) tolerations = array();
  if (!tolerations.is_array()) return;
  for (const Json& toleration : tolerations.get_array()) {
    std::string_view found = base::string_at(toleration, {"key"});
    std::string_view effect = base::string_at(toleration, {"effect"});
    bool is_about_all = found.empty() && base::string_at(toleration, {"operator"}) == "Exists";
    bool is_about_this = found == key || is_about_all;
    if (is_about_this && (effect.empty() || effect == "NoExecute")) return;
  }
  tolerations.get_array().push_back({{"key", text(key)},
                                     {"operator", "Exists"},
                                     {"effect", "NoExecute"},
                                     {"tolerationSeconds", kEvictionSeconds}});
}

std::optional<base::Quantity> quantity_at(const Json& container, std::string_view list,
                                          std::string_view resource) {
  const Json* found = base::find_path(container, {"resources", list, resource});
  if (found == nullptr) return std::nullopt;
  const auto* quoted = found->if_string();
  auto quantity =
      base::Quantity::parse(quoted == nullptr ? base::print_json(*found) : std::string(*quoted));
  if (!quantity || quantity->is_zero()) return std::nullopt;
  return *quantity;
}

// An image without a tag, or with the tag latest, is pulled each time.
std::string_view pull_policy(std::string_view image) {
  if (image.contains('@')) return "IfNotPresent";
  image.remove_prefix(std::min(image.find_last_of('/') + 1, image.size()));
  std::size_t colon = image.find(':');
  bool is_latest = colon == std::string_view::npos || image.substr(colon + 1) == "latest";
  return is_latest ? "Always" : "IfNotPresent";
}

void default_container(object& container) {
  each(container, "ports", [](object& port) { set_default(port, "protocol", "TCP"); });
  const Json* image = container.if_contains("image");
  const auto* name = image == nullptr ? nullptr : image->if_string();
  if (name != nullptr) set_default(container, "imagePullPolicy", text(pull_policy(*name)));
  set_default(container, "resources", object());
  set_default(container, "terminationMessagePath", "/dev/termination-log");
  set_default(container, "terminationMessagePolicy", "File");
}

void default_template(object& spec) {
  Json* found = spec.if_contains("template");
  if (found == nullptr || !found->is_object()) return;
  if (Json* pod_spec = found->get_object().if_contains("spec")) default_pod_spec(*pod_spec);
}

void default_rolling_update(object& strategy, Json max_unavailable, Json max_surge) {
  set_default(strategy, "type", "RollingUpdate");
  if (strategy.at("type") != "RollingUpdate") return;
  object* rolling = object_at(strategy, "rollingUpdate");
  if (rolling == nullptr) return;
  set_default(*rolling, "maxUnavailable", std::move(max_unavailable));
  set_default(*rolling, "maxSurge", std::move(max_surge));
}

}  // namespace

void set_default(object& members, std::string_view name, Json value) {
  if (!members.contains(name)) members.emplace(name, std::move(value));
}

void default_pod_spec(Json& spec) {
  object* members = spec.if_object();
  if (members == nullptr) return;
  set_default(*members, "restartPolicy", "Always");
  set_default(*members, "terminationGracePeriodSeconds", 30);
  set_default(*members, "dnsPolicy", "ClusterFirst");
  set_default(*members, "schedulerName", "default-scheduler");
  set_default(*members, "securityContext", object());
  for (std::string_view list : {"containers", "initContainers"})
    each(*members, list, default_container);
}

void default_pod(Json& pod, std::int32_t priority) {
  object* spec = object_at(pod.get_object(), "spec");
  if (spec == nullptr) return;
  default_pod_spec(pod.at("spec"));
  for (std::string_view list : {"containers", "initContainers"})
    each(*spec, list, copy_limits);
  tolerate(*spec, model::kNotReadyTaint);
  tolerate(*spec, model::kUnreachableTaint);
  set_default(*spec, "enableServiceLinks", true);
  set_default(*spec, "serviceAccountName", "default");
  set_default(*spec, "serviceAccount", spec->at("serviceAccountName"));
  set_default(*spec, "preemptionPolicy", "PreemptLowerPriority");
  set_default(*spec, "priority", priority);
  object* status = object_at(pod.get_object(), "status");
  if (status == nullptr) return;
  set_default(*status, "phase", "Pending");
  if (!status->contains("qosClass")) {
    status->emplace("qosClass", boost::json::string(qos_class(pod.at("spec"))));
  }
}

void default_deployment(Json& deployment) {
  object* spec = object_at(deployment.get_object(), "spec");
  if (spec == nullptr) return;
  set_default(*spec, "replicas", 1);
  if (object* strategy = object_at(*spec, "strategy")) {
    default_rolling_update(*strategy, "25%", "25%");
  }
  set_default(*spec, "revisionHistoryLimit", 10);
  set_default(*spec, "progressDeadlineSeconds", 600);
  default_template(*spec);
}

void default_replica_set(Json& set) {
  object* spec = object_at(set.get_object(), "spec");
  if (spec == nullptr) return;
  set_default(*spec, "replicas", 1);
  default_template(*spec);
}

void default_daemon_set(Json& set) {
  object* spec = object_at(set.get_object(), "spec");
  if (spec == nullptr) return;
  if (object* strategy = object_at(*spec, "updateStrategy")) {
    default_rolling_update(*strategy, 1, 0);
  }
  set_default(*spec, "revisionHistoryLimit", 10);
  default_template(*spec);
}

void default_stateful_set(Json& set) {
  object* spec = object_at(set.get_object(), "spec");
  if (spec == nullptr) return;
  set_default(*spec, "replicas", 1);
  set_default(*spec, "podManagementPolicy", "OrderedReady");
  set_default(*spec, "revisionHistoryLimit", 10);
  if (object* strategy = object_at(*spec, "updateStrategy")) {
    set_default(*strategy, "type", "RollingUpdate");
    bool is_rolling = strategy->at("type") == "RollingUpdate";
    object* rolling = is_rolling ? object_at(*strategy, "rollingUpdate") : nullptr;
    if (rolling != nullptr) set_default(*rolling, "partition", 0);
  }
  if (object* retention = object_at(*spec, "persistentVolumeClaimRetentionPolicy")) {
    set_default(*retention, "whenDeleted", "Retain");
    set_default(*retention, "whenScaled", "Retain");
  }
  default_template(*spec);
}

void default_job(Json& job) {
  object* spec = object_at(job.get_object(), "spec");
  if (spec == nullptr) return;
  if (!spec->contains("parallelism")) set_default(*spec, "completions", 1);
  set_default(*spec, "parallelism", 1);
  set_default(*spec, "backoffLimit", 6);
  set_default(*spec, "completionMode", "NonIndexed");
  set_default(*spec, "suspend", false);
  default_template(*spec);
  const Json* is_manual = spec->if_contains("manualSelector");
  Json* pod_template = spec->if_contains("template");
  bool has_template = pod_template != nullptr && pod_template->is_object();
  if ((is_manual != nullptr && *is_manual == true) || !has_template) return;
  object* metadata = object_at(pod_template->get_object(), "metadata");
  object* labels = metadata == nullptr ? nullptr : object_at(*metadata, "labels");
  if (labels == nullptr) return;
  Json uid = text(meta_text(job, "uid"));
  Json name = text(meta_text(job, "name"));
  for (std::string_view prefix : {"", "batch.kubernetes.io/"}) {
    set_default(*labels, std::string(prefix) + "controller-uid", uid);
    set_default(*labels, std::string(prefix) + "job-name", name);
  }
  set_default(*spec, "selector",
              {{"matchLabels", {{"batch.kubernetes.io/controller-uid", std::move(uid)}}}});
}

void default_namespace(Json& name_space) {
  object& metadata = metadata_of(name_space);
  if (object* labels = object_at(metadata, "labels")) {
    if (const Json* name = metadata.if_contains("name")) {
      (*labels)["kubernetes.io/metadata.name"] = *name;
    }
  }
  object* status = object_at(name_space.get_object(), "status");
  if (status != nullptr) set_default(*status, "phase", "Active");
}

std::string qos_class(const Json& pod_spec) {
  bool is_best_effort = true;
  bool is_guaranteed = true;
  for (std::string_view list : {"containers", "initContainers"}) {
    const Json* containers = base::find_path(pod_spec, {list});
    if (containers == nullptr || !containers->is_array()) continue;
    for (const Json& container : containers->get_array()) {
      for (std::string_view resource : {"cpu", "memory"}) {
        auto request = quantity_at(container, "requests", resource);
        auto limit = quantity_at(container, "limits", resource);
        if (request || limit) is_best_effort = false;
        if (!limit || request != limit) is_guaranteed = false;
      }
    }
  }
  if (is_best_effort) return "BestEffort";
  return is_guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace sim
