#include "apiserver/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "apiserver/cells.h"
#include "apiserver/json_path.h"
#include "model/kinds.h"
#include "sim/scale.h"

namespace apiserver {
namespace {

using base::Json;
using base::string_at;
using base::Time;

constexpr bool kWide = true;

// Columns that need no more than the object.
template <class Function>
Column column(std::string name, Function cell, bool wide = false) {
  return {std::move(name), "string", wide,
          [cell](const Json& object, Time) -> Json { return text(cell(object)); }};
}

template <class Function>
Column number(std::string name, Function cell) {
  return {std::move(name), "integer", false,
          [cell](const Json& object, Time) -> Json { return Json(std::int64_t{cell(object)}); }};
}

// A path below the object, "<none>" where nothing is there.
Column path_column(std::string name, std::string path, bool wide = false,
                   std::string_view otherwise = kNone) {
  return column(
      std::move(name),
      [path = std::move(path), otherwise = std::string(otherwise)](const Json& object) {
        const Json* found = find_json_path(object, path);
        if (found == nullptr || found->is_null()) return otherwise;
        const auto* string = found->if_string();
        if (string == nullptr) return base::print_json(*found);
        return string->empty() ? otherwise : std::string(*string);
      },
      wide);
}

Column count_column(std::string name, std::string path) {
  return number(std::move(name), [path = std::move(path)](const Json& object) {
    const Json* found = find_json_path(object, path);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
  });
}

Column name_column() {
  return column("Name", [](const Json& object) { return string_at(object, {"metadata", "name"}); });
}

Column age_column() {
  return {"Age", "string", false, [](const Json& object, Time now) {
            return text(age(string_at(object, {"metadata", "creationTimestamp"}), now));
          }};
}

std::int64_t wanted_replicas(const Json& object) {
  const Json* replicas = base::find_path(object, {"spec", "replicas"});
  return replicas != nullptr && replicas->is_int64() ? replicas->get_int64() : 1;
}

Column ready_column() {
  return column("Ready", [](const Json& object) {
    return fmt::format("{}/{}", integer_at(object, {"status", "readyReplicas"}),
                       wanted_replicas(object));
  });
}

// What -o wide shows of a pod template.
void add_template_columns(std::vector<Column>& columns, bool with_selector = true) {
  for (auto [name, member] : {std::pair{"Containers", "name"}, std::pair{"Images", "image"}}) {
    columns.push_back(column(
        name,
        [member](const Json& object) {
          const Json* spec = base::find_path(object, {"spec", "template", "spec"});
          return spec == nullptr ? std::string(kNone) : containers_text(*spec, member);
        },
        kWide));
  }
  if (!with_selector) return;
  columns.push_back(column(
      "Selector",
      [](const Json& object) {
        const Json* selector = base::find_path(object, {"spec", "selector"});
        std::string found = selector == nullptr ? "" : sim::selector_text(*selector);
        return found.empty() ? std::string(kNone) : found;
      },
      kWide));
}

std::vector<Column> pod_columns() {
  std::vector<Column> columns;
  columns.push_back(column("Ready", [](const Json& pod) {
    PodSummary summary = summary_of_pod(pod);
    return fmt::format("{}/{}", summary.ready, summary.containers);
  }));
  columns.push_back(column("Status", [](const Json& pod) { return summary_of_pod(pod).status; }));
  columns.push_back({"Restarts", "string", false, [](const Json& pod, Time now) {
                       PodSummary summary = summary_of_pod(pod);
                       std::string count = fmt::to_string(summary.restarts);
                       if (summary.restarts == 0 || summary.last_restart.empty())
                         return text(count);
                       return text(
                           fmt::format("{} ({} ago)", count, age(summary.last_restart, now)));
                     }});
  columns.push_back(age_column());
  columns.push_back(path_column("IP", ".status.podIP", kWide));
  columns.push_back(path_column("Node", ".spec.nodeName", kWide));
  columns.push_back(path_column("Nominated Node", ".status.nominatedNodeName", kWide));
  columns.push_back(column(
      "Readiness Gates",
      [](const Json& pod) {
        const auto& gates = list_at(pod, {"spec", "readinessGates"});
        if (gates.empty()) return std::string(kNone);
        auto is_met = [&](const Json& gate) {
          const Json* condition = typed_element(list_at(pod, {"status", "conditions"}),
                                                string_at(gate, {"conditionType"}));
          return condition != nullptr && string_at(*condition, {"status"}) == "True";
        };
        return fmt::format("{}/{}", std::ranges::count_if(gates, is_met), gates.size());
      },
      kWide));
  return columns;
}

std::string node_status(const Json& node) {
  const Json* ready = typed_element(list_at(node, {"status", "conditions"}), "Ready");
  std::string status = "Unknown";
  if (ready != nullptr) status = string_at(*ready, {"status"}) == "True" ? "Ready" : "NotReady";
  const Json* unschedulable = base::find_path(node, {"spec", "unschedulable"});
  if (unschedulable != nullptr && *unschedulable == Json(true)) status += ",SchedulingDisabled";
  return status;
}

std::string node_roles(const Json& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  const Json* labels = base::find_path(node, {"metadata", "labels"});
  if (labels != nullptr && labels->is_object()) {
    for (const auto& label : labels->get_object()) {
      std::string_view key = label.key();
      if (key.starts_with(kPrefix)) roles.emplace_back(key.substr(kPrefix.size()));
    }
  }
  std::ranges::sort(roles);
  return joined(roles);
}

Column address_column(std::string name, std::string_view type) {
  return column(
      std::move(name),
      [type](const Json& node) {
        const Json* address = typed_element(list_at(node, {"status", "addresses"}), type);
        return address == nullptr ? std::string(kNone) : text_or(*address, {"address"}, kNone);
      },
      kWide);
}

std::vector<Column> node_columns() {
  return {column("Status", node_status),
          column("Roles", node_roles),
          age_column(),
          path_column("Version", ".status.nodeInfo.kubeletVersion", false, ""),
          address_column("Internal-IP", "InternalIP"),
          address_column("External-IP", "ExternalIP"),
          path_column("OS-Image", ".status.nodeInfo.osImage", kWide, kUnknown),
          path_column("Kernel-Version", ".status.nodeInfo.kernelVersion", kWide, kUnknown),
          path_column("Container-Runtime", ".status.nodeInfo.containerRuntimeVersion", kWide,
                      kUnknown)};
}

std::vector<Column> deployment_columns() {
  std::vector<Column> columns = {
      ready_column(), count_column("Up-to-date", ".status.updatedReplicas"),
      count_column("Available", ".status.availableReplicas"), age_column()};
  add_template_columns(columns);
  return columns;
}

std::vector<Column> replica_set_columns() {
  std::vector<Column> columns = {number("Desired", wanted_replicas),
                                 count_column("Current", ".status.replicas"),
                                 count_column("Ready", ".status.readyReplicas"), age_column()};
  add_template_columns(columns);
  return columns;
}

std::vector<Column> daemon_set_columns() {
  std::vector<Column> columns = {
      count_column("Desired", ".status.desiredNumberScheduled"),
      count_column("Current", ".status.currentNumberScheduled"),
      count_column("Ready", ".status.numberReady"),
      count_column("Up-to-date", ".status.updatedNumberScheduled"),
      count_column("Available", ".status.numberAvailable"),
      column("Node Selector",
             [](const Json& object) {
               return labels_text(
                   base::find_path(object, {"spec", "template", "spec", "nodeSelector"}));
             }),
      age_column()};
  add_template_columns(columns);
  return columns;
}

std::vector<Column> stateful_set_columns() {
  std::vector<Column> columns = {ready_column(), age_column()};
  add_template_columns(columns, false);
  return columns;
}

std::string job_status(const Json& job) {
  for (std::string_view type : {"Complete", "Failed", "Suspended"}) {
    const Json* condition = typed_element(list_at(job, {"status", "conditions"}), type);
    if (condition != nullptr && string_at(*condition, {"status"}) == "True") {
      return std::string(type);
    }
  }
  return string_at(job, {"metadata", "deletionTimestamp"}).empty() ? "Running" : "Terminating";
}

std::string job_completions(const Json& job) {
  std::int64_t succeeded = integer_at(job, {"status", "succeeded"});
  const Json* wanted = base::find_path(job, {"spec", "completions"});
  if (wanted != nullptr) return fmt::format("{}/{}", succeeded, base::print_json(*wanted));
  std::int64_t parallelism = integer_at(job, {"spec", "parallelism"});
  return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism)
                         : fmt::format("{}/1", succeeded);
}

std::vector<Column> job_columns() {
  std::vector<Column> columns = {column("Status", job_status),
                                 column("Completions", job_completions)};
  columns.push_back({"Duration", "string", false, [](const Json& job, Time now) {
                       std::string_view start = string_at(job, {"status", "startTime"});
                       if (start.empty()) return text("");
                       auto end = base::parse_time(string_at(job, {"status", "completionTime"}));
                       return text(age(start, end.value_or(now)));
                     }});
  columns.push_back(age_column());
  add_template_columns(columns);
  return columns;
}

// "RWO,RWX"
std::string access_modes(const Json& modes) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {{"ReadWriteOnce", "RWO"},
                                                                      {"ReadOnlyMany", "ROX"},
                                                                      {"ReadWriteMany", "RWX"},
                                                                      {"ReadWriteOncePod", "RWOP"}};
  std::string names;
  for (const auto& [mode, name] : kShort) {
    bool is_there = modes.is_array() && std::ranges::any_of(modes.get_array(), [&](const Json& m) {
                      return m.is_string() && m.get_string() == mode;
                    });
    if (is_there) names += (names.empty() ? "" : ",") + std::string(name);
  }
  return names;
}

Column access_modes_column(std::string_view member) {
  return column("Access Modes", [member](const Json& object) {
    const Json* modes = base::find_path(object, {member, "accessModes"});
    return modes == nullptr ? std::string() : access_modes(*modes);
  });
}

std::vector<Column> claim_columns() {
  return {path_column("Status", ".status.phase", false, ""),
          path_column("Volume", ".spec.volumeName", false, ""),
          path_column("Capacity", ".status.capacity.storage", false, ""),
          access_modes_column("status"),
          path_column("StorageClass", ".spec.storageClassName", false, ""),
          age_column(),
          path_column("VolumeMode", ".spec.volumeMode", kWide)};
}

std::vector<Column> volume_columns() {
  return {path_column("Capacity", ".spec.capacity.storage", false, ""),
          access_modes_column("spec"),
          path_column("Reclaim Policy", ".spec.persistentVolumeReclaimPolicy", false, ""),
          path_column("Status", ".status.phase", false, ""),
          column("Claim",
                 [](const Json& volume) {
                   std::string_view name = string_at(volume, {"spec", "claimRef", "name"});
                   return name.empty()
                              ? std::string()
                              : fmt::format("{}/{}",
                                            string_at(volume, {"spec", "claimRef", "namespace"}),
                                            name);
                 }),
          path_column("StorageClass", ".spec.storageClassName", false, ""),
          path_column("Reason", ".status.reason", false, ""),
          age_column(),
          path_column("VolumeMode", ".spec.volumeMode", kWide)};
}

std::vector<Column> csi_node_columns() {
  return {number("Drivers",
                 [](const Json& node) { return std::ssize(list_at(node, {"spec", "drivers"})); }),
          age_column()};
}

std::vector<Column> budget_columns() {
  return {path_column("Min Available", ".spec.minAvailable", false, "N/A"),
          path_column("Max Unavailable", ".spec.maxUnavailable", false, "N/A"),
          count_column("Allowed Disruptions", ".status.disruptionsAllowed"), age_column()};
}

// The last of the times that an event carries, or the first.
Column event_time_column(std::string name, std::string_view member, bool wide = false) {
  return {std::move(name), "string", wide, [member](const Json& event, Time now) {
            std::string_view time = string_at(event, {member});
            if (time.empty()) time = string_at(event, {"eventTime"});
            return text(age(time, now));
          }};
}

std::string event_object(const Json& event) {
  std::string kind(string_at(event, {"involvedObject", "kind"}));
  std::ranges::transform(kind, kind.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return fmt::format("{}/{}", kind, string_at(event, {"involvedObject", "name"}));
}

std::vector<Column> event_columns() {
  std::vector<Column> columns = {event_time_column("Last Seen", "lastTimestamp"),
                                 path_column("Type", ".type", false, ""),
                                 path_column("Reason", ".reason", false, ""),
                                 column("Object", event_object),
                                 path_column("Subobject", ".involvedObject.fieldPath", kWide, ""),
                                 path_column("Source", ".source.component", kWide, ""),
                                 path_column("Message", ".message", false, ""),
                                 event_time_column("First Seen", "firstTimestamp", kWide),
                                 count_column("Count", ".count")};
  columns.back().wide = true;
  Column name = name_column();
  name.wide = true;
  columns.push_back(std::move(name));
  return columns;
}

std::string service_ports(const Json& service) {
  std::vector<std::string> parts;
  for (const Json& port : list_at(service, {"spec", "ports"})) {
    std::int64_t node_port = integer_at(port, {"nodePort"});
    std::string on_node = node_port == 0 ? "" : fmt::format(":{}", node_port);
    parts.push_back(fmt::format("{}{}/{}", integer_at(port, {"port"}), on_node,
                                text_or(port, {"protocol"}, "TCP")));
  }
  return joined(parts);
}

std::vector<Column> service_columns() {
  return {path_column("Type", ".spec.type", false, "ClusterIP"),
          path_column("Cluster-IP", ".spec.clusterIP"),
          path_column("External-IP", ".status.loadBalancer.ingress[0].hostname"),
          column("Port(s)", service_ports),
          age_column(),
          column(
              "Selector",
              [](const Json& service) {
                return labels_text(base::find_path(service, {"spec", "selector"}));
              },
              kWide)};
}

std::int64_t member_count(const Json& object, Path path) {
  const Json* found = base::find_path(object, path);
  return found != nullptr && found->is_object()
             ? static_cast<std::int64_t>(found->get_object().size())
             : 0;
}

Column data_column() {
  return number("Data", [](const Json& object) {
    return member_count(object, {"data"}) + member_count(object, {"binaryData"});
  });
}

std::vector<Column> custom_columns(const model::KindInfo& kind) {
  std::vector<Column> columns;
  for (const model::PrinterColumn& printed : kind.columns) {
    Column made{std::string(printed.name), std::string(printed.type), printed.wide, nullptr};
    made.cell = [path = std::string(printed.path), is_date = printed.type == "date"](
                    const Json& object, Time now) -> Json {
      const Json* found = find_json_path(object, path);
      if (found == nullptr) return nullptr;
      const auto* string = found->if_string();
      if (is_date) return text(age(string == nullptr ? "" : std::string_view(*string), now));
      return found->is_object() || found->is_array() ? text(base::print_json(*found)) : *found;
    };
    columns.push_back(std::move(made));
  }
  return columns;
}

struct Row {
  std::string_view group;
  std::string_view kind;
  std::vector<Column> (*columns)();
};

// After the name.
constexpr Row kRows[] = {
    {"", "Pod", pod_columns},
    {"", "Node", node_columns},
    {"apps", "Deployment", deployment_columns},
    {"apps", "ReplicaSet", replica_set_columns},
    {"apps", "DaemonSet", daemon_set_columns},
    {"apps", "StatefulSet", stateful_set_columns},
    {"policy", "PodDisruptionBudget", budget_columns},
    {"", "Service", service_columns},
    {"", "Namespace",
     [] { return std::vector{path_column("Status", ".status.phase", false, ""), age_column()}; }},
    {"coordination.k8s.io", "Lease",
     [] {
       return std::vector{path_column("Holder", ".spec.holderIdentity", false, ""), age_column()};
     }},
    {"", "ConfigMap", [] { return std::vector{data_column(), age_column()}; }},
    {"", "Secret",
     [] {
       return std::vector{path_column("Type", ".type", false, "Opaque"), data_column(),
                          age_column()};
     }},
    {"", "PersistentVolumeClaim", claim_columns},
    {"", "PersistentVolume", volume_columns},
    {"batch", "Job", job_columns},
    {"storage.k8s.io", "CSINode", csi_node_columns},
    {"scheduling.k8s.io", "PriorityClass",
     [] {
       return std::vector{count_column("Value", ".value"),
                          path_column("Global-Default", ".globalDefault", false, "false"),
                          age_column()};
     }},
    {"storage.k8s.io", "StorageClass",
     [] {
       return std::vector{
           path_column("Provisioner", ".provisioner"),
           path_column("ReclaimPolicy", ".reclaimPolicy", false, "Delete"),
           path_column("VolumeBindingMode", ".volumeBindingMode", false, "Immediate"),
           path_column("AllowVolumeExpansion", ".allowVolumeExpansion", false, "false"),
           age_column()};
     }},
};

}  // namespace

std::vector<Column> columns_of(const sim::Resource& resource) {
  if (resource.known == model::Kind::Event) return event_columns();
  std::vector<Column> columns = {name_column()};
  std::vector<Column> more;
  auto row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.group == resource.group && candidate.kind == resource.kind;
  });
  if (row != std::end(kRows)) {
    more = row->columns();
  } else if (resource.known && !model::info(*resource.known).columns.empty()) {
    more = custom_columns(model::info(*resource.known));
  } else {
    more = {age_column()};
  }
  std::ranges::move(more, std::back_inserter(columns));
  return columns;
}

}  // namespace apiserver
