// Storage: claims are bound to volumes, volumes are provisioned and reclaimed, and pods with
// ephemeral volumes get their claims.
//
//   claim                                          what happens
//   names a volume                                 bound to it when it is there; Lost if it goes
//   its class waits for a consumer                 nothing until the scheduler has chosen a node
//   a volume that is there fits                    bound to the smallest that fits, then by name
//   its class has a provisioner                    a volume is made in the zone of the chosen node,
//                                                  else of any node that the class allows, and bound
//   (deleted) its volume                           deleted or Released, as its reclaim policy says
//
// A volume fits by class, size, access modes, mode, labels and the chosen node. Volumes that are
// made are CSI volumes with a required node affinity to their zone. Claims in use are not protected
// against deletion.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/node.h"
#include "model/pod.h"
#include "model/volume.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class VolumeController {
 public:
  VolumeController(const ActorContext& context, base::Random random);

 private:
  void see_claim(const WatchEvent& event);
  void see_volume(const WatchEvent& event);
  void see_pod(const WatchEvent& event);
  void wake_claims();

  void sync_claim(const ObjectKey& key);
  void sync_volume(const std::string& name);
  std::shared_ptr<const model::PersistentVolume> best_volume(
      const model::PersistentVolumeClaim& claim) const;
  std::shared_ptr<const model::Node> chosen_node(const model::PersistentVolumeClaim& claim) const;
  void bind(const model::PersistentVolumeClaim& claim, const std::string& volume);
  void provision(const ObjectKey& key);
  // The zone to make a volume in, "" if nodes have none; nullopt if no node is allowed.
  std::optional<std::string> zone_for(const model::PersistentVolumeClaim& claim,
                                      const model::StorageClass& storage_class) const;
  void say(const ObjectKey& claim, bool is_warning, std::string_view reason,
           const std::string& message);

  ActorContext context_;
  base::Random random_;
  WorkQueue<ObjectKey> claims_;
  WorkQueue<ObjectKey> making_;  // claims for which a volume is being made
  WorkQueue<std::string> volumes_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
