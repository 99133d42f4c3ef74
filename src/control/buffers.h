// Capacity buffers (scheduling.md section 25): what a buffer refers to is looked up when it or its
// PodTemplate changes, and every 30 s; its virtual pods then wait in the World for the next pass of
// provisioning, and its conditions tell what came of the last one.
//
// A status is written once for all that has changed of it, and again if a write is lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "control/action.h"
#include "control/world.h"

namespace control {

class Buffers {
 public:
  // Does nothing unless the gate is open.
  Decision decide(World& world, base::Time now);

 private:
  // Of one buffer.
  struct Known {
    std::int64_t generation = 0;
    std::string template_version;  // of the PodTemplate that it refers to
    base::Time resolved_at{};
    std::optional<model::CapacityBufferStatus> unwritten;
  };

  void serve(World& world, const std::shared_ptr<const model::CapacityBuffer>& buffer,
             base::Time now, Decision& decision);

  std::map<std::string, Known, std::less<>> known_;  // by UID
  std::uint64_t seen_passes_ = 0;
  bool is_pass_new_ = false;
};

}  // namespace control
