#include "sim/actors_pod_status.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <string>
#include <vector>

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

// "containers with unready status: [app log]"
std::string unready_message(const model::PodSpec& spec) {
  std::vector<std::string_view> names;
  for (const model::Container& container : spec.containers) {
    names.push_back(container.name);
  }
  return fmt::format("containers with unready status: [{}]", fmt::join(names, " "));
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

}  // namespace sim
