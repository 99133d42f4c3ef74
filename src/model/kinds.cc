#include "model/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "model/capacity_buffer.h"
#include "model/cluster.h"
#include "model/job.h"
#include "model/kwok_node_class.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_overlay.h"
#include "model/node_pool.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "model/priority_class.h"
#include "model/resource_claim.h"
#include "model/stateful_set.h"
#include "model/volume.h"
#include "model/workload.h"

namespace model {
namespace {

constexpr std::string_view kReadyPath = ".status.conditions[?(@.type==\"Ready\")].status";
constexpr std::string_view kAgePath = ".metadata.creationTimestamp";

std::vector<PrinterColumn> node_pool_columns() {
  return {
      {"NodeClass", "string", ".spec.template.spec.nodeClassRef.name"},
      {"Nodes", "string", ".status.nodes"},
      {"Ready", "string", kReadyPath},
      {"Age", "date", kAgePath},
      {"Weight", "integer", ".spec.weight", true},
      {"CPU", "string", ".status.resources.cpu", true},
      {"Memory", "string", ".status.resources.memory", true},
  };
}

std::vector<PrinterColumn> node_claim_columns() {
  return {
      {"Type", "string", ".metadata.labels.node\\.kubernetes\\.io/instance-type"},
      {"Capacity", "string", ".metadata.labels.karpenter\\.sh/capacity-type"},
      {"Zone", "string", ".metadata.labels.topology\\.kubernetes\\.io/zone"},
      {"Node", "string", ".status.nodeName"},
      {"Ready", "string", kReadyPath},
      {"Age", "date", kAgePath},
      {"ImageID", "string", ".status.imageID", true},
      {"ID", "string", ".status.providerID", true},
      {"NodePool", "string", ".metadata.labels.karpenter\\.sh/nodepool", true},
      {"NodeClass", "string", ".spec.nodeClassRef.name", true},
      {"Drifted", "string", ".status.conditions[?(@.type==\"Drifted\")].status", true},
  };
}

std::vector<PrinterColumn> node_class_columns() {
  return {
      {"Ready", "string", kReadyPath},
      {"Age", "date", kAgePath},
      {"Role", "string", ".spec.role", true},
  };
}

std::vector<PrinterColumn> node_overlay_columns() {
  return {
      {"Ready", "string", kReadyPath},
      {"Age", "date", kAgePath},
      {"Weight", "integer", ".spec.weight", true},
  };
}

std::vector<PrinterColumn> capacity_buffer_columns() {
  return {
      {"Strategy", "string", ".spec.provisioningStrategy"},
      {"PodTemplate", "string", ".status.podTemplateRef.name"},
      {"Replicas", "integer", ".status.replicas"},
      {"ConditionsType", "string", ".status.conditions[*].type"},
      {"ConditionsStatus", "string", ".status.conditions[*].status"},
      {"ConditionsReason", "string", ".status.conditions[*].reason"},
      {"Age", "date", kAgePath},
  };
}

template <class T>
KindInfo row(std::string_view group, std::string_view version, std::string_view plural,
             bool namespaced, bool has_status, std::vector<std::string_view> short_names,
             std::vector<std::string_view> categories, std::vector<PrinterColumn> columns = {}) {
  return {.kind = kind_of<T>(),
          .name = base::type_of<T>().name,
          .group = group,
          .version = version,
          .plural = plural,
          .namespaced = namespaced,
          .has_status = has_status,
          .short_names = std::move(short_names),
          .categories = std::move(categories),
          .columns = std::move(columns),
          .type = &base::type_of<T>};
}

std::vector<KindInfo> core_rows() {
  return {
      row<Pod>("", "v1", "pods", true, true, {"po"}, {"all"}),
      row<Node>("", "v1", "nodes", false, true, {"no"}, {}),
      row<Namespace>("", "v1", "namespaces", false, true, {"ns"}, {}),
      row<Event>("", "v1", "events", true, false, {"ev"}, {}),
      row<Lease>("coordination.k8s.io", "v1", "leases", true, false, {}, {}),
      row<Deployment>("apps", "v1", "deployments", true, true, {"deploy"}, {"all"}),
      row<ReplicaSet>("apps", "v1", "replicasets", true, true, {"rs"}, {"all"}),
      row<DaemonSet>("apps", "v1", "daemonsets", true, true, {"ds"}, {"all"}),
      row<PodDisruptionBudget>("policy", "v1", "poddisruptionbudgets", true, true, {"pdb"}, {}),
      row<NodePool>("karpenter.sh", "v1", "nodepools", false, true, {}, {"karpenter"},
                    node_pool_columns()),
      row<NodeClaim>("karpenter.sh", "v1", "nodeclaims", false, true, {}, {"karpenter"},
                     node_claim_columns()),
      row<EC2NodeClass>("karpenter.k8s.aws", "v1", "ec2nodeclasses", false, true,
                        {"ec2nc", "ec2ncs"}, {"karpenter"}, node_class_columns()),
  };
}

std::vector<KindInfo> further_rows() {
  constexpr std::string_view kStorage = "storage.k8s.io";
  constexpr std::string_view kDevices = "resource.k8s.io";
  return {
      row<StatefulSet>("apps", "v1", "statefulsets", true, true, {"sts"}, {"all"}),
      row<Job>("batch", "v1", "jobs", true, true, {}, {"all"}),
      row<PodTemplate>("", "v1", "podtemplates", true, false, {}, {}),
      row<PriorityClass>("scheduling.k8s.io", "v1", "priorityclasses", false, false, {"pc"}, {}),
      row<PersistentVolume>("", "v1", "persistentvolumes", false, true, {"pv"}, {}),
      row<PersistentVolumeClaim>("", "v1", "persistentvolumeclaims", true, true, {"pvc"}, {}),
      row<StorageClass>(kStorage, "v1", "storageclasses", false, false, {"sc"}, {}),
      row<CSINode>(kStorage, "v1", "csinodes", false, false, {}, {}),
      row<VolumeAttachment>(kStorage, "v1", "volumeattachments", false, true, {}, {}),
      row<ResourceClaim>(kDevices, "v1", "resourceclaims", true, true, {}, {}),
      row<ResourceClaimTemplate>(kDevices, "v1", "resourceclaimtemplates", true, false, {}, {}),
      row<DeviceClass>(kDevices, "v1", "deviceclasses", false, false, {}, {}),
      row<ResourceSlice>(kDevices, "v1", "resourceslices", false, false, {}, {}),
      row<NodeOverlay>("karpenter.sh", "v1alpha1", "nodeoverlays", false, true, {"overlays"},
                       {"karpenter"}, node_overlay_columns()),
      row<CapacityBuffer>("autoscaling.x-k8s.io", "v1beta1", "capacitybuffers", true, true, {"cb"},
                          {"autoscaling"}, capacity_buffer_columns()),
      row<KWOKNodeClass>("karpenter.kwok.sh", "v1alpha1", "kwoknodeclasses", false, true,
                         {"kwoknc", "kwokncs"}, {"karpenter"}),
  };
}

// In the order of the enumeration.
const std::vector<KindInfo>& table() {
  static const std::vector<KindInfo> rows = [] {
    std::vector<KindInfo> all = core_rows();
    std::ranges::move(further_rows(), std::back_inserter(all));
    base::check(all.size() == kKindCount, "every kind has its row");
    return all;
  }();
  return rows;
}

// What is done with an object of a kind when its C++ type is not known.
struct Functions {
  std::shared_ptr<void> (*make)();
  const ObjectMeta& (*metadata)(const void* object);
};

template <class T>
constexpr Functions functions_of() {
  return {.make = []() -> std::shared_ptr<void> { return std::make_shared<T>(); },
          .metadata = [](const void* object) -> const ObjectMeta& {
            return static_cast<const T*>(object)->metadata;
          }};
}

const Functions& functions(Kind kind) {
  static constexpr std::array<Functions, kKindCount> rows = {
      functions_of<Pod>(),
      functions_of<Node>(),
      functions_of<Namespace>(),
      functions_of<Event>(),
      functions_of<Lease>(),
      functions_of<Deployment>(),
      functions_of<ReplicaSet>(),
      functions_of<DaemonSet>(),
      functions_of<PodDisruptionBudget>(),
      functions_of<NodePool>(),
      functions_of<NodeClaim>(),
      functions_of<EC2NodeClass>(),
      functions_of<StatefulSet>(),
      functions_of<Job>(),
      functions_of<PodTemplate>(),
      functions_of<PriorityClass>(),
      functions_of<PersistentVolume>(),
      functions_of<PersistentVolumeClaim>(),
      functions_of<StorageClass>(),
      functions_of<CSINode>(),
      functions_of<VolumeAttachment>(),
      functions_of<ResourceClaim>(),
      functions_of<ResourceClaimTemplate>(),
      functions_of<DeviceClass>(),
      functions_of<ResourceSlice>(),
      functions_of<NodeOverlay>(),
      functions_of<CapacityBuffer>(),
      functions_of<KWOKNodeClass>(),
  };
  return rows[static_cast<std::size_t>(kind)];
}

// Items of lists come without apiVersion and kind; where they are given they must be right.
base::Result<void> check_type(const KindInfo& kind, const base::Json& value) {
  const std::pair<std::string_view, base::Json> expected[] = {
      {"apiVersion", boost::json::string(kind.api_version())},
      {"kind", boost::json::string(kind.name)}};
  for (const auto& [member, wanted] : expected) {
    const base::Json* found = base::find_path(value, {member});
    if (found == nullptr || *found == wanted) continue;
    return base::invalid(fmt::format("{}: expected {}, found {}", member, base::print_json(wanted),
                                     base::print_json(*found)));
  }
  return {};
}

}  // namespace

std::string KindInfo::api_version() const {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

std::span<const KindInfo> kinds() { return table(); }

const KindInfo& info(Kind kind) { return table()[static_cast<std::size_t>(kind)]; }

const KindInfo* find_kind(std::string_view api_version, std::string_view name) {
  auto found = std::ranges::find_if(table(), [&](const KindInfo& kind) {
    return kind.name == name && kind.api_version() == api_version;
  });
  return found == table().end() ? nullptr : &*found;
}

const ObjectMeta& Object::metadata() const {
  base::check(value_ != nullptr, "only an object that is there has metadata");
  return functions(kind_).metadata(value_.get());
}

base::Json to_json(const Object& object) {
  const KindInfo& kind = info(object.kind());
  boost::json::object result;
  result.emplace("apiVersion", kind.api_version());
  result.emplace("kind", kind.name);
  if (object) {
    base::Json fields = base::write_json(kind.type(), object.address());
    for (auto& member : fields.get_object()) {
      result.emplace(member.key(), std::move(member.value()));
    }
  }
  return result;
}

base::Result<Object> read_object(Kind kind, const base::Json& value,
                                 std::vector<std::string>* unknown) {
  const KindInfo& row = info(kind);
  if (base::Result<void> checked = check_type(row, value); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  std::shared_ptr<void> object = functions(kind).make();
  std::vector<std::string> paths;
  base::Result<void> read =
      base::read_json(row.type(), value, object.get(), unknown == nullptr ? nullptr : &paths);
  if (!read) return std::unexpected(std::move(read.error()));
  for (std::string& path : paths) {
    if (path != "apiVersion" && path != "kind") unknown->push_back(std::move(path));
  }
  Object result;
  result.kind_ = kind;
  result.value_ = std::move(object);
  return result;
}

Reference reference_to(const Object& object) {
  const ObjectMeta& metadata = object.metadata();
  return {object.kind(), metadata.namespace_, metadata.name};
}

std::string to_string(const Reference& reference) {
  if (reference.namespace_.empty()) return reference.name;
  return fmt::format("{}/{}", reference.namespace_, reference.name);
}

}  // namespace model
