// Pods as planning needs them: less than an API server tells of those that exist, and made up from
// their workloads where none exist yet.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/pod.h"
#include "model/volume.h"

namespace app {

class PlanInput;

// Drops what no decision depends on (images, commands, most of the status), and puts limits where
// requests are missing, as an API server does.
void reduce(model::Pod& pod);
void reduce(model::PodSpec& spec);

struct MadePods {
  std::vector<std::shared_ptr<const model::Pod>> pods;
  std::vector<std::shared_ptr<const model::PersistentVolumeClaim>> claims;
};

// The pods of workloads that have none in the input: as many as each is to have, named
// <workload>-<i> from 0 on, with leading zeros, in the order of the workloads. They are of the age of
// the workload, and their uid is their name (with the namespace before it where that is taken). A
// ReplicaSet whose Deployment is in the input makes none, since the Deployment does. With them the
// volume claims that a cluster would make for them, where the input does not have them.
MadePods pods_of_workloads(const PlanInput& input);

struct BufferPods {
  std::vector<std::shared_ptr<const model::Pod>> pods;
  std::vector<std::string> notes;  // buffers that have none, and why
};

// The virtual pods of capacity buffers (SCH-308), in the order of the buffers. What a buffer refers
// to must be in the input; its status is not looked at.
BufferPods pods_of_buffers(const PlanInput& input);

// Who a person would say the pod belongs to: "deployment shop/web", "job default/load", "buffer
// shop/spare", and "pod default/web" of a pod of its own.
std::string owner_of(const model::Pod& pod);

}  // namespace app
