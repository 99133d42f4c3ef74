#include "sim/actors_pods.h"

#include <utility>

#include "judge/placement.h"

namespace sim {

bool is_active(const model::Pod& pod) {
  return !pod.metadata.deletionTimestamp && !judge::is_finished(pod);
}

bool is_ready(const model::Pod& pod) { return model::is_true(pod.status.conditions, "Ready"); }

base::Time ready_since(const model::Pod& pod, base::Time otherwise) {
  const model::Condition* ready = model::find_condition(pod.status.conditions, "Ready");
  if (ready == nullptr || ready->status != "True") return otherwise;
  return ready->lastTransitionTime.value_or(otherwise);
}

const model::OwnerReference* controller_of_kind(const model::ObjectMeta& metadata,
                                                std::string_view api_version,
                                                std::string_view kind) {
  const model::OwnerReference* owner = model::controller_of(metadata);
  bool fits = owner != nullptr && owner->kind == kind && owner->apiVersion == api_version;
  return fits ? owner : nullptr;
}

std::vector<std::shared_ptr<const model::Pod>> pods_of(const Store& store,
                                                       const model::ObjectMeta& owner) {
  std::vector<std::shared_ptr<const model::Pod>> pods = list<model::Pod>(store, owner.namespace_);
  std::erase_if(pods, [&](const auto& pod) {
    const model::OwnerReference* controller = model::controller_of(pod->metadata);
    return controller == nullptr || controller->uid != owner.uid;
  });
  return pods;
}

boost::json::object pod_from_template(const Stored& owner) {
  boost::json::object pod = owner.json.at("spec").at("template").as_object();
  boost::json::object& metadata = object_at(pod, "metadata");
  for (std::string_view member : {"name", "namespace", "creationTimestamp"}) {
    metadata.erase(member);
  }
  metadata["generateName"] = text(owner.object.metadata().name + "-");
  metadata["ownerReferences"] = controlled_by(owner);
  return pod;
}

}  // namespace sim
