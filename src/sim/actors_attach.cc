#include "sim/actors_attach.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "judge/placement.h"
#include "judge/volumes.h"
#include "model/pod.h"
#include "model/volume.h"

namespace sim {
namespace {

using boost::json::object;

constexpr Latency kMoving{std::chrono::seconds(1), std::chrono::seconds(4)};

std::string attachment_name(std::string_view volume, std::string_view node) {
  return "csi-" + short_hash(boost::json::array{text(volume), text(node)});
}

bool uses_claims(const model::Pod& pod) {
  return std::ranges::any_of(pod.spec->volumes, [](const model::Volume& volume) {
    return volume.persistentVolumeClaim || volume.ephemeral;
  });
}

}  // namespace

AttachController::AttachController(const ActorContext& context, base::Random random)
    : context_(context),
      nodes_(context.clock, random.fork("nodes"), [this](const std::string& node) { sync(node); }),
      moves_(
          context.clock, random.fork("moves"),
          [this](const std::string& attachment) { move(attachment); }, kMoving) {
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void AttachController::see_pod(const WatchEvent& event) {
  const auto& pod = event.object->object.as<model::Pod>();
  if (!pod.spec->nodeName.empty() && uses_claims(pod)) nodes_.add(pod.spec->nodeName);
}

std::map<std::string, std::string> AttachController::wanted(const std::string& node) const {
  std::map<std::string, std::string> volumes;
  judge::Surroundings surroundings;
  surroundings.volume_claims = judge::by_name(list<model::PersistentVolumeClaim>(context_.store));
  for (const auto& pod : list<model::Pod>(context_.store)) {
    if (pod->spec->nodeName != node || judge::is_finished(*pod)) continue;
    for (const judge::ClaimedVolume& claimed : judge::claimed_volumes(*pod, surroundings)) {
      if (claimed.object == nullptr || claimed.object->spec.volumeName.empty()) continue;
      const std::string& volume = claimed.object->spec.volumeName;
      volumes.emplace(attachment_name(volume, node), volume);
    }
  }
  return volumes;
}

void AttachController::sync(const std::string& node) {
  std::map<std::string, std::string> volumes = wanted(node);
  for (const auto& [name, volume] : volumes)
    create(name, volume, node);
  for (const auto& attachment : list<model::VolumeAttachment>(context_.store)) {
    bool is_left =
        attachment->spec.nodeName == node && !volumes.contains(attachment->metadata.name);
    if (is_left) moves_.add(attachment->metadata.name);
  }
}

void AttachController::create(const std::string& name, const std::string& volume,
                              const std::string& node) {
  auto found = find<model::PersistentVolume>(context_.store, {"", volume});
  if (found == nullptr || !found->spec.csi) return;
  object spec{{"attacher", text(found->spec.csi->driver)},
              {"nodeName", text(node)},
              {"source", {{"persistentVolumeName", text(volume)}}}};
  object attachment{{"metadata", {{"name", text(name)}}}, {"spec", std::move(spec)}};
  auto created = context_.store.create(context_.store.resource_of(model::Kind::VolumeAttachment),
                                       "", std::move(attachment));
  if (created) moves_.add(name);  // else it is there already
}

void AttachController::move(const std::string& attachment) {
  auto found = find<model::VolumeAttachment>(context_.store, {"", attachment});
  if (found == nullptr) return;
  if (!wanted(found->spec.nodeName).contains(attachment)) {
    return remove(context_.store, model::Kind::VolumeAttachment, found->metadata);
  }
  edit_status(context_.store, model::Kind::VolumeAttachment, {"", attachment},
              [](object& status) { status["attached"] = true; });
}

}  // namespace sim
