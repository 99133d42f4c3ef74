// Events as the controllers of a cluster write them: a repeated one is counted up in the object
// that is there already. Whoever wrote an Event, it is removed an hour after it last happened, as
// an API server does, so that a long run does not fill the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "model/kinds.h"
#include "ports/clock.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"
#include "sim/store.h"

namespace sim {

inline constexpr base::Duration kEventLife = std::chrono::hours(1);

class Events {
 public:
  Events(Store& store, ports::Clock& clock);

  // component: who says it ("default-scheduler"). field_path: the part of the object that is meant
  // ("spec.containers{app}"). In a namespace that is being deleted nothing is written.
  void normal(std::string_view component, const model::Object& about, std::string_view reason,
              std::string_view message, std::string_view field_path = "");
  void warning(std::string_view component, const model::Object& about, std::string_view reason,
               std::string_view message, std::string_view field_path = "");

 private:
  void record(std::string_view type, std::string_view component, const model::Object& about,
              std::string_view reason, std::string_view message, std::string_view field_path);
  std::string next_name(std::string_view about);
  void see(const WatchEvent& event);
  void expire();

  Store& store_;
  ports::Clock& clock_;
  std::int64_t last_stamp_ = 0;
  std::map<std::string, ObjectKey> recent_;            // by all that makes two events the same
  std::deque<std::pair<base::Time, ObjectKey>> seen_;  // when and which, oldest first
  Alarm alarm_;
  std::shared_ptr<void> watch_;
};

}  // namespace sim
