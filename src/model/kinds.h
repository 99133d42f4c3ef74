// The kinds that Joiner reads and writes, with their place in the API, and a value that holds an
// object of any of them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/describe.h"
#include "base/json.h"
#include "model/meta.h"

namespace model {

struct Pod;
struct Node;
struct Namespace;
struct Event;
struct Lease;
struct Deployment;
struct ReplicaSet;
struct DaemonSet;
struct PodDisruptionBudget;
struct NodePool;
struct NodeClaim;
struct EC2NodeClass;
struct StatefulSet;
struct Job;
struct PodTemplate;
struct PriorityClass;
struct PersistentVolume;
struct PersistentVolumeClaim;
struct StorageClass;
struct CSINode;
struct VolumeAttachment;
struct ResourceClaim;
struct ResourceClaimTemplate;
struct DeviceClass;
struct ResourceSlice;
struct NodeOverlay;
struct CapacityBuffer;
struct KWOKNodeClass;

enum class Kind {
  Pod,
  Node,
  Namespace,
  Event,
  Lease,
  Deployment,
  ReplicaSet,
  DaemonSet,
  PodDisruptionBudget,
  NodePool,
  NodeClaim,
  EC2NodeClass,
  StatefulSet,
  Job,
  PodTemplate,
  PriorityClass,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  CSINode,
  VolumeAttachment,
  ResourceClaim,
  ResourceClaimTemplate,
  DeviceClass,
  ResourceSlice,
  NodeOverlay,
  CapacityBuffer,
  KWOKNodeClass,
};
inline constexpr std::size_t kKindCount = static_cast<std::size_t>(Kind::KWOKNodeClass) + 1;

// A column of `kubectl get`: a JSONPath below the object (API-008).
struct PrinterColumn {
  std::string_view name;
  std::string_view type;  // string, integer, date
  std::string_view path;  // ".spec.nodeName" or ".status.conditions[?(@.type==\"Ready\")].status"
  bool wide = false;      // only with -o wide
};

struct KindInfo {
  Kind kind;
  std::string_view name;     // "NodePool"
  std::string_view group;    // "" for the core group
  std::string_view version;  // "v1"
  std::string_view plural;   // "nodepools"
  bool namespaced;
  bool has_status;  // status is a subresource of its own
  std::vector<std::string_view> short_names;
  std::vector<std::string_view> categories;
  std::vector<PrinterColumn> columns;  // of custom resources
  base::TypeOf type;

  std::string api_version() const;  // "karpenter.sh/v1", "v1"
};

std::span<const KindInfo> kinds();  // in the order of Kind
const KindInfo& info(Kind kind);
// nullptr if there is no such kind.
const KindInfo* find_kind(std::string_view api_version, std::string_view name);

// The kind of a struct; any other type has none.
template <class T>
inline constexpr std::nullptr_t kKindOf = nullptr;
template <>
inline constexpr Kind kKindOf<Pod> = Kind::Pod;
template <>
inline constexpr Kind kKindOf<Node> = Kind::Node;
template <>
inline constexpr Kind kKindOf<Namespace> = Kind::Namespace;
template <>
inline constexpr Kind kKindOf<Event> = Kind::Event;
template <>
inline constexpr Kind kKindOf<Lease> = Kind::Lease;
template <>
inline constexpr Kind kKindOf<Deployment> = Kind::Deployment;
template <>
inline constexpr Kind kKindOf<ReplicaSet> = Kind::ReplicaSet;
template <>
inline constexpr Kind kKindOf<DaemonSet> = Kind::DaemonSet;
template <>
inline constexpr Kind kKindOf<PodDisruptionBudget> = Kind::PodDisruptionBudget;
template <>
inline constexpr Kind kKindOf<NodePool> = Kind::NodePool;
template <>
inline constexpr Kind kKindOf<NodeClaim> = Kind::NodeClaim;
template <>
inline constexpr Kind kKindOf<EC2NodeClass> = Kind::EC2NodeClass;
template <>
inline constexpr Kind kKindOf<StatefulSet> = Kind::StatefulSet;
template <>
inline constexpr Kind kKindOf<Job> = Kind::Job;
template <>
inline constexpr Kind kKindOf<PodTemplate> = Kind::PodTemplate;
template <>
inline constexpr Kind kKindOf<PriorityClass> = Kind::PriorityClass;
template <>
inline constexpr Kind kKindOf<PersistentVolume> = Kind::PersistentVolume;
template <>
inline constexpr Kind kKindOf<PersistentVolumeClaim> = Kind::PersistentVolumeClaim;
template <>
inline constexpr Kind kKindOf<StorageClass> = Kind::StorageClass;
template <>
inline constexpr Kind kKindOf<CSINode> = Kind::CSINode;
template <>
inline constexpr Kind kKindOf<VolumeAttachment> = Kind::VolumeAttachment;
template <>
inline constexpr Kind kKindOf<ResourceClaim> = Kind::ResourceClaim;
template <>
inline constexpr Kind kKindOf<ResourceClaimTemplate> = Kind::ResourceClaimTemplate;
template <>
inline constexpr Kind kKindOf<DeviceClass> = Kind::DeviceClass;
template <>
inline constexpr Kind kKindOf<ResourceSlice> = Kind::ResourceSlice;
template <>
inline constexpr Kind kKindOf<NodeOverlay> = Kind::NodeOverlay;
template <>
inline constexpr Kind kKindOf<CapacityBuffer> = Kind::CapacityBuffer;
template <>
inline constexpr Kind kKindOf<KWOKNodeClass> = Kind::KWOKNodeClass;

template <class T>
concept KnownKind = std::is_same_v<decltype(kKindOf<T>), const Kind>;

template <KnownKind T>
constexpr Kind kind_of() {
  return kKindOf<T>;
}

// An immutable object of any kind; copies share it.
class Object {
 public:
  Object() = default;

  template <KnownKind T>
  explicit Object(T object)
      : kind_(kind_of<T>()), value_(std::make_shared<const T>(std::move(object))) {}
  template <class T>
    requires KnownKind<std::remove_const_t<T>>
  explicit Object(std::shared_ptr<T> object)
      : kind_(kind_of<std::remove_const_t<T>>()), value_(std::move(object)) {}

  Kind kind() const { return kind_; }
  explicit operator bool() const { return value_ != nullptr; }

  template <class T>
  bool is() const {
    return value_ != nullptr && kind_ == kind_of<T>();
  }
  // Requires: is<T>().
  template <class T>
  const T& as() const {
    base::check(is<T>(), "the object is of the kind asked for");
    return *static_cast<const T*>(value_.get());
  }
  template <class T>
  std::shared_ptr<const T> share() const {
    base::check(is<T>(), "the object is of the kind asked for");
    return std::static_pointer_cast<const T>(value_);
  }

  const ObjectMeta& metadata() const;
  const void* address() const { return value_.get(); }

 private:
  friend base::Result<Object> read_object(Kind, const base::Json&, std::vector<std::string>*);

  Kind kind_ = Kind::Pod;
  std::shared_ptr<const void> value_;
};

// Wire form with apiVersion and kind first.
base::Json to_json(const Object& object);

// Reads an object of a known kind; paths of members that the kind does not have go to `unknown`.
// apiVersion and kind may be missing (as in lists), but not be those of another kind.
base::Result<Object> read_object(Kind kind, const base::Json& value,
                                 std::vector<std::string>* unknown = nullptr);

// Names an object: what a log line, an action or a port call points to.
struct Reference {
  Kind kind = Kind::Pod;
  std::string namespace_;
  std::string name;

  bool operator==(const Reference&) const = default;
  auto operator<=>(const Reference&) const = default;
};

Reference reference_to(const Object& object);

// "default/web-1", "m5.large-abcde".
std::string to_string(const Reference& reference);

}  // namespace model
