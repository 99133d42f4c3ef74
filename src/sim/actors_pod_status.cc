#include "sim/actors_pod_status.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/check.h"
#include "sim/actors_objects.h"

namespace sim {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;

bool is_sidecar(const model::Container& container) { return container.restartPolicy == "Always"; }

object container_status(const model::Container& container, bool is_ready, object state) {
  return {{"name", text(container.name)},
          {"state", std::move(state)},
          {"lastState", object()},
          {"ready", is_ready},
          {"restartCount", 0},
          {"image", text(container.image)},
          {"imageID", ""},
          {"started", is_ready}};
}

object waiting(std::string_view reason) { return {{"waiting", {{"reason", text(reason)}}}}; }

object running(base::Time since) { return {{"running", {{"startedAt", text(since)}}}}; }

object completed(base::Time at) {
  return {{"terminated",
           {{"exitCode", 0},
            {"reason", "Completed"},
            {"startedAt", text(at)},
            {"finishedAt", text(at)}}}};
}

std::string unready_message(const std::vector<std::string_view>& names) {
  return fmt::format("containers with unready status: [{}]", fmt::join(names, " "));
}

// "containers with unready status: [app log]"
std::string unready_message(const model::PodSpec& spec) {
  std::vector<std::string_view> names;
  for (const model::Container& container : spec.containers) {
    names.push_back(container.name);
  }
  return unready_message(names);
}

// Requires: the kubelet has written the status of the container.
object& status_of(object& status, std::string_view container) {
  array& list = array_at(status, "containerStatuses");
  auto found = std::ranges::find_if(
      list, [&](const Json& element) { return base::string_at(element, {"name"}) == container; });
  base::check(found != list.end(), "a container that has run has a status");
  return found->as_object();
}

void set_readiness(object& status, const model::PodSpec& spec, base::Time now) {
  std::vector<std::string_view> unready;
  for (const model::Container& container : spec.containers) {
    if (status_of(status, container.name).at("ready") != true) unready.push_back(container.name);
  }
  for (std::string_view type : {"Ready", "ContainersReady"}) {
    if (unready.empty()) {
      set_condition(status, type, "True", "", "", now);
    } else {
      set_condition(status, type, "False", "ContainersNotReady", unready_message(unready), now);
    }
  }
}

}  // namespace

void set_creating(object& status, const model::PodSpec& spec, std::string_view host_ip,
                  base::Time now) {
  status["phase"] = "Pending";
  status["hostIP"] = text(host_ip);
  status["hostIPs"] = array{object{{"ip", text(host_ip)}}};
  status["startTime"] = text(now);
  bool has_init = !spec.initContainers.empty();
  std::string message = unready_message(spec);
  set_condition(status, "PodReadyToStartContainers", "False", "", "", now);
  if (has_init) {
    set_condition(status, "Initialized", "False", "ContainersNotInitialized",
                  "containers with incomplete status", now);
  } else {
    set_condition(status, "Initialized", "True", "", "", now);
  }
  set_condition(status, "Ready", "False", "ContainersNotReady", message, now);
  set_condition(status, "ContainersReady", "False", "ContainersNotReady", message, now);
  array init;
  for (const model::Container& container : spec.initContainers) {
    init.push_back(container_status(container, false, waiting("PodInitializing")));
  }
  if (has_init) status["initContainerStatuses"] = std::move(init);
  array containers;
  for (const model::Container& container : spec.containers) {
    containers.push_back(container_status(
        container, false, waiting(has_init ? "PodInitializing" : "ContainerCreating")));
  }
  status["containerStatuses"] = std::move(containers);
}

void set_running(object& status, const model::PodSpec& spec, std::string_view host_ip,
                 std::string_view pod_ip, base::Time now) {
  status["phase"] = "Running";
  status["hostIP"] = text(host_ip);
  status["podIP"] = text(pod_ip);
  status["podIPs"] = array{object{{"ip", text(pod_ip)}}};
  for (std::string_view type :
       {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"}) {
    set_condition(status, type, "True", "", "", now);
  }
  array init;
  for (const model::Container& container : spec.initContainers) {
    init.push_back(
        container_status(container, true, is_sidecar(container) ? running(now) : completed(now)));
  }
  if (!init.empty()) status["initContainerStatuses"] = std::move(init);
  array containers;
  for (const model::Container& container : spec.containers) {
    containers.push_back(container_status(container, true, running(now)));
  }
  status["containerStatuses"] = std::move(containers);
}

void set_terminated(object& status, const model::PodSpec& pod_spec, std::string_view container,
                    int exit_code, base::Time now) {
  object& own = status_of(status, container);
  std::string started(base::string_at(own.at("state"), {"running", "startedAt"}));
  own["state"] = {{"terminated",
                   {{"exitCode", exit_code},
                    {"reason", exit_code == 0 ? "Completed" : "Error"},
                    {"startedAt", text(started)},
                    {"finishedAt", text(now)}}}};
  own["ready"] = false;
  own["started"] = false;
  set_readiness(status, pod_spec, now);
}

void set_back_off(object& status, std::string_view container, std::string_view message) {
  object& own = status_of(status, container);
  own["lastState"] = own.at("state");
  own["state"] = {{"waiting", {{"reason", "CrashLoopBackOff"}, {"message", text(message)}}}};
}

void set_restarted(object& status, const model::PodSpec& pod_spec, std::string_view container,
                   base::Time now) {
  object& own = status_of(status, container);
  if (own.at("state").as_object().contains("terminated")) own["lastState"] = own.at("state");
  own["state"] = running(now);
  own["ready"] = true;
  own["started"] = true;
  own["restartCount"] = own.at("restartCount").to_number<std::int64_t>() + 1;
  set_readiness(status, pod_spec, now);
}

void set_finished(object& status, base::Time now) {
  bool has_failed = false;
  for (const Json& container : array_at(status, "containerStatuses")) {
    const Json* code = base::find_path(container, {"state", "terminated", "exitCode"});
    has_failed = has_failed || (code != nullptr && *code != 0);
  }
  status["phase"] = has_failed ? "Failed" : "Succeeded";
  std::string_view reason = has_failed ? "PodFailed" : "PodCompleted";
  set_condition(status, "Initialized", "True", has_failed ? "" : reason, "", now);
  set_condition(status, "Ready", "False", reason, "", now);
  set_condition(status, "ContainersReady", "False", reason, "", now);
  set_condition(status, "PodReadyToStartContainers", "False", "", "", now);
}

bool have_all_ended(const object& status) {
  const Json* list = status.if_contains("containerStatuses");
  return list != nullptr && std::ranges::all_of(list->as_array(), [](const Json& container) {
           return base::find_path(container, {"state", "terminated"}) != nullptr;
         });
}

}  // namespace sim
