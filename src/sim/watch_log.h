// What changed lately, and who wants to know.
//
// The log keeps a bounded history, so that a client whose connection broke can go on where it was,
// and so that a list which is read in pages shows one moment. It refers to the objects of the
// store; of those that were replaced it is the last to hold them.
//
// Each watcher has a queue of its own that is emptied from the event loop: a writer is never
// re-entered, and each watcher sees the changes in the order of their versions. A watcher that asks
// for bookmarks gets one when kBookmarkEvery changes of any resource have passed since it was told
// of one of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "sim/store.h"

namespace sim {

inline constexpr std::uint64_t kBookmarkEvery = 500;

class WatchLog {
 public:
  WatchLog(ports::Clock& clock, std::size_t resource_count, std::shared_ptr<OpenForms> forms,
           const StoreOptions& options);
  ~WatchLog();

  // resource: its index; key: the store_key() of the object. Requires: the event's version is above
  // all before it.
  void append(std::size_t resource, std::string key, WatchEvent event);

  base::Result<std::shared_ptr<void>> watch(std::size_t resource, std::uint64_t version,
                                            Store::Sink sink, const WatchOptions& options);

  // What changed after the version, as it was then: by key, null if it was not there. Code::gone if
  // that is too old.
  base::Result<std::map<std::string, StoredPtr>> before_changes(std::size_t resource,
                                                                std::uint64_t version) const;

 private:
  struct Entry {
    std::size_t resource = 0;
    std::string key;
    std::size_t bytes = 0;
    WatchEvent event;
  };
  struct Watcher;

  base::Result<void> check_version(std::uint64_t version) const;
  // The first change after the version.
  std::deque<Entry>::const_iterator first_after(std::uint64_t version) const;
  void push(const std::shared_ptr<Watcher>& watcher, const WatchEvent& event);
  void push_bookmarks(std::uint64_t version);
  void trim();

  ports::Clock& clock_;
  const std::shared_ptr<OpenForms> forms_;
  const StoreOptions options_;
  std::deque<Entry> history_;
  std::size_t history_bytes_ = 0;
  std::uint64_t forgotten_ = 0;  // the highest version that is no longer in the history
  std::vector<std::vector<std::weak_ptr<Watcher>>> watchers_;  // by resource, oldest first
};

// About how much memory a value takes.
std::size_t approximate_bytes(const base::Json& value);

}  // namespace sim
