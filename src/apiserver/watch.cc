#include "apiserver/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "apiserver/render.h"
#include "apiserver/status.h"
#include "base/scan.h"

namespace apiserver {
namespace {

using base::Json;
using base::Result;
using sim::StoredPtr;
using sim::WatchEvent;

constexpr std::chrono::seconds kLongest{3600};

// From where the client wants to see, as asked for by resourceVersion and sendInitialEvents.
struct Start {
  bool with_present = false;    // what is there comes first
  bool with_bookmark = false;   // and a bookmark after it
  bool with_bookmarks = false;  // and further ones as the store goes on
  std::uint64_t version = 0;    // otherwise
};

Result<Start> start_of(const Call& call) {
  Start start;
  std::string_view version = call.parameter("resourceVersion");
  bool is_any = version.empty() || version == "0";
  start.with_bookmark = call.is_set("sendInitialEvents");
  start.with_bookmarks = call.is_set("allowWatchBookmarks");
  if (start.with_bookmark && call.parameter("resourceVersionMatch") != "NotOlderThan") {
    return base::invalid(
        "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents "
        "requires setting resourceVersionMatch to NotOlderThan");
  }
  start.with_present = is_any || start.with_bookmark;
  if (start.with_present) return start;
  std::optional<std::uint64_t> number = base::to_integer<std::uint64_t>(version);
  if (!number) {
    return base::fail(base::Code::malformed,
                      fmt::format("resourceVersion: Invalid value: \"{}\"", version));
  }
  start.version = *number;
  return start;
}

// What one client watches; lives as long as its stream.
class Watcher {
 public:
  Watcher(const Call& call, Form form, Selection selection, std::function<base::Time()> now)
      : resource_(*call.resource),
        name_space_(call.name_space),
        renderer_(call, form),
        selection_(std::move(selection)),
        now_(std::move(now)) {}

  void begin(sim::Store& store, Start start, net::Stream& stream);

 private:
  void see(const WatchEvent& event);
  bool selects(const StoredPtr& object) const;
  void send(std::string_view type, const StoredPtr& object);
  void send_bookmark(std::uint64_t version, bool is_end_of_present);
  void send_error(const base::Error& error);

  const sim::Resource& resource_;
  std::string name_space_;
  Renderer renderer_;
  Selection selection_;
  std::function<base::Time()> now_;
  net::Stream* stream_ = nullptr;
  std::shared_ptr<void> watch_;
};

void Watcher::begin(sim::Store& store, Start start, net::Stream& stream) {
  stream_ = &stream;
  if (start.with_present) {
    sim::ListResult present = store.list(resource_, name_space_);
    for (const StoredPtr& object : present.items) {
      if (selects(object)) send("ADDED", object);
    }
    if (start.with_bookmark) send_bookmark(present.version, true);
    start.version = present.version;
  }
  Result<std::shared_ptr<void>> watch =
      store.watch(resource_, start.version, [this](const WatchEvent& event) { see(event); },
                  {.bookmarks = start.with_bookmarks});
  if (!watch) return send_error(watch.error());
  watch_ = std::move(*watch);
}

bool Watcher::selects(const StoredPtr& object) const {
  if (object == nullptr) return false;
  bool is_here = name_space_.empty() || object->json.look([this](const Json& value) {
    return base::string_at(value, {"metadata", "namespace"}) == name_space_;
  });
  return is_here && selection_.matches(*object);
}

void Watcher::see(const WatchEvent& event) {
  bool was_selected = selects(event.before);
  bool is_selected = selects(event.object);
  switch (event.type) {
    case WatchEvent::Type::bookmark: return send_bookmark(event.version, false);
    case WatchEvent::Type::added:
      if (is_selected) send("ADDED", event.object);
      return;
    case WatchEvent::Type::deleted:
      if (is_selected || was_selected) send("DELETED", event.object);
      return;
    case WatchEvent::Type::modified: break;
  }
  if (is_selected) {
    send(was_selected ? "MODIFIED" : "ADDED", event.object);
  } else if (was_selected) {
    send("DELETED", event.object);
  }
}

void Watcher::send(std::string_view type, const StoredPtr& object) {
  stream_->write(
      fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, renderer_.one(object, now_())));
}

// In the plain form for tables too: clients take no more than the metadata from it.
void Watcher::send_bookmark(std::uint64_t version, bool is_end_of_present) {
  constexpr std::string_view kEnd = R"(,"annotations":{"k8s.io/initial-events-end":"true"})";
  stream_->write(
      fmt::format(R"({{"type":"BOOKMARK","object":{{"kind":"{}","apiVersion":"{}","metadata":{{)"
                  R"("resourceVersion":"{}"{}}}}}}})"
                  "\n",
                  resource_.kind, resource_.api_version(), version,
                  is_end_of_present ? kEnd : std::string_view()));
}

void Watcher::send_error(const base::Error& error) {
  std::string status = failure(error, &resource_).body;
  stream_->write(fmt::format("{{\"type\":\"ERROR\",\"object\":{}}}\n",
                             std::string_view(status).substr(0, status.find('\n'))));
  stream_->end();
}

}  // namespace

net::Reply watch(sim::Store& store, std::function<base::Time()> now, const Call& call, Form form) {
  Result<Selection> selection = selection_of(call);
  if (!selection) return failure(selection.error(), call.resource);
  Result<Start> start = start_of(call);
  if (!start) return failure(start.error(), call.resource);
  std::chrono::seconds limit = kLongest;
  if (auto seconds = base::to_integer<std::int64_t>(call.parameter("timeoutSeconds"))) {
    limit = std::clamp(std::chrono::seconds(*seconds), std::chrono::seconds(0), kLongest);
  }
  auto watcher = std::make_shared<Watcher>(call, form, std::move(*selection), std::move(now));
  auto open = [&store, watcher = std::move(watcher),
               start = *start](net::Stream& stream) mutable -> std::shared_ptr<void> {
    watcher->begin(store, start, stream);
    return std::move(watcher);
  };
  return net::StreamedResponse{{{"Content-Type", "application/json"}}, std::move(open), limit};
}

}  // namespace apiserver
