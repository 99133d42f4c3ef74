// What planning wants to know of the pods that are bound to nodes, looked up in one go: there are
// many of them, and they lie far apart in memory.
#pragma once

#include <vector>

#include "engine/label_classes.h"
#include "engine/requests.h"
#include "engine/snapshot.h"

namespace engine {

struct BoundPod {
  RequestsId requests = 0;  // of pods on nodes that stay
  LabelSetId labels = 0;
  bool is_daemon = false;
  bool has_host_ports = false;
  bool repels = false;  // has required anti-affinity
  bool is_terminating = false;
};

// Per node of the snapshot, then per node that leaves, in the order of their pods.
using BoundPods = std::vector<std::vector<BoundPod>>;

// Tells `labels` which keys the pods repel by, and interns their requests.
BoundPods bound_pods(const Snapshot& snapshot, RequestTable& requests, LabelClasses& labels);

}  // namespace engine
