#include "apiserver/cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace apiserver {
namespace {

using base::Json;
using base::string_at;
using boost::json::array;

bool is_true_at(const Json& object, Path path) {
  const Json* found = base::find_path(object, path);
  return found != nullptr && *found == Json(true);
}

const Json* find_named(const array& list, std::string_view name) {
  auto found = std::ranges::find_if(
      list, [&](const Json& element) { return string_at(element, {"name"}) == name; });
  return found == list.end() ? nullptr : &*found;
}

bool has_condition(const Json& pod, std::string_view type) {
  const Json* condition = typed_element(list_at(pod, {"status", "conditions"}), type);
  return condition != nullptr && string_at(*condition, {"status"}) == "True";
}

bool is_sidecar(const Json& pod, std::string_view name) {
  const Json* container = find_named(list_at(pod, {"spec", "initContainers"}), name);
  return container != nullptr && string_at(*container, {"restartPolicy"}) == "Always";
}

// Why a container ended: its reason, or the signal or exit code that it ended with.
std::string termination(const Json& terminated) {
  std::string_view reason = string_at(terminated, {"reason"});
  if (!reason.empty()) return std::string(reason);
  std::int64_t signal = integer_at(terminated, {"signal"});
  if (signal != 0) return fmt::format("Signal:{}", signal);
  return fmt::format("ExitCode:{}", integer_at(terminated, {"exitCode"}));
}

void count_restarts(const Json& container, PodSummary& summary) {
  summary.restarts += integer_at(container, {"restartCount"});
  std::string_view ended = string_at(container, {"lastState", "terminated", "finishedAt"});
  if (ended > summary.last_restart) summary.last_restart = ended;
}

// What the first init container that is not done says; "" if all are done.
std::string initialising(const Json& pod, PodSummary& summary) {
  const array& statuses = list_at(pod, {"status", "initContainerStatuses"});
  std::int64_t index = 0;
  for (const Json& container : statuses) {
    const Json* terminated = base::find_path(container, {"state", "terminated"});
    bool is_done = terminated != nullptr && integer_at(*terminated, {"exitCode"}) == 0;
    bool runs_along =
        is_sidecar(pod, string_at(container, {"name"})) && is_true_at(container, {"started"});
    if (!is_done) count_restarts(container, summary);
    if (!is_done && !runs_along) {
      if (terminated != nullptr) return "Init:" + termination(*terminated);
      std::string_view waits_for = string_at(container, {"state", "waiting", "reason"});
      if (!waits_for.empty() && waits_for != "PodInitializing") {
        return fmt::format("Init:{}", waits_for);
      }
      return fmt::format("Init:{}/{}", index, list_at(pod, {"spec", "initContainers"}).size());
    }
    if (runs_along && is_true_at(container, {"ready"})) ++summary.ready;
    ++index;
  }
  return "";
}

// The first container that does not run says it for all.
void look_at_containers(const Json& pod, PodSummary& summary) {
  bool has_running = false;
  std::string trouble;
  for (const Json& container : list_at(pod, {"status", "containerStatuses"})) {
    count_restarts(container, summary);
    const Json* terminated = base::find_path(container, {"state", "terminated"});
    std::string_view waits_for = string_at(container, {"state", "waiting", "reason"});
    std::string says;
    if (!waits_for.empty()) {
      says = waits_for;
    } else if (terminated != nullptr) {
      says = termination(*terminated);
    } else if (is_true_at(container, {"ready"})) {
      has_running = true;
      ++summary.ready;
    }
    if (trouble.empty()) trouble = says;
  }
  if (!trouble.empty()) summary.status = trouble;
  if (summary.status == "Completed" && has_running) {
    summary.status = has_condition(pod, "Ready") ? "Running" : "NotReady";
  }
}

}  // namespace

Json text(std::string_view value) { return Json(boost::json::string(value)); }

std::int64_t integer_at(const Json& object, Path path) {
  const Json* found = base::find_path(object, path);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

const array& list_at(const Json& object, Path path) {
  static const array kEmpty;
  const Json* found = base::find_path(object, path);
  return found != nullptr && found->is_array() ? found->get_array() : kEmpty;
}

std::string text_or(const Json& object, Path path, std::string_view otherwise) {
  std::string_view found = string_at(object, path);
  return std::string(found.empty() ? otherwise : found);
}

std::string joined(const std::vector<std::string>& parts) {
  return parts.empty() ? std::string(kNone) : fmt::format("{}", fmt::join(parts, ","));
}

const Json* typed_element(const array& list, std::string_view type) {
  auto found = std::ranges::find_if(
      list, [&](const Json& element) { return string_at(element, {"type"}) == type; });
  return found == list.end() ? nullptr : &*found;
}

std::string age(std::string_view time, base::Time now) {
  base::Result<base::Time> then = base::parse_time(time);
  return then ? base::human_duration(now - *then) : std::string(kUnknown);
}

std::string labels_text(const Json* labels) {
  std::vector<std::string> parts;
  if (labels != nullptr && labels->is_object()) {
    for (const auto& [key, value] : labels->get_object()) {
      parts.push_back(fmt::format("{}={}", std::string_view(key),
                                  value.is_string() ? std::string_view(value.get_string()) : ""));
    }
  }
  std::ranges::sort(parts);
  return joined(parts);
}

std::string containers_text(const Json& pod_spec, std::string_view member) {
  std::vector<std::string> parts;
  for (const Json& container : list_at(pod_spec, {"containers"})) {
    parts.emplace_back(string_at(container, {member}));
  }
  return joined(parts);
}

PodSummary summary_of_pod(const Json& pod) {
  PodSummary summary;
  summary.containers = static_cast<std::int64_t>(list_at(pod, {"spec", "containers"}).size());
  for (const Json& container : list_at(pod, {"spec", "initContainers"})) {
    if (string_at(container, {"restartPolicy"}) == "Always") ++summary.containers;
  }
  std::string phase = text_or(pod, {"status", "phase"}, "Unknown");
  std::string_view reason = string_at(pod, {"status", "reason"});
  summary.status = text_or(pod, {"status", "reason"}, phase);
  const Json* scheduled = typed_element(list_at(pod, {"status", "conditions"}), "PodScheduled");
  if (scheduled != nullptr && string_at(*scheduled, {"reason"}) == "SchedulingGated") {
    summary.status = "SchedulingGated";
  }
  std::string init = initialising(pod, summary);
  if (!init.empty()) summary.status = init;
  if (init.empty() || has_condition(pod, "Initialized")) look_at_containers(pod, summary);
  bool is_over = phase == "Succeeded" || phase == "Failed";
  if (!string_at(pod, {"metadata", "deletionTimestamp"}).empty()) {
    if (reason == "NodeLost") {
      summary.status = "Unknown";
    } else if (!is_over) {
      summary.status = "Terminating";
    }
  }
  return summary;
}

}  // namespace apiserver
