// How an actor comes to act: it notes what changed and looks at it a moment later, at all of it
// together. The moment is drawn from the seed; the order within it is that of the keys. So a burst
// of changes costs one look, as with the work queues of real controllers, and every run with one
// seed is the same.
//
// Both classes may go before the clock has run out: what they had asked for then does nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "ports/clock.h"

namespace sim {

// How long something takes: between the two, both included.
struct Latency {
  base::Duration least{};
  base::Duration most{};
};

// What a controller needs to see a change and to answer it.
inline constexpr Latency kReaction{std::chrono::milliseconds(5), std::chrono::milliseconds(20)};

base::Duration draw(base::Random& random, const Latency& latency);

// One call in the future, at the earliest of the times that were asked for.
class Alarm {
 public:
  Alarm(ports::Clock& clock, std::function<void()> ring);

  // Rings at `when`, or earlier if it is set so already. Ringing clears it.
  void set(base::Time when);

 private:
  struct State {
    std::function<void()> ring;
    std::optional<base::Time> due;
  };

  ports::Clock& clock_;
  std::shared_ptr<State> state_;
};

// Keys that want to be looked at, each once however often it was added.
template <class Key>
class WorkQueue {
 public:
  WorkQueue(ports::Clock& clock, base::Random random, std::function<void(const Key&)> handle,
            Latency latency = kReaction)
      : clock_(clock),
        random_(std::move(random)),
        handle_(std::move(handle)),
        latency_(latency),
        alarm_(clock, [this] { run(); }) {}
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(Key key) { add_at(clock_.now() + draw(random_, latency_), std::move(key)); }

  // Looks at the key at `when`, and with all else that waits if it is looked at earlier.
  void add_at(base::Time when, Key key) {
    alarm_.set(when);
    auto place = waiting_.find(key);
    if (place == waiting_.end()) {
      waiting_.emplace(std::move(key), when);
    } else {
      place->second = std::min(place->second, when);
    }
  }

 private:
  void run() {
    base::Time now = clock_.now();
    std::vector<Key> due;
    std::optional<base::Time> next;
    for (auto entry = waiting_.begin(); entry != waiting_.end();) {
      if (entry->second > now) {
        next = std::min(next.value_or(entry->second), entry->second);
        ++entry;
      } else {
        due.push_back(entry->first);
        entry = waiting_.erase(entry);
      }
    }
    if (next) alarm_.set(*next);
    for (const Key& key : due) {
      handle_(key);
    }
  }

  ports::Clock& clock_;
  base::Random random_;
  std::function<void(const Key&)> handle_;
  Latency latency_;
  std::map<Key, base::Time> waiting_;
  Alarm alarm_;
};

}  // namespace sim
