// What changed lately, and who wants to know.
//
// The log keeps a bounded history, so that a client whose connection broke can go on where it was.
// Each watcher has a queue of its own that is emptied from the event loop: a writer is never
// re-entered, and each watcher sees the changes in the order of their versions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "sim/store.h"

namespace sim {

class WatchLog {
 public:
  WatchLog(ports::Clock& clock, std::size_t resource_count);
  ~WatchLog();

  // resource: its index. Requires: the event's version is above all before it.
  void append(std::size_t resource, WatchEvent event);

  base::Result<std::shared_ptr<void>> watch(std::size_t resource, std::uint64_t version,
                                            Store::Sink sink);

 private:
  struct Entry {
    std::size_t resource = 0;
    std::size_t bytes = 0;
    WatchEvent event;
  };
  struct Watcher;

  void push(const std::shared_ptr<Watcher>& watcher, const WatchEvent& event);
  void trim();

  ports::Clock& clock_;
  std::deque<Entry> history_;
  std::size_t history_bytes_ = 0;
  std::uint64_t forgotten_ = 0;  // the highest version that is no longer in the history
  std::vector<std::vector<std::weak_ptr<Watcher>>> watchers_;  // by resource, oldest first
};

// About how much memory a value takes.
std::size_t approximate_bytes(const base::Json& value);

}  // namespace sim
