// The attach/detach controller: a VolumeAttachment for each CSI volume on each node where a pod uses
// it, from a moment after the pod was bound until a moment after the pod has ended or is gone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class AttachController {
 public:
  AttachController(const ActorContext& context, base::Random random);

 private:
  void see_pod(const WatchEvent& event);
  void sync(const std::string& node);
  // The attachments that should be on the node: the volume by the attachment's name.
  std::map<std::string, std::string> wanted(const std::string& node) const;
  void create(const std::string& name, const std::string& volume, const std::string& node);
  // Ends attaching or detaching.
  void move(const std::string& attachment);

  ActorContext context_;
  WorkQueue<std::string> nodes_;
  WorkQueue<std::string> moves_;  // by name of the attachment
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
