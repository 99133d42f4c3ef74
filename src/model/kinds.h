// The kinds that Joiner reads and writes, with their place in the API, and a value that holds an
// object of any of them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
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
};

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

std::span<const KindInfo> kinds();
const KindInfo& info(Kind kind);
const KindInfo* find_kind(std::string_view api_version, std::string_view name);

template <class T>
constexpr Kind kind_of();
template <> constexpr Kind kind_of<Pod>() { return Kind::Pod; }
template <> constexpr Kind kind_of<Node>() { return Kind::Node; }
template <> constexpr Kind kind_of<Namespace>() { return Kind::Namespace; }
template <> constexpr Kind kind_of<Event>() { return Kind::Event; }
template <> constexpr Kind kind_of<Lease>() { return Kind::Lease; }
template <> constexpr Kind kind_of<Deployment>() { return Kind::Deployment; }
template <> constexpr Kind kind_of<ReplicaSet>() { return Kind::ReplicaSet; }
template <> constexpr Kind kind_of<DaemonSet>() { return Kind::DaemonSet; }
template <> constexpr Kind kind_of<PodDisruptionBudget>() { return Kind::PodDisruptionBudget; }
template <> constexpr Kind kind_of<NodePool>() { return Kind::NodePool; }
template <> constexpr Kind kind_of<NodeClaim>() { return Kind::NodeClaim; }
template <> constexpr Kind kind_of<EC2NodeClass>() { return Kind::EC2NodeClass; }

// An immutable object of any kind; copies share it.
class Object {
 public:
  Object() = default;

  template <class T>
  explicit Object(T object)
      : kind_(kind_of<T>()), value_(std::make_shared<const T>(std::move(object))) {}
  template <class T>
  explicit Object(std::shared_ptr<const T> object)
      : kind_(kind_of<T>()), value_(std::move(object)) {}

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
