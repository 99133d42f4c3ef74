// What an operator can set, and the periods that the rules name. Durations are virtual or real, as
// the clock is.
#pragma once

#include <chrono>

#include "base/time.h"
#include "engine/snapshot.h"
#include "model/kinds.h"

namespace control {

struct Settings {
  // --batch-idle-duration, --batch-max-duration (SCH-014)
  base::Duration batch_idle = std::chrono::seconds(1);
  base::Duration batch_max = std::chrono::seconds(10);
  engine::Settings engine;
  // Feature gates (SCH-005); that of reserved capacity is a setting of the engine.
  bool node_overlay = false;
  bool capacity_buffer = false;

  // The kind of this provider's node classes (LIF-001): EC2NodeClass or KWOKNodeClass.
  model::Kind class_kind = model::Kind::EC2NodeClass;

  // SCH-008, SCH-010: pods and nodes that need capacity come back this often.
  base::Duration trigger_period = std::chrono::seconds(10);
  // LIF-102, LIF-103.
  base::Duration launch_timeout = std::chrono::minutes(5);
  base::Duration registration_timeout = std::chrono::minutes(15);
  // DIS-057, DIS-207.
  base::Duration disruption_period = std::chrono::seconds(10);
  base::Duration validation_delay = std::chrono::seconds(15);
  // DIS-262, DIS-261, DIS-271.
  base::Duration minimum_drain = std::chrono::seconds(5);
  base::Duration drain_period = std::chrono::seconds(1);
  base::Duration instance_period = std::chrono::seconds(5);
  // DIS-007.
  base::Duration stuck_terminating = std::chrono::minutes(1);
  // LIF-188.
  base::Duration counter_period = std::chrono::seconds(5);
  // LIF-145.
  base::Duration collection_period = std::chrono::minutes(2);
  // SCH-307, SCH-303.
  base::Duration buffer_period = std::chrono::seconds(30);
  base::Duration overlay_period = std::chrono::hours(6);
  // LIF-149: an instance younger than this may still get its claim's status.
  base::Duration orphan_age = std::chrono::seconds(30);

  // SCH-283, LIF-230.
  base::Duration nomination_window() const {
    return std::max<base::Duration>(2 * batch_max, std::chrono::seconds(10));
  }
};

}  // namespace control
