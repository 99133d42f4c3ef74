#include "sim/actors_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/cluster.h"

namespace sim {
namespace {

using base::Json;
using boost::json::object;

Json reference_to(const model::Object& about, std::string_view field_path) {
  const model::ObjectMeta& metadata = about.metadata();
  const model::KindInfo& kind = model::info(about.kind());
  object reference{{"kind", text(kind.name)},
                   {"name", text(metadata.name)},
                   {"uid", text(metadata.uid)},
                   {"apiVersion", text(kind.api_version())},
                   {"resourceVersion", text(metadata.resourceVersion)}};
  if (!metadata.namespace_.empty()) reference["namespace"] = text(metadata.namespace_);
  if (!field_path.empty()) reference["fieldPath"] = text(field_path);
  return reference;
}

// All that makes two events the same.
std::string identity(std::string_view uid, std::string_view type, std::string_view component,
                     std::string_view reason, std::string_view message,
                     std::string_view field_path) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", uid, type, component, reason, message, field_path);
}

std::string identity_of(const model::Event& event) {
  return identity(event.involvedObject.uid, event.type, event.source.component, event.reason,
                  event.message, event.involvedObject.fieldPath);
}

// When it last happened, as far as the event tells.
base::Time last_time(const model::Event& event, base::Time otherwise) {
  if (event.lastTimestamp) return *event.lastTimestamp;
  return event.metadata.creationTimestamp.value_or(otherwise);
}

}  // namespace

Events::Events(Store& store, ports::Clock& clock)
    : store_(store), clock_(clock), alarm_(clock, [this] { expire(); }) {
  watch_ = follow(store_, model::Kind::Event, [this](const WatchEvent& event) { see(event); });
}

void Events::normal(std::string_view component, const model::Object& about, std::string_view reason,
                    std::string_view message, std::string_view field_path) {
  record("Normal", component, about, reason, message, field_path);
}

void Events::warning(std::string_view component, const model::Object& about,
                     std::string_view reason, std::string_view message,
                     std::string_view field_path) {
  record("Warning", component, about, reason, message, field_path);
}

void Events::record(std::string_view type, std::string_view component, const model::Object& about,
                    std::string_view reason, std::string_view message,
                    std::string_view field_path) {
  const model::ObjectMeta& metadata = about.metadata();
  std::string same = identity(metadata.uid, type, component, reason, message, field_path);
  Json now = text(clock_.now());
  auto known = recent_.find(same);
  if (known != recent_.end() && find(store_, model::Kind::Event, known->second) != nullptr) {
    edit(store_, model::Kind::Event, known->second, [&](object& event) {
      event["count"] = event["count"].to_number<std::int64_t>() + 1;
      event["lastTimestamp"] = now;
    });
    return;
  }
  std::string name_space = metadata.namespace_.empty() ? "default" : metadata.namespace_;
  std::string name = next_name(metadata.name);
  object event{{"metadata", {{"name", text(name)}, {"namespace", text(name_space)}}},
               {"involvedObject", reference_to(about, field_path)},
               {"reason", text(reason)},
               {"message", text(message)},
               {"source", {{"component", text(component)}}},
               {"firstTimestamp", now},
               {"lastTimestamp", now},
               {"count", 1},
               {"type", text(type)},
               {"reportingComponent", text(component)}};
  const Resource& events = store_.resource_of(model::Kind::Event);
  if (!store_.create(events, name_space, std::move(event))) return;
  recent_.insert_or_assign(std::move(same), ObjectKey{std::move(name_space), std::move(name)});
}

// The object's name and the time, moved on where two events fall on one moment.
std::string Events::next_name(std::string_view about) {
  std::int64_t now = clock_.now().time_since_epoch().count();
  last_stamp_ = std::max(now, last_stamp_ + 1);
  return fmt::format("{}.{:x}", about, last_stamp_);
}

void Events::see(const WatchEvent& event) {
  if (event.type == WatchEvent::Type::deleted) {
    recent_.erase(identity_of(event.object->object.as<model::Event>()));
    return;
  }
  seen_.emplace_back(clock_.now(), key_of(event.object->object.metadata()));
  alarm_.set(seen_.front().first + kEventLife);
}

void Events::expire() {
  base::Time now = clock_.now();
  while (!seen_.empty() && seen_.front().first + kEventLife <= now) {
    ObjectKey key = std::move(seen_.front().second);
    seen_.pop_front();
    std::shared_ptr<const model::Event> event = find<model::Event>(store_, key);
    if (event == nullptr || last_time(*event, now) + kEventLife > now) continue;
    remove(store_, model::Kind::Event, event->metadata);
  }
  if (!seen_.empty()) alarm_.set(seen_.front().first + kEventLife);
}

}  // namespace sim
