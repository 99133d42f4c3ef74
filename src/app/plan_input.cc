#include "app/plan_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "app/plan_pods.h"
#include "base/hash.h"
#include "model/convert.h"
#include "model/defaults.h"
#include "model/kinds.h"

namespace app {

struct JobCondition {
  std::string type;
  std::string status;
};
DESCRIBED(JobCondition);
FIELDS(JobCondition, type, status);

struct WorkloadStatus {
  std::int64_t succeeded = 0;
  std::vector<JobCondition> conditions;
};
DESCRIBED(WorkloadStatus);
FIELDS(WorkloadStatus, succeeded, conditions);

// The members that the kinds have, together.
struct WorkloadSpec {
  model::LabelSelector selector;
  std::optional<std::int64_t> replicas;
  std::optional<std::int64_t> parallelism;
  std::optional<std::int64_t> completions;
  bool suspend = false;
  model::PodTemplateSpec template_;
  std::vector<base::Json> volumeClaimTemplates;
};
DESCRIBED(WorkloadSpec);
FIELDS(WorkloadSpec, selector, replicas, parallelism, completions, suspend, template_,
       volumeClaimTemplates);

struct WorkloadObject {
  model::ObjectMeta metadata;
  WorkloadSpec spec;
  WorkloadStatus status;
};
DESCRIBED(WorkloadObject);
FIELDS(WorkloadObject, metadata, spec, status);

// A Service or ReplicationController, whose selectors are labels alone.
struct LabelSelectorSpec {
  model::Labels selector;
};
DESCRIBED(LabelSelectorSpec);
FIELDS(LabelSelectorSpec, selector);

struct LabelSelectorObject {
  LabelSelectorSpec spec;
};
DESCRIBED(LabelSelectorObject);
FIELDS(LabelSelectorObject, spec);

struct PlanInput::Subject {
  const base::Json& value;
  std::string api_version;
  std::string kind;
  std::string namespace_;  // "default" if none is given and the kind has one
  std::string name;

  std::string group() const {
    std::size_t slash = api_version.find('/');
    return slash == std::string::npos ? "" : api_version.substr(0, slash);
  }
  std::string who() const {
    std::string_view slash = namespace_.empty() ? "" : "/";
    return fmt::format("{} {}{}{}", kind, namespace_, slash, name);
  }
  std::unexpected<BadObject> bad(std::vector<model::Fault> faults) const {
    return std::unexpected(BadObject{who(), std::move(faults)});
  }
  std::unexpected<BadObject> bad(std::string field, std::string message) const {
    return bad({{std::move(field), std::move(message)}});
  }
  // An error of read_json(), which begins with the path.
  std::unexpected<BadObject> bad(const base::Error& error) const {
    std::size_t colon = error.message.find(": ");
    bool has_path = colon != std::string::npos && error.message.find(' ') > colon;
    if (!has_path) return bad("", error.message);
    return bad(error.message.substr(0, colon), error.message.substr(colon + 2));
  }
  // Whether an API server has had it, and has judged and completed it.
  bool is_stored() const { return !base::string_at(value, {"metadata", "uid"}).empty(); }
};

namespace {

constexpr std::int64_t kMostPods = 1'000'000;  // of one workload

bool is_namespaced(std::string_view kind) {
  static constexpr std::string_view kKinds[] = {"Pod",
                                                "Deployment",
                                                "ReplicaSet",
                                                "StatefulSet",
                                                "Job",
                                                "DaemonSet",
                                                "PodTemplate",
                                                "CapacityBuffer",
                                                "Service",
                                                "ReplicationController",
                                                "PersistentVolumeClaim"};
  return std::ranges::find(kKinds, kind) != std::end(kKinds);
}

bool is_workload(std::string_view api_version, std::string_view kind) {
  if (api_version == "batch/v1") return kind == "Job";
  return api_version == "apps/v1" &&
         (kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet");
}

// How many pods the workload is to have.
std::int64_t pods_of(std::string_view kind, const WorkloadObject& workload) {
  const WorkloadSpec& spec = workload.spec;
  if (kind != "Job") return std::max<std::int64_t>(spec.replicas.value_or(1), 0);
  bool has_ended = std::ranges::any_of(workload.status.conditions, [](const auto& condition) {
    return condition.status == "True" &&
           (condition.type == "Complete" || condition.type == "Failed");
  });
  if (has_ended || spec.suspend) return 0;
  std::int64_t parallel = spec.parallelism.value_or(1);
  if (spec.completions) {
    parallel = std::min(parallel, *spec.completions - workload.status.succeeded);
  }
  return std::max<std::int64_t>(parallel, 0);
}

// Stands for what clusters know and a class needs, though no plan depends on it.
constexpr std::string_view kWhatever = "whatever-the-cluster-has";

model::ConvertOptions convert_options() {
  model::ConvertOptions options;
  options.fill_in.emplace();
  options.fill_in->role = kWhatever;
  const std::string key(kWhatever);
  options.fill_in->subnetSelectorTerms.emplace_back().tags[key] = "*";
  options.fill_in->securityGroupSelectorTerms.emplace_back().tags[key] = "*";
  return options;
}

}  // namespace

std::string to_string(const BadObject& bad) {
  std::string text;
  for (const model::Fault& fault : bad.faults) {
    std::string_view colon = fault.field.empty() ? "" : ": ";
    text += fmt::format("{}{}: {}{}{}", text.empty() ? "" : "\n", bad.who, fault.field, colon,
                        fault.message);
  }
  return text;
}

bool PlanInput::is_new(std::string_view kind, const model::ObjectMeta& metadata) {
  std::uint64_t hash = base::hash64(kind);
  hash = base::hash64(metadata.namespace_, hash);
  hash = base::hash64("/", hash);
  hash = base::hash64(metadata.name, hash);
  if (seen_.insert(hash).second) return true;
  ++repeated;
  return false;
}

void PlanInput::note_unknown(const Subject& subject, const std::vector<std::string>& fields) {
  if (subject.is_stored()) return;
  for (const std::string& field : fields) {
    if (field != "apiVersion" && field != "kind") {
      warnings.push_back(fmt::format("{}: unknown field {}", subject.who(), field));
    }
  }
}

PlanInput::Added PlanInput::add(const base::Json& document) {
  std::string_view kind = base::string_at(document, {"kind"});
  const base::Json* items = base::find_path(document, {"items"});
  if (kind.ends_with("List") && items != nullptr && items->is_array()) {
    for (const base::Json& item : items->get_array()) {
      if (Added added = add(item); !added) return added;
    }
    return {};
  }
  if (kind == "List") return std::unexpected(BadObject{"List", {{"items", "is required"}}});
  ++objects;
  Subject subject{.value = document,
                  .api_version = std::string(base::string_at(document, {"apiVersion"})),
                  .kind = std::string(kind),
                  .namespace_ = std::string(base::string_at(document, {"metadata", "namespace"})),
                  .name = std::string(base::string_at(document, {"metadata", "name"}))};
  if (subject.kind.empty() || subject.api_version.empty()) {
    return std::unexpected(
        BadObject{"no Kubernetes object", {{"", "it has no apiVersion and kind"}}});
  }
  if (subject.namespace_.empty() && is_namespaced(kind)) subject.namespace_ = "default";
  return add_object(subject);
}

PlanInput::Added PlanInput::add_object(const Subject& subject) {
  const std::string& kind = subject.kind;
  const std::string& api_version = subject.api_version;
  if (model::is_convertible(api_version, kind)) return add_retired(subject);
  if (is_workload(api_version, kind)) return add_workload(subject);
  if (kind.ends_with("NodeClass")) return add_class(subject);
  if (api_version == "v1") {
    if (kind == "Pod") {
      std::vector<std::string> unknown;
      auto pod = base::from_json<model::Pod>(subject.value, &unknown);
      if (!pod) return subject.bad(pod.error());
      note_unknown(subject, unknown);
      --objects;
      return add(*std::move(pod));
    }
    if (kind == "Node") return add_to(nodes, subject);
    if (kind == "Namespace") return add_to(namespaces, subject);
    if (kind == "PersistentVolumeClaim") return add_to(volume_claims, subject);
    if (kind == "PersistentVolume") return add_to(volumes, subject);
    if (kind == "PodTemplate") return add_to(pod_templates, subject);
    if (kind == "Service" || kind == "ReplicationController") return add_selector(subject);
  } else if (api_version == "storage.k8s.io/v1") {
    if (kind == "StorageClass") return add_to(storage_classes, subject);
    if (kind == "CSINode") return add_to(csi_nodes, subject);
  } else if (api_version == "karpenter.sh/v1") {
    if (kind == "NodePool") return add_pool(subject);
    if (kind == "NodeClaim") return add_to(claims, subject);
  } else if (api_version == "apps/v1" && kind == "DaemonSet") {
    return add_to(daemon_sets, subject);
  } else if (api_version == "karpenter.sh/v1alpha1" && kind == "NodeOverlay") {
    return add_judged(overlays, subject);
  } else if (api_version == "autoscaling.x-k8s.io/v1beta1" && kind == "CapacityBuffer") {
    return add_judged(buffers, subject);
  }
  // Of a kind that other versions of the API have, the version says why it is not read.
  bool is_ours = subject.group().contains("karpenter");
  ++skipped[is_ours ? fmt::format("{} of {}", kind, api_version) : kind];
  return {};
}

template <class T>
PlanInput::Added PlanInput::add_to(std::vector<std::shared_ptr<const T>>& list,
                                   const Subject& subject) {
  if (subject.name.empty()) return subject.bad("metadata.name", "is required");
  std::vector<std::string> unknown;
  base::Result<T> object = base::from_json<T>(subject.value, &unknown);
  if (!object) return subject.bad(object.error());
  if constexpr (model::KnownKind<T>) note_unknown(subject, unknown);
  object->metadata.namespace_ = subject.namespace_;
  if (!is_new(subject.kind, object->metadata)) return {};
  list.push_back(std::make_shared<const T>(*std::move(object)));
  return {};
}

// What no API server has judged is judged here.
template <class T>
PlanInput::Added PlanInput::add_judged(std::vector<std::shared_ptr<const T>>& list,
                                       const Subject& subject) {
  const std::size_t before = list.size();
  if (Added added = add_to(list, subject); !added || list.size() == before) return added;
  if (subject.is_stored()) return {};
  std::vector<model::Fault> faults = model::admission_faults(*list.back());
  if (faults.empty()) return {};
  return subject.bad(std::move(faults));
}

// One that selects nothing in particular says nothing about pods.
PlanInput::Added PlanInput::add_selector(const Subject& subject) {
  if (subject.name.empty()) return subject.bad("metadata.name", "is required");
  auto object = base::from_json<LabelSelectorObject>(subject.value);
  if (!object) return subject.bad(object.error());
  model::ObjectMeta metadata;
  metadata.namespace_ = subject.namespace_;
  metadata.name = subject.name;
  if (!is_new(subject.kind, metadata) || object->spec.selector.empty()) return {};
  engine::WorkloadSelector& selector = selectors.emplace_back();
  selector.namespace_ = subject.namespace_;
  selector.kind = subject.kind;
  selector.name = subject.name;
  selector.selector.matchLabels = std::move(object->spec.selector);
  return {};
}

PlanInput::Added PlanInput::add_retired(const Subject& subject) {
  model::Conversion conversion = model::convert(subject.value, convert_options());
  if (!conversion.errors.empty()) return subject.bad(conversion.errors);
  std::ranges::copy_if(conversion.warnings, std::back_inserter(warnings),
                       [](const std::string& warning) { return !warning.contains(kWhatever); });
  --objects;
  for (const base::Json& object : conversion.objects) {
    if (Added added = add(object); !added) return added;
  }
  return {};
}

// A pool that no API server has judged is judged here.
PlanInput::Added PlanInput::add_pool(const Subject& subject) {
  if (subject.name.empty()) return subject.bad("metadata.name", "is required");
  std::vector<std::string> unknown;
  auto pool = base::from_json<model::NodePool>(subject.value, &unknown);
  if (!pool) return subject.bad(pool.error());
  note_unknown(subject, unknown);
  model::fill_in_defaults(*pool);
  std::vector<std::string> runtime = model::runtime_faults(*pool);
  if (pool->status.conditions.empty()) {
    std::vector<model::Fault> faults = model::admission_faults(*pool);
    if (faults.empty()) {
      for (std::string& fault : runtime) {
        faults.push_back({"", std::move(fault)});
      }
    }
    if (!faults.empty()) return subject.bad(std::move(faults));
  }
  if (!is_new(subject.kind, pool->metadata)) return {};
  if (!runtime.empty() && model::is_true(pool->status.conditions, "Ready")) {
    warnings.push_back(fmt::format("{} takes no part: {}", subject.who(), runtime.front()));
    return {};
  }
  pools.push_back(std::make_shared<const model::NodePool>(*std::move(pool)));
  return {};
}

PlanInput::Added PlanInput::add_class(const Subject& subject) {
  if (subject.name.empty()) return subject.bad("metadata.name", "is required");
  model::ObjectMeta metadata;
  metadata.name = subject.name;
  if (!is_new(subject.kind, metadata)) return {};
  if (const model::KindInfo* info = model::find_kind(subject.api_version, subject.kind)) {
    std::vector<std::string> unknown;
    auto object = model::read_object(info->kind, subject.value, &unknown);
    if (!object) return subject.bad(object.error());
    note_unknown(subject, unknown);
  }
  std::vector<model::Condition> conditions;
  if (const base::Json* found = base::find_path(subject.value, {"status", "conditions"})) {
    auto read = base::from_json<std::vector<model::Condition>>(*found);
    if (!read) return subject.bad("status.conditions", read.error().message);
    conditions = *std::move(read);
  }
  classes.push_back({{subject.group(), subject.kind, subject.name},
                     conditions.empty() || model::is_true(conditions, "Ready")});
  return {};
}

PlanInput::Added PlanInput::add_workload(const Subject& subject) {
  if (subject.name.empty()) return subject.bad("metadata.name", "is required");
  auto object = base::from_json<WorkloadObject>(subject.value);
  if (!object) return subject.bad(object.error());
  if (const model::KindInfo* info = model::find_kind(subject.api_version, subject.kind)) {
    std::vector<std::string> unknown;
    auto read = model::read_object(info->kind, subject.value, &unknown);
    if (!read) return subject.bad(read.error());
    note_unknown(subject, unknown);
  }
  object->metadata.namespace_ = subject.namespace_;
  const std::int64_t count = pods_of(subject.kind, *object);
  if (count > kMostPods) {
    return subject.bad(
        "spec", fmt::format("{} pods are more than the {} that can be planned", count, kMostPods));
  }
  if (!is_new(subject.kind, object->metadata)) return {};
  reduce(object->spec.template_.spec.edit());
  if (subject.kind != "Job") {
    selectors.push_back(
        {subject.namespace_, subject.kind, subject.name, std::move(object->spec.selector)});
  }
  workloads.push_back({subject.kind, subject.api_version, std::move(object->metadata), count,
                       std::move(object->spec.template_),
                       std::move(object->spec.volumeClaimTemplates)});
  return {};
}

PlanInput::Added PlanInput::add(model::Pod pod) {
  ++objects;
  if (pod.metadata.namespace_.empty()) pod.metadata.namespace_ = "default";
  if (pod.metadata.name.empty()) {
    if (pod.metadata.generateName.empty()) {
      return std::unexpected(BadObject{"Pod", {{"metadata.name", "is required"}}});
    }
    pod.metadata.name = pod.metadata.generateName + std::to_string(pods.size());
  }
  if (!is_new("Pod", pod.metadata)) return {};
  reduce(pod);
  const model::OwnerReference* owner = model::controller_of(pod.metadata);
  // A longer memory would not pay: the pods of one owner differ in few ways, but for their nodes.
  constexpr std::size_t kRemembered = 4;
  auto& specs = specs_[pod.metadata.namespace_ + "/" + (owner == nullptr ? "" : owner->name)];
  auto same = std::ranges::find(specs, pod.spec);
  if (same != specs.end()) {
    pod.spec = *same;
  } else {
    if (specs.size() == kRemembered) specs.erase(specs.begin());
    specs.push_back(pod.spec);
  }
  pods.push_back(std::make_shared<const model::Pod>(std::move(pod)));
  return {};
}

}  // namespace app
