// Node and its taints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"
#include "model/scalars.h"

namespace model {

struct Taint {
  std::string key;
  std::string value;
  std::string effect;  // NoSchedule, PreferNoSchedule, NoExecute
  std::optional<base::Time> timeAdded;

  // Two taints are one if key and effect agree; the value may differ.
  bool same_place(const Taint& other) const { return key == other.key && effect == other.effect; }
  bool operator==(const Taint&) const = default;
};
DESCRIBED(Taint);

struct NodeSpec {
  std::string providerID;
  bool unschedulable = false;
  std::vector<Taint> taints;
};
DESCRIBED(NodeSpec);

struct NodeAddress {
  std::string type;
  std::string address;
};
DESCRIBED(NodeAddress);

struct NodeSystemInfo {
  std::string machineID;
  std::string systemUUID;
  std::string bootID;
  std::string kernelVersion;
  std::string osImage;
  std::string containerRuntimeVersion;
  std::string kubeletVersion;
  std::string kubeProxyVersion;
  std::string operatingSystem;
  std::string architecture;
};
DESCRIBED(NodeSystemInfo);

struct NodeStatus {
  ResourceList capacity;
  ResourceList allocatable;
  std::vector<Condition> conditions;
  std::vector<NodeAddress> addresses;
  std::optional<NodeSystemInfo> nodeInfo;
};
DESCRIBED(NodeStatus);

struct Node {
  ObjectMeta metadata;
  NodeSpec spec;
  NodeStatus status;
};
DESCRIBED(Node);

// Whether one toleration accepts the taint, as Kubernetes decides it (SCH-082), the numeric
// operators included: Gt accepts taints whose value is greater than the toleration's, Lt those with
// a smaller one; a value that is no integer is never accepted by them.
bool tolerates(const Toleration& toleration, const Taint& taint);
bool tolerates(const std::vector<Toleration>& tolerations, const Taint& taint);

}  // namespace model
