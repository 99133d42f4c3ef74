#include "sim/watch_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {
namespace {

constexpr std::size_t kHistoryEvents = 10'000;
// By approximate_bytes(). The allocator's share and the typed objects make it nearly three times
// as much.
constexpr std::size_t kHistoryBytes = 4 << 20;

}  // namespace

struct WatchLog::Watcher {
  Store::Sink sink;
  std::deque<WatchEvent> queue;
  bool is_scheduled = false;

  // Delivers what was queued when it began; what is queued meanwhile comes in the next turn.
  static void deliver(const std::weak_ptr<Watcher>& weak) {
    std::shared_ptr<Watcher> self = weak.lock();
    if (self == nullptr) return;
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

WatchLog::WatchLog(ports::Clock& clock, std::size_t resource_count)
    : clock_(clock), watchers_(resource_count) {}

WatchLog::~WatchLog() = default;

void WatchLog::append(std::size_t resource, WatchEvent event) {
  auto& watchers = watchers_[resource];
  std::erase_if(watchers, [](const std::weak_ptr<Watcher>& watcher) { return watcher.expired(); });
  for (const std::weak_ptr<Watcher>& watcher : watchers)
    push(watcher.lock(), event);
  std::size_t bytes = approximate_bytes(event.object->json);
  history_bytes_ += bytes;
  history_.push_back({resource, bytes, std::move(event)});
  trim();
}

void WatchLog::trim() {
  while (history_.size() > kHistoryEvents ||
         (history_bytes_ > kHistoryBytes && history_.size() > 1)) {
    forgotten_ = history_.front().event.object->version;
    history_bytes_ -= history_.front().bytes;
    history_.pop_front();
  }
}

base::Result<std::shared_ptr<void>> WatchLog::watch(std::size_t resource, std::uint64_t version,
                                                    Store::Sink sink) {
  if (version < forgotten_) {
    return base::fail(base::Code::gone,
                      fmt::format("too old resource version: {} ({})", version, forgotten_ + 1));
  }
  auto watcher = std::make_shared<Watcher>();
  watcher->sink = std::move(sink);
  auto first = std::ranges::upper_bound(
      history_, version, {}, [](const Entry& entry) { return entry.event.object->version; });
  for (auto entry = first; entry != history_.end(); ++entry) {
    if (entry->resource == resource) push(watcher, entry->event);
  }
  watchers_[resource].push_back(watcher);
  return watcher;
}

void WatchLog::push(const std::shared_ptr<Watcher>& watcher, const WatchEvent& event) {
  watcher->queue.push_back(event);
  if (std::exchange(watcher->is_scheduled, true)) return;
  clock_.at(clock_.now(), [weak = std::weak_ptr<Watcher>(watcher)] { Watcher::deliver(weak); });
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
