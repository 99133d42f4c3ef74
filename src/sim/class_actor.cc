#include "sim/class_actor.h"

#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "model/hash.h"
#include "model/node_class.h"
#include "sim/account.h"

namespace sim {
namespace {

constexpr std::string_view kInstanceProfile = "karpenter.k8s.aws/instance-profile-name";

}  // namespace

ClassActor::ClassActor(Store& store, ports::Clock& clock, std::vector<catalog::Zone> zones,
                       Warn warn)
    : store_(store),
      clock_(clock),
      resource_(store.resource_of(model::Kind::EC2NodeClass)),
      zones_(std::move(zones)),
      warn_(std::move(warn)) {
  ListResult existing = store_.list(resource_);
  auto watch = store_.watch(resource_, existing.version,
                            [this](const WatchEvent& event) { on_event(event); });
  base::check(watch.has_value(), "a version that was just listed can be watched");
  watch_ = std::move(*watch);
  for (const StoredPtr& stored : existing.items)
    look_at(*stored);
}

void ClassActor::serve(SimCloud& cloud) const {
  cloud.annotate_launches([&store = store_, &resource = resource_](const model::NodeClaim& claim) {
    model::Labels annotations;
    const model::NodeClassReference& reference = claim.spec.nodeClassRef;
    StoredPtr stored = store.get(resource, "", reference.name);
    if (reference.kind != resource.kind || stored == nullptr) return annotations;
    const auto& node_class = stored->object.as<model::EC2NodeClass>();
    annotations[std::string(model::kEC2NodeClassHashAnnotation)] =
        model::node_class_hash(node_class);
    annotations[std::string(model::kEC2NodeClassHashVersionAnnotation)] =
        model::kEC2NodeClassHashVersion;
    if (!node_class.status.instanceProfile.empty()) {
      annotations[std::string(kInstanceProfile)] = node_class.status.instanceProfile;
    }
    return annotations;
  });
}

void ClassActor::on_event(const WatchEvent& event) {
  switch (event.type) {
    case WatchEvent::Type::added:
    case WatchEvent::Type::modified: look_at(*event.object); break;
    case WatchEvent::Type::deleted: warned_.erase(event.object->object.metadata().uid); break;
    case WatchEvent::Type::bookmark: break;
  }
}

void ClassActor::look_at(const Stored& stored) {
  const auto& node_class = stored.object.as<model::EC2NodeClass>();
  const model::ObjectMeta& metadata = node_class.metadata;
  if (metadata.deletionTimestamp) return;

  std::int64_t& warned = warned_[metadata.uid];
  if (std::exchange(warned, metadata.generation) != metadata.generation) {
    for (const std::string& warning : unexpanded_values(node_class)) {
      warn_(metadata.name, warning);
    }
  }

  base::Json json = stored.json;
  json.as_object()["status"] = base::to_json(ready_status(node_class, zones_, clock_.now()));
  WriteOptions options;
  options.subresource = "status";
  // A refusal means that the class has changed or gone meanwhile; the event of that follows. An
  // equal status is no change and makes no event.
  [[maybe_unused]] auto written =
      store_.update(resource_, "", metadata.name, std::move(json), options);
}

}  // namespace sim
