#include "sim/watch_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {

struct WatchLog::Watcher {
  Store::Sink sink;
  WatchOptions options;
  std::shared_ptr<OpenForms> forms;
  std::uint64_t told = 0;  // up to which version something was queued or known
  std::deque<WatchEvent> queue;
  bool is_scheduled = false;

  // Delivers what was queued when it began; what is queued meanwhile comes in the next turn.
  static void deliver(const std::weak_ptr<Watcher>& weak) {
    std::shared_ptr<Watcher> self = weak.lock();
    if (self == nullptr) return;
    self->forms->close_surplus();
    self->is_scheduled = false;
    std::deque<WatchEvent> events = std::exchange(self->queue, {});
    self.reset();
    for (const WatchEvent& event : events) {
      std::shared_ptr<Watcher> alive = weak.lock();
      if (alive == nullptr) return;  // the sink ended its own watch
      alive->sink(event);
    }
  }
};

WatchLog::WatchLog(ports::Clock& clock, std::size_t resource_count,
                   std::shared_ptr<OpenForms> forms, const StoreOptions& options)
    : clock_(clock), forms_(std::move(forms)), options_(options), watchers_(resource_count) {}

WatchLog::~WatchLog() = default;

void WatchLog::append(std::size_t resource, std::string key, WatchEvent event) {
  auto& watchers = watchers_[resource];
  std::erase_if(watchers, [](const std::weak_ptr<Watcher>& watcher) { return watcher.expired(); });
  for (const std::weak_ptr<Watcher>& watcher : watchers)
    push(watcher.lock(), event);
  if (event.version % kBookmarkEvery == 0) push_bookmarks(event.version);
  std::size_t bytes = approximate_bytes(event.object->json);
  history_bytes_ += bytes;
  history_.push_back({resource, std::move(key), bytes, std::move(event)});
  trim();
}

void WatchLog::trim() {
  while (history_.size() > options_.history_events ||
         (history_bytes_ > options_.history_bytes && history_.size() > 1)) {
    forgotten_ = history_.front().event.version;
    history_bytes_ -= history_.front().bytes;
    history_.pop_front();
  }
}

base::Result<void> WatchLog::check_version(std::uint64_t version) const {
  if (version >= forgotten_) return {};
  return base::fail(base::Code::gone,
                    fmt::format("too old resource version: {} ({})", version, forgotten_ + 1));
}

std::deque<WatchLog::Entry>::const_iterator WatchLog::first_after(std::uint64_t version) const {
  return std::ranges::upper_bound(history_, version, {},
                                  [](const Entry& entry) { return entry.event.version; });
}

base::Result<std::shared_ptr<void>> WatchLog::watch(std::size_t resource, std::uint64_t version,
                                                    Store::Sink sink, const WatchOptions& options) {
  base::Result<void> known = check_version(version);
  if (!known) return std::unexpected(known.error());
  auto watcher = std::make_shared<Watcher>();
  watcher->sink = std::move(sink);
  watcher->options = options;
  watcher->forms = forms_;
  watcher->told = version;
  for (auto entry = first_after(version); entry != history_.end(); ++entry) {
    if (entry->resource == resource) push(watcher, entry->event);
  }
  watchers_[resource].push_back(watcher);
  return watcher;
}

base::Result<std::map<std::string, StoredPtr>> WatchLog::before_changes(
    std::size_t resource, std::uint64_t version) const {
  base::Result<void> known = check_version(version);
  if (!known) return std::unexpected(known.error());
  std::map<std::string, StoredPtr> before;
  for (auto entry = first_after(version); entry != history_.end(); ++entry) {
    if (entry->resource == resource) before.try_emplace(entry->key, entry->event.before);
  }
  return before;
}

void WatchLog::push(const std::shared_ptr<Watcher>& watcher, const WatchEvent& event) {
  watcher->queue.push_back(event);
  watcher->told = event.version;
  if (std::exchange(watcher->is_scheduled, true)) return;
  clock_.at(clock_.now(), [weak = std::weak_ptr<Watcher>(watcher)] { Watcher::deliver(weak); });
}

void WatchLog::push_bookmarks(std::uint64_t version) {
  for (const auto& watchers : watchers_) {
    for (const std::weak_ptr<Watcher>& weak : watchers) {
      std::shared_ptr<Watcher> watcher = weak.lock();
      bool is_due = watcher != nullptr && watcher->options.bookmarks &&
                    version - watcher->told >= kBookmarkEvery;
      if (is_due) push(watcher, {WatchEvent::Type::bookmark, nullptr, nullptr, version});
    }
  }
}

std::size_t approximate_bytes(const base::Json& value) {
  constexpr std::size_t kValue = sizeof(base::Json);
  if (const auto* object = value.if_object()) {
    std::size_t sum = kValue;
    for (const auto& member : *object) {
      sum += 2 * sizeof(std::uint64_t) + member.key().size() + approximate_bytes(member.value());
    }
    return sum;
  }
  if (const auto* array = value.if_array()) {
    std::size_t sum = kValue;
    for (const base::Json& element : *array)
      sum += approximate_bytes(element);
    return sum;
  }
  const auto* text = value.if_string();
  return text == nullptr ? kValue : kValue + text->size();
}

}  // namespace sim
